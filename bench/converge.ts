/** `npm run bench -- converge`: from bare hosts to a serving pair, beside a plain script and beside Ansible. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "../lab/lab";
import { Probe } from "../lab/probe";
import { labStack, site } from "../lab/pulumi";
import { UserError } from "../support/errors";
import { step } from "../support/progress";
import { attempt, run } from "../support/run";
import { sleep } from "../support/wait";
import { root } from "../toolchain/paths";
import { ensureAnsible, play, withPython } from "./ansible";
import { machine, median, onBareHosts, peakMemory, ratio, seconds, spread, table, untilServing } from "./measure";

interface Converge {
    done: number;
    serving: number;
}

/** The plain script: both hosts at once, one SSH connection each. */
async function plainScript(lab: Lab): Promise<void> {
    const files = join(root, "bench", "peers", "files");
    const script = readFileSync(join(root, "bench", "peers", "plain.sh"), "utf8");
    await Promise.all(
        lab.loadBalancers.map(async (host) => {
            const stage = join(lab.scratch, host.name);
            const copies = [
                ["60-bench.conf", "etc/sysctl.d/60-bench.conf", "644"],
                ["authkeys", "etc/ha.d/authkeys", "600"],
                ["haresources", "etc/ha.d/haresources", "644"],
                [`ha.cf.${host.name}`, "etc/ha.d/ha.cf", "644"],
                ["haproxy.cfg", "etc/haproxy/haproxy.cfg", "644"],
            ];
            for (const [from, to, mode] of copies) {
                await run(["install", "-D", "-m", mode, join(files, from), join(stage, to)]);
            }
            const archive = await run(["sh", "-c", 'tar -C "$1" -c . | base64', "sh", stage]);
            // The script is the command, the archive its standard input.
            const command = `base64 -d | sh -c '${script.replace(/'/g, "'\\''")}'`;
            const result = await attempt([...lab.enter, ...host.sshCommand(), command], { input: archive });
            if (result.code !== 0) {
                throw new UserError(`the plain script failed on ${host.name}: ${result.stderr}`);
            }
        }),
    );
}

async function benchScript(): Promise<Converge> {
    return onBareHosts((lab) => untilServing(lab, site, () => plainScript(lab)));
}

async function benchAnsible(): Promise<Converge & { noop: number }> {
    return onBareHosts(async (lab) => {
        await withPython(lab);
        const first = await untilServing(lab, site, () => play(lab));
        return { ...first, noop: await seconds(() => play(lab)) };
    });
}

interface Pulumi extends Converge {
    noop: number;
    noopWithPreview: number;
    preview: number;
    memory: number;
    gaps: number[];
}

async function benchPulumi(withPreview: boolean): Promise<Pulumi> {
    return onBareHosts(async (lab) => {
        const stack = await labStack(lab);
        const upWords = ["up", "--yes", "--config-file", stack.place.configFile as string];
        const words = withPreview ? upWords : [...upWords, "--skip-preview"];
        let first: Converge = { done: 0, serving: 0 };
        const memory = await peakMemory(/^pulumi$/, async () => {
            first = await untilServing(lab, site, () => stack.run(words));
        });
        return {
            ...first,
            memory,
            noop: await seconds(() => stack.up()),
            noopWithPreview: await seconds(() => stack.run(upWords)),
            preview: await seconds(() => stack.preview()),
            gaps: await powerLossGaps(lab, 3),
        };
    });
}

/** The gap that a client sees when the holder loses power, each time with both hosts settled. */
async function powerLossGaps(lab: Lab, count: number): Promise<number[]> {
    const gaps: number[] = [];
    for (let i = 0; i < count; i++) {
        // In a node's first 5 s its peer gives it 2 s more.
        await sleep(8000);
        const probe = await Probe.start(lab, site);
        await sleep(500);
        const [lb1] = lab.loadBalancers;
        await lb1.powerOff();
        await sleep(4000);
        gaps.push((await probe.stop()).gap);
        await lb1.boot();
    }
    return gaps;
}

/** Runs every contender `runs` times, in turn, so that a slow minute of the machine meets all of them. */
export async function converge(runs: number): Promise<void> {
    await ensureAnsible();
    const boots: number[] = [];
    const scripts: Converge[] = [];
    const ansibles: (Converge & { noop: number })[] = [];
    const pulumis: Pulumi[] = [];
    const previewed: Pulumi[] = [];
    for (let i = 0; i < runs; i++) {
        const turn = `run ${i + 1} of ${runs}`;
        boots.push(await seconds(() => onBareHosts(async () => {})));
        scripts.push(await step(`${turn}: plain script`, benchScript));
        ansibles.push(await step(`${turn}: Ansible`, benchAnsible));
        pulumis.push(await step(`${turn}: pulumi up --skip-preview`, () => benchPulumi(false)));
        previewed.push(await step(`${turn}: pulumi up`, () => benchPulumi(true)));
    }
    const pick = <T extends Converge>(list: T[], key: keyof Converge) => list.map((each) => each[key]);
    const scriptDone = median(pick(scripts, "done"));
    const row = (what: string, list: Converge[]) => [
        what,
        spread(pick(list, "done"), 1),
        spread(pick(list, "serving"), 1),
        ratio(median(pick(list, "done")), scriptDone),
    ];
    const ansibleNoop = ansibles.map(({ noop }) => noop);
    const all = [...pulumis, ...previewed];
    const noopRow = (what: string, values: number[]) => [
        what,
        spread(values, 1),
        ratio(median(values), median(ansibleNoop)),
    ];
    console.log(`\n${machine()}; ${runs} runs; least / median / most, in seconds\n`);
    console.log(
        table(
            ["bare hosts to a serving pair", "done", "virtual IP serving", "done, beside the script"],
            [
                row("plain ssh script", scripts),
                row("Ansible (Python already there)", ansibles),
                row("pulumi up --skip-preview", pulumis),
                row("pulumi up, with its preview", previewed),
            ],
        ),
    );
    console.log(
        `\n${table(
            ["nothing to change", "time", "beside Ansible"],
            [
                noopRow("Ansible", ansibleNoop),
                noopRow(
                    "pulumi up --skip-preview",
                    all.map(({ noop }) => noop),
                ),
                noopRow(
                    "pulumi up, with its preview",
                    all.map(({ noopWithPreview }) => noopWithPreview),
                ),
                noopRow(
                    "pulumi preview",
                    all.map(({ preview }) => preview),
                ),
            ],
        )}`,
    );
    console.log(`\nlab of four hosts, up and down again: ${spread(boots)} s`);
    console.log(
        `client's gap when the holder loses power (250 ms / 1 s, n=${all.length * 3}): ${spread(all.flatMap(({ gaps }) => gaps))} s`,
    );
    console.log(
        `most memory of the pulumi process tree: ${spread(
            all.map(({ memory }) => memory),
            0,
        )} MB`,
    );
}

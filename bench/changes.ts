/** `npm run bench -- changes`: measures a preview, the change of one line, and the repair of drift on a converged pair. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "../lab/lab";
import { labStack, writeConfig } from "../lab/pulumi";
import { step } from "../support/progress";
import { root } from "../toolchain/paths";
import { ensureAnsible, play, withPython } from "./ansible";
import { machine, median, onBareHosts, ratio, seconds, spread, table } from "./measure";

/** The figures of one contender, in seconds, by what was done. */
type Figures = Record<string, number[]>;

const servers = [
    { name: "web1", address: "192.168.0.102" },
    { name: "web2", address: "192.168.0.103" },
];

/** A back end more, then one less, then again: each time one line. */
function withServer(count: number) {
    return count % 2 === 0 ? servers : [...servers, { name: "web3", address: "192.168.0.103" }];
}

const damage = (lab: Lab) => lab.host("lb2").run("echo '# mine' >>/etc/haproxy/haproxy.cfg");

async function repeat(runs: number, action: (i: number) => Promise<number>): Promise<number[]> {
    const values: number[] = [];
    for (let i = 0; i < runs; i++) {
        values.push(await action(i));
    }
    return values;
}

async function benchPulumi(runs: number, lab: Lab): Promise<Figures> {
    const stack = await labStack(lab);
    const configure = (settings: Record<string, unknown>) =>
        writeConfig(lab, stack.place.configFile as string, settings);
    await stack.up();
    const previews = () => repeat(runs, () => seconds(() => stack.preview()));
    const ups = () => repeat(runs, () => seconds(() => stack.up()));
    const figures: Figures = {
        preview: await previews(),
        up: await ups(),
        change: await repeat(runs, (i) => {
            configure({ servers: withServer(i + 1) });
            return seconds(() => stack.up());
        }),
        repair: await repeat(runs, async () => {
            await damage(lab);
            return seconds(() => stack.up());
        }),
    };
    configure({ servers: withServer(runs), driftDetection: false });
    await stack.up();
    const unasked = {
        previewUnasked: await previews(),
        upUnasked: await ups(),
    };
    await stack.destroy();
    return { ...figures, ...unasked };
}

async function benchAnsible(runs: number, lab: Lab): Promise<Figures> {
    await withPython(lab);
    await play(lab);
    const original = readFileSync(join(root, "bench", "peers", "files", "haproxy.cfg"), "utf8");
    const changed = join(lab.scratch, "haproxy.cfg");
    const lines = (i: number) =>
        i % 2 === 0 ? original : `${original.trimEnd()}\n    server web3 192.168.0.103:80 check\n`;
    return {
        preview: await repeat(runs, () => seconds(() => play(lab, {}, "--check"))),
        up: await repeat(runs, () => seconds(() => play(lab))),
        change: await repeat(runs, (i) => {
            writeFileSync(changed, lines(i + 1));
            return seconds(() => play(lab, { haproxy_cfg: changed }));
        }),
        repair: await repeat(runs, async (i) => {
            writeFileSync(changed, lines(runs));
            await (i === 0 ? play(lab, { haproxy_cfg: changed }) : undefined);
            await damage(lab);
            return seconds(() => play(lab, { haproxy_cfg: changed }));
        }),
    };
}

export async function changes(runs: number): Promise<void> {
    await ensureAnsible();
    const { pulumi, ansible } = await onBareHosts(async (lab) => ({
        pulumi: await step("pulumi", () => benchPulumi(runs, lab)),
        ansible: await step("Ansible", () => benchAnsible(runs, lab)),
    }));
    const row = (what: string, mine: number[], own: number[], peer: number[]) => [
        what,
        spread(mine),
        `${spread(own)} (${(median(mine) - median(own)).toFixed(2)} more)`,
        `${spread(peer)} (${ratio(median(mine), median(peer))})`,
    ];
    console.log(`\n${machine()}; ${runs} runs each; least / median / most, in seconds\n`);
    console.log(
        table(
            ["", "pulumi", "the engine's own: nothing to change, no host asked", "Ansible"],
            [
                row("preview, nothing to change", pulumi.preview, pulumi.previewUnasked, ansible.preview),
                row("up --skip-preview, nothing to change", pulumi.up, pulumi.upUnasked, ansible.up),
                row("a back end more or less, live on both hosts", pulumi.change, pulumi.upUnasked, ansible.change),
                row("repair of an edited haproxy.cfg on one host", pulumi.repair, pulumi.upUnasked, ansible.repair),
            ],
        ),
    );
    console.log(
        "\nAnsible changes both hosts at once; pulumi one after the other, each behind a health gate. Ansible's preview is its check mode.",
    );
}

/** `npm run demo`: four real hosts, the literal `pulumi up`, and what a client sees when the active host loses power. */
import { join } from "node:path";
import { UserError } from "../support/errors";
import { main, onInterrupt } from "../support/interrupt";
import { step } from "../support/progress";
import { allEnded, sleep, until } from "../support/wait";
import { cache, root } from "../toolchain/paths";
import { Stack } from "../toolchain/stack";
import { ensureToolchain, pulumiEnvironment } from "../toolchain/toolchain";
import { ensureImage } from "./image";
import { defaultPlan, Lab } from "./lab";
import { Probe } from "./probe";
import { virtualIp } from "./pulumi";
import { ensureRequirements } from "./requirements";

const help = `usage: npm run demo

Boots four Debian hosts on this machine (root on Linux), runs "pulumi up" on this project, shows the pair at work, and
powers the active host off under the eyes of a client. The lab stays up to look around;
"npm run lab -- down" removes it.
`;

function say(title: string): void {
    console.log(`\n== ${title}`);
}

function show(text: string): void {
    console.log(text.replace(/^/gm, "   "));
}

async function holder(lab: Lab): Promise<string | undefined> {
    for (const host of lab.loadBalancers.filter((each) => each.isOn())) {
        const { stdout } = await host.attempt(`ip -o address show to ${virtualIp}`);
        if (stdout.trim()) {
            return host.name;
        }
    }
    return undefined;
}

/** What has come to pass, when all of these steps are done. */
const milestones: [string, ...string[]][] = [
    ["both hosts are fit", "lb1.example.com-preflight", "lb2.example.com-preflight"],
    [
        "HAProxy and Heartbeat are installed on both, and nothing is started yet",
        "lb1.example.com-packages",
        "lb2.example.com-packages",
    ],
    ["lb2, the standby, is configured first, and is well", "lb2.example.com-health"],
    ["lb1 is configured, is well, and holds the virtual IP", "lb1.example.com-health"],
    ["the pair is verified: one holder, HAProxy answers there, both hear each other", "lb-verify"],
];

/** Tells a run of pulumi by its milestones: what it prints is five lines a step. */
function tellStory(tell: (line: string) => void): (line: string) => void {
    const done = new Set<string>();
    const untold = [...milestones];
    return (line) => {
        const [, name] = /Command (?:lb-)?(\S+) created/.exec(line) ?? [];
        done.add(name === "verify" ? "lb-verify" : name);
        while (untold[0]?.slice(1).every((step) => done.has(step))) {
            tell((untold.shift() as string[])[0]);
        }
    };
}

async function converge(lab: Lab): Promise<Stack> {
    const toolchain = await ensureToolchain();
    const env = pulumiEnvironment(toolchain, join(cache, "state"));
    const stack = new Stack({ enter: lab.enter, env, dir: root, name: "dev" });
    await stack.create();
    say("pulumi up --stack dev");
    const began = performance.now();
    const story = tellStory((line) =>
        show(`${((performance.now() - began) / 1000).toFixed(1).padStart(5)} s  ${line}`),
    );
    await stack.run(["up", "--yes", "--skip-preview"], { onLine: story });
    return stack;
}

async function showPages(lab: Lab, stack: Stack): Promise<void> {
    const { url, statisticsUrl, statisticsUser, statisticsPassword } = await stack.outputs();
    say(`two requests to ${url}`);
    show(await lab.run(["curl", "-sS", url]));
    show(await lab.run(["curl", "-sS", url]));
    say(`the statistics page, ${statisticsUrl}`);
    const login = `user = "${statisticsUser}:${statisticsPassword}"\n`;
    const csv = await lab.run(["curl", "-sS", "--config", "-", `${statisticsUrl};csv`], { input: login });
    const rows = csv.split("\n").map((line) => line.split(","));
    const servers = rows.slice(1).filter(([, name]) => name && !["FRONTEND", "BACKEND"].includes(name));
    show(servers.map((row) => `${row[0]}/${row[1]} ${row[17]}`).join(", "));
}

async function failover(lab: Lab, url: string): Promise<void> {
    const active = await holder(lab);
    if (!active) {
        throw new UserError("no host holds the virtual IP");
    }
    say(`a client sends 100 requests a second; ${active}, which holds ${virtualIp}, loses power`);
    const probe = await Probe.start(lab, url);
    // In its first 5 s Heartbeat gives a new peer 2 s more before it declares it dead; that is not what operators live with.
    await sleep(5000);
    await lab.host(active).powerOff();
    const next = await until("the other host holds the virtual IP", 30_000, () => holder(lab));
    await sleep(2000);
    const { sent, failed, gap } = await probe.stop();
    show(`${next} holds ${virtualIp} now`);
    show(`the client saw a gap of ${gap.toFixed(2)} s: ${failed} of ${sent} requests without an answer within 0.5 s`);

    say(`${active} gets its power back`);
    const again = await Probe.start(lab, url);
    await lab.host(active).powerOn();
    await until(`${active} holds the virtual IP again`, 60_000, async () => (await holder(lab)) === active);
    await sleep(1000);
    const back = await again.stop();
    show(`${active} holds ${virtualIp} again (auto_failback on)`);
    show(`the client saw ${back.failed} of ${back.sent} requests fail, and a gap of ${back.gap.toFixed(2)} s`);
}

const farewell = `
== look around
   npm run lab -- status
   npm run lab -- ssh lb1
   npm run lab -- exec -- curl -i http://${virtualIp}/
   npm run lab -- power-off lb1
   npm run lab -- exec -- npm run pulumi -- preview --stack dev --diff
== clean up
   npm run lab -- down
`;

async function command(args: string[]): Promise<number> {
    if (args.includes("--help") || args.includes("-h")) {
        process.stdout.write(help);
        return 0;
    }
    if (args.length > 0) {
        process.stderr.write(help);
        return 2;
    }
    say("toolchain and lab");
    await ensureRequirements();
    // What builds the one waits for the network while what builds the other does not.
    await allEnded([ensureToolchain(), ensureImage(defaultPlan.release)]);
    const lab = await step("booting four hosts", () => Lab.up());
    const finished = onInterrupt(() => Lab.down(lab.plan.name));
    for (const role of ["load balancer", "back end"]) {
        const some = lab.hosts.filter(({ plan }) => plan.role === role);
        show(`${role}s: ${some.map(({ plan, address }) => `${plan.fqdn} (${address})`).join(", ")}`);
    }
    const stack = await converge(lab);
    await showPages(lab, stack);
    await failover(lab, (await stack.outputs()).url);
    finished();
    process.stdout.write(farewell);
    return 0;
}

main(() => command(process.argv.slice(2)));

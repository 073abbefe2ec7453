/** `npm run demo`: four real hosts, the literal `pulumi up`, and what a client sees when the active host loses power. */
import { join } from "node:path";
import { cache, root } from "../toolchain/paths";
import { main, onInterrupt, sleep, step, UserError, until } from "../toolchain/shell";
import { Stack } from "../toolchain/stack";
import { ensureToolchain, pulumiEnvironment } from "../toolchain/toolchain";
import { Lab } from "./lab";
import { Probe } from "./probe";
import { virtualIp } from "./pulumi";

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

async function converge(lab: Lab): Promise<Stack> {
    const toolchain = await ensureToolchain();
    const env = pulumiEnvironment(toolchain, join(cache, "state"));
    const stack = new Stack({ enter: lab.enter, env, dir: root, name: "dev" });
    await stack.create();
    say("pulumi up --stack dev");
    await stack.run(["up", "--yes", "--skip-preview"], { onLine: (line) => show(line) });
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
    for (const row of rows.slice(1)) {
        show(`${row[0].padEnd(10)} ${row[1].padEnd(10)} ${row[17]}`);
    }
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
    await ensureToolchain();
    const lab = await step("booting four hosts", () => Lab.up());
    const finished = onInterrupt(() => Lab.down(lab.plan.name));
    for (const host of lab.hosts) {
        show(`${host.plan.fqdn.padEnd(18)} ${host.address}  ${host.plan.role}`);
    }
    const stack = await converge(lab);
    await showPages(lab, stack);
    await failover(lab, (await stack.outputs()).url);
    finished();
    process.stdout.write(farewell);
    return 0;
}

main(() => command(process.argv.slice(2)));

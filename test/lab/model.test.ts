/**
 * The simulation's model of Heartbeat beside Heartbeat: under eleven events, what the model logs is what Heartbeat logs on a lab's hosts.
 * Each sequence of the lab must be one that the model has under some seed.
 */
import { expect, test } from "vitest";
import type { Host } from "../../lab/host";
import { untilRest } from "../../lab/rest";
import { run } from "../../support/run";
import { sleep, until } from "../../support/wait";
import { root } from "../../toolchain/paths";
import { inAll, useServingPair } from "./fixture";

/**
 * 12 seeds have the usual sequences, 200 the rare ones: a killed Heartbeat that is back before the other host takes it for dead.
 * A busy host's scripts and packets can be late: 200 seeds with slow hosts have those sequences too.
 */
const usual = ["--seeds", "12"];
const rare = ["--seeds", "200"];
const busy = ["--seeds", "200", "--slowest", "4.5"];
/** What the daemon logs of its peer, of itself, and of what the two ask each other for. */
const daemon =
    /^(Local status now set to:|Cluster node \S+ returning|Heartbeat restart on node|Status update for node|node \S+: is dead|Received shutdown notice|\S+ Heartbeat shutdown complete|Performing heartbeat restart exec|Giving up all HA|All HA resources relinquished|\S+ wants to go standby|standby: |Local standby process completed|Standby resource acquisition done|Other node completed standby)/;
/** What comes of its scripts, which take as long as the machine lets them. */
const scripts = /^(Acquiring resource group|Releasing resource group|mach_down takeover complete\.$)/;
const kinds = { daemon, scripts };

/** Seconds after the event, and the text. */
type Reaction = [number, string];
type Reactions = Record<string, Reaction[]>;

/** `1795834025.053083 lb2 heartbeat[50]: [50]: WARN: node lb1.example.com: is dead`, as `-o short-unix` has it. */
const entry = /^(\d+\.\d+) \S+ \S+?\[\d+\]: (?:\[\d+\]: )?(?:info|WARN|ERROR|CRIT): (.*)$/;

async function reactionsOf(host: Host, began: number): Promise<Reaction[]> {
    const journal = await host.run(`journalctl -o short-unix --since=@${Math.floor(began)}`);
    return journal.split("\n").flatMap((line) => {
        const [, at, text] = entry.exec(line) ?? [];
        return Number(at) < began || text === undefined ? [] : [[Number(at) - began, plain(text)] as Reaction];
    });
}

/** As the model names hosts and groups. */
function plain(text: string): string {
    return text.replaceAll(".example.com", "").replace(/resource group: lb\d /, "resource group: ");
}

async function modelOf(name: string, options: string[]): Promise<Reactions[]> {
    const command = ["python3", "-B", "test/simulation", "--reactions", name, ...options];
    return JSON.parse(await run(command, { cwd: root }));
}

const textsOf = (reactions: Reaction[], pattern: RegExp) =>
    reactions.map(([, text]) => text).filter((text) => pattern.test(text));

/** The model's run whose sequence is the lab's. */
function sameAs(model: Reactions[], host: string, lab: string[], pattern: RegExp): Reaction[] | undefined {
    return model
        .map((reactions) => reactions[host])
        .find((some) => textsOf(some, pattern).join("\n") === lab.join("\n"));
}

const blocked = { input: ["udp dport 694"], output: ["udp dport 694"] };

/** By the name of the simulation's schedule (test/simulation/named.py): the same on real hosts. */
const events: Record<string, (lb1: Host, lb2: Host) => Promise<unknown>> = {
    "the holder loses power and returns": async (lb1) => {
        await lb1.powerOff();
        await sleep(10_000);
        await lb1.boot();
    },
    "the standby loses power and returns": async (_, lb2) => {
        await lb2.powerOff();
        await sleep(10_000);
        await lb2.boot();
    },
    "the holder is shut down and boots": async (lb1) => {
        await lb1.attempt("systemctl poweroff");
        await until("lb1 is off", 60_000, async () => !lb1.isOn());
        await lb1.powerOff();
        await sleep(5_000);
        await lb1.boot();
    },
    "the holder hands over and takes back": async (lb1) => {
        await lb1.run("/usr/share/heartbeat/hb_standby");
        await sleep(20_000);
        await lb1.run("/usr/share/heartbeat/hb_takeover local");
    },
    "the holder freezes for 5 s": async (lb1) => {
        lb1.freeze();
        await sleep(5_000);
        lb1.thaw();
    },
    "the standby freezes for 5 s": async (_, lb2) => {
        lb2.freeze();
        await sleep(5_000);
        lb2.thaw();
    },
    "the heartbeats are blocked for 5 s": async (_, lb2) => {
        await lb2.drop(blocked);
        await sleep(5_000);
        await lb2.pass();
    },
    "HAProxy cannot start on the holder for 10 s": async (lb1) => {
        await lb1.run("systemctl mask --runtime haproxy; systemctl stop haproxy");
        await sleep(10_000);
        await lb1.run("systemctl unmask --runtime haproxy; systemctl start haproxy");
    },
    "Heartbeat is reloaded on the holder": (lb1) => lb1.run("touch /etc/ha.d/ha.cf; /usr/lib*/heartbeat/heartbeat -r"),
    "Heartbeat is killed on the holder": (lb1) => lb1.run("systemctl kill --signal=KILL heartbeat"),
    "Heartbeat is killed on the standby": (_, lb2) => lb2.run("systemctl kill --signal=KILL heartbeat"),
};

const used = useServingPair({ name: "model" });

for (const [name, happen] of Object.entries(events)) {
    test(`the model reacts as Heartbeat does: ${name}`, inAll, async () => {
        const model = await modelOf(name, usual);
        // Both boot first, as in each schedule: who has which resources depends on it.
        await Promise.all(used.lab.loadBalancers.map((host) => host.powerOff()));
        await Promise.all(used.lab.loadBalancers.map((host) => host.boot()));
        await untilRest(used.lab, "lb1");
        const began = Date.now() / 1000;
        await happen(used.lab.host("lb1"), used.lab.host("lb2"));
        await untilRest(used.lab, "lb1");
        for (const host of used.lab.loadBalancers) {
            const reactions = await reactionsOf(host, began);
            for (const [kind, pattern] of Object.entries(kinds)) {
                const lab = textsOf(reactions, pattern);
                const simulated =
                    sameAs(model, host.name, lab, pattern) ??
                    sameAs(await modelOf(name, rare), host.name, lab, pattern) ??
                    sameAs(await modelOf(name, busy), host.name, lab, pattern) ??
                    model[0][host.name];
                print(`${name}: ${kind} on ${host.name}`, reactions, simulated, pattern);
                expect(textsOf(simulated, pattern), `the model's ${kind} on ${host.name}`).toEqual(lab);
            }
        }
    });
}

/** Both side by side, with their seconds. */
function print(title: string, lab: Reaction[], model: Reaction[], pattern: RegExp): void {
    const lines = [lab, model].map((some) => some.filter(([, text]) => pattern.test(text)));
    const cell = (line?: Reaction) =>
        (line ? `${line[0].toFixed(2).padStart(7)} ${line[1].slice(0, 55)}` : "").padEnd(64);
    const rows = Array.from({ length: Math.max(lines[0].length, lines[1].length) }, (_, i) =>
        `  ${cell(lines[0][i])}${cell(lines[1][i])}`.trimEnd(),
    );
    console.log([`${title}: lab | model`, ...rows].join("\n"));
}

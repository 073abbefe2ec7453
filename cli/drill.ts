/**
 * `halb drill`: a rehearsed failure, with a client that measures what others see of it. Whatever happens meanwhile, the host that
 * held the virtual IPs before holds them afterwards.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { script } from "../components/steps/script";
import { Client, isGood, longestOutage, now, type Shot } from "../support/client";
import { UserError } from "../support/errors";
import { cleanUp, throwIfInterrupted } from "../support/interrupt";
import { attempt } from "../support/run";
import { sleep, until } from "../support/wait";
import { lookAtPair, ownScript, type PairState } from "./look";
import { askHost, type DeclaredHost, type DeclaredPair } from "./stack";
import { handOver } from "./switchover";
import { type Mark, timeline } from "./timeline";

export const kinds = ["hand-over", "haproxy", "power"] as const;
export type Kind = (typeof kinds)[number];

export interface DrillOptions {
    /** Requests a second. */
    rate: number;
    /** A folder for drill.json and drill.svg. */
    report?: string;
    /** A command, here, that switches the host on again after `power`. */
    powerOn?: string;
    /** How long a host may take to come back, in seconds. */
    patience: number;
}

export interface Drill {
    pair: string;
    kind: Kind;
    /** The host that held the virtual IPs, and the host that acquired them. */
    from: string;
    to: string;
    began: string;
    rate: number;
    sent: number;
    failed: number;
    /** The longest time between the sending of a request that was answered and the next answer, in seconds. */
    gap: number;
    marks: Mark[];
    isRestored: boolean;
}

interface Rehearsal {
    pair: DeclaredPair;
    holder: DeclaredHost;
    other: DeclaredHost;
    options: DrillOptions;
    mark: (what: string) => void;
}

/** Runs a function of drill.sh on a host; it must succeed. */
async function on(host: DeclaredHost, name: string, timeout?: number): Promise<void> {
    const { code, stdout, stderr } = await askHost(host, [script("lib.sh"), ownScript("drill.sh"), name], timeout);
    if (code !== 0) {
        throw new UserError(`${host.name}: ${name} ended with ${code}: ${(stderr || stdout).trim()}`);
    }
}

async function untilState(
    what: string,
    seconds: number,
    pair: DeclaredPair,
    is: (state: PairState) => boolean,
): Promise<void> {
    await until(what, seconds * 1000, async () => is(await lookAtPair(pair)), 500);
}

const isWell = ({ problems }: PairState) => problems.length === 0;

function holdsAll(host: DeclaredHost): (state: PairState) => boolean {
    return ({ hosts, virtualIps }) => hosts.find(({ name }) => name === host.name)?.holds.length === virtualIps.length;
}

async function bringBack({ pair, holder, other, mark }: Rehearsal): Promise<void> {
    if (!holdsAll(holder)(await lookAtPair(pair))) {
        await handOver(other, holder.name);
    }
    mark(`${holder.name} has the virtual IPs again`);
}

/** What is done, and how it is undone. */
const rehearsals: Record<Kind, { fail(it: Rehearsal): Promise<void>; restore(it: Rehearsal): Promise<void> }> = {
    "hand-over": {
        async fail({ holder, other, mark }) {
            await handOver(holder, other.name);
            mark(`${other.name} has the virtual IPs`);
        },
        restore: bringBack,
    },
    haproxy: {
        async fail({ pair, holder, other, mark }) {
            mark(`HAProxy is stopped on ${holder.name}`);
            await on(holder, "stop_haproxy");
            await untilState(`${other.name} takes over`, 30, pair, holdsAll(other));
            mark(`${other.name} has the virtual IPs`);
        },
        async restore(it) {
            await on(it.holder, "start_haproxy");
            it.mark(`HAProxy is started on ${it.holder.name}`);
            const isFit = ({ hosts }: PairState) => hosts.every(({ serves }) => serves);
            await untilState("HAProxy serves on both hosts", 30, it.pair, isFit);
            // By the declared failback, or by us.
            await untilState("failback", 20, it.pair, holdsAll(it.holder)).catch(() => undefined);
            await bringBack(it);
        },
    },
    power: {
        async fail({ pair, holder, other, mark }) {
            const { command, timeout } = pair.fencing as { command: string; timeout: number };
            mark(`${holder.name} is switched off`);
            const values = { ...other.values, fencing_command: command, fenced: holder.name };
            await on({ ...other, values }, "fence", (timeout + 5) * 1000);
            await untilState(`${other.name} takes over`, 60, pair, holdsAll(other));
            mark(`${other.name} has the virtual IPs`);
        },
        async restore(it) {
            if (it.options.powerOn) {
                const { code, stdout, stderr } = await attempt(["sh", "-c", it.options.powerOn]);
                if (code !== 0) {
                    throw new UserError(`--power-on ended with ${code}: ${(stderr || stdout).trim()}`);
                }
            } else {
                console.error(`  waiting for ${it.holder.name}: switch it on`);
            }
            const isThere = ({ hosts }: PairState) =>
                hosts.every(({ unreachable, sees }) => unreachable === undefined && sees === "active");
            await untilState(`${it.holder.name} is back`, it.options.patience, it.pair, isThere);
            it.mark(`${it.holder.name} is back`);
            await untilState("failback", 30, it.pair, holdsAll(it.holder)).catch(() => undefined);
            await bringBack(it);
        },
    },
};

/** Which host holds everything; a drill needs a pair that is well. */
async function holderOf(pair: DeclaredPair): Promise<[DeclaredHost, DeclaredHost]> {
    const { problems, virtualIps } = await lookAtPair(pair);
    if (problems.length > 0) {
        throw new UserError(
            `a drill needs a pair without problems:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
        );
    }
    const holders = [...new Set(virtualIps.flatMap((each) => each.holders))];
    if (holders.length > 1) {
        throw new UserError(
            "both hosts hold virtual IPs; move all of them to one (halb switchover --to HOST) before a drill",
        );
    }
    const [holder] = pair.hosts.filter(({ name }) => name === holders[0]);
    const [other] = pair.hosts.filter(({ name }) => name !== holders[0]);
    return [holder, other];
}

/** Rehearses a failure. Calls `done` with all measurements, also if the pair could not be restored. */
async function rehearse(
    pair: DeclaredPair,
    kind: Kind,
    options: DrillOptions,
    done: (drill: Drill, shots: Shot[]) => void,
): Promise<void> {
    if (kind === "power" && !pair.fencing) {
        throw new UserError("this pair has no fencing.command, which the drill needs to switch a host off");
    }
    const [holder, other] = await holderOf(pair);
    const began = now();
    const marks: Mark[] = [];
    const mark = (what: string) => {
        const at = (now() - began) / 1000;
        marks.push({ at, what });
        console.error(`  ${at.toFixed(1).padStart(5)} s  ${what}`);
    };
    const it: Rehearsal = { pair, holder, other, options, mark };
    const client = new Client(pair.url, 1000 / options.rate, 500);
    let isRestored = false;
    console.error(`  asking ${pair.url} ${options.rate} times a second; 2 s without a failure first`);
    try {
        await warmUp(client, pair.url);
        throwIfInterrupted();
        try {
            await rehearsals[kind].fail(it);
            await sleep(3000);
        } finally {
            // Also after an interrupt, when nothing else is started any more.
            await cleanUp(() => rehearsals[kind].restore(it));
            isRestored = true;
            await sleep(2000);
        }
    } finally {
        const shots = await client.stop();
        if (marks.length > 0) {
            const failed = shots.filter((shot) => !isGood(shot)).length;
            const gap = longestOutage(shots, began) / 1000;
            const when = { began: new Date(began).toISOString(), rate: options.rate };
            const what = { sent: shots.length, failed, gap, marks, isRestored };
            done({ pair: pair.name, kind, from: holder.name, to: other.name, ...when, ...what }, shots);
            if (!isRestored) {
                console.error(`  the pair was not restored: see "halb status"`);
            }
        }
    }
    await untilState("the pair is well again", options.patience, pair, isWell);
}

/** All must be well before something happens; what is answered then is the measure for the rest. */
async function warmUp(client: Client, url: string): Promise<void> {
    await sleep(2000);
    if (!client.shots.some(isGood)) {
        const [shot] = await client.stop();
        throw new UserError(
            `no answer at ${url} from here (${shot.error ?? `status ${shot.status}`}). ` +
                "Run the drill on a machine that reaches the virtual IP",
        );
    }
}

export async function drill(pair: DeclaredPair, kind: Kind, asJson: boolean, options: DrillOptions): Promise<number> {
    const { report } = options;
    if (report) {
        mkdirSync(report, { recursive: true });
    }
    let told = "";
    await rehearse(pair, kind, options, (done, shots) => {
        const { sent, failed, gap } = done;
        const json = JSON.stringify(done, null, 4);
        if (report) {
            writeFileSync(join(report, "drill.json"), `${json}\n`);
            writeFileSync(join(report, "drill.svg"), timeline(done, shots));
        }
        told = asJson
            ? json
            : `${kind}: ${failed} of ${sent} requests failed, longest gap ${gap.toFixed(2)} s. The pair is as it was before.`;
    });
    console.log(told);
    return 0;
}

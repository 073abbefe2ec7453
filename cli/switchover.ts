/** `halb switchover`: hands the virtual IPs over to the other host, by Heartbeat's own hand-over. */
import { script } from "../components/steps/script";
import { UserError } from "../support/errors";
import { type HostState, lookAtPair, ownScript, type PairState, unfit } from "./look";
import { askHost, type DeclaredHost, type DeclaredPair } from "./stack";

/** Time limit of a hand-over, in milliseconds: Heartbeat ignores requests in its first 10 s. */
const limit = 60_000;

export interface Moved {
    from: string;
    to: string;
    virtualIps: string[];
    seconds: number;
}

/** The host with this name, or with this first part of its name. */
export function hostCalled<T extends { name: string }>(hosts: T[], word: string): T {
    const found = hosts.filter(({ name }) => name === word.toLowerCase() || name.split(".")[0] === word.toLowerCase());
    if (found.length !== 1) {
        throw new UserError(
            `--to: the pair has no host "${word}"; its hosts: ${hosts.map(({ name }) => name).join(", ")}`,
        );
    }
    return found[0];
}

/** The host that takes over: the one in `--to`, or else the host that holds nothing. */
function target({ hosts }: PairState, to: string | undefined): HostState {
    if (to) {
        return hostCalled(hosts, to);
    }
    const idle = hosts.filter(({ holds, unreachable }) => unreachable === undefined && holds.length === 0);
    if (idle.length !== 1) {
        throw new UserError("both hosts hold virtual IPs; name the host that takes over with --to");
    }
    return idle[0];
}

/** Hands all virtual IPs over to the other host, and waits until it holds them. */
export async function handOver(from: DeclaredHost, to: string): Promise<Moved> {
    const start = performance.now();
    const scripts = [...["lib.sh", "pair.sh"].map(script), ownScript("hand-over.sh"), "hand_over"];
    const { code, stderr } = await askHost(from, scripts, limit);
    if (code !== 0) {
        throw new UserError(stderr.trim());
    }
    const seconds = (performance.now() - start) / 1000;
    return {
        from: from.name,
        to,
        virtualIps: from.values.virtual_ips.split(" ").map((word) => word.split("/")[0]),
        seconds,
    };
}

/** What was moved; undefined where everything was there already. */
export async function move(pair: DeclaredPair, to?: string): Promise<Moved | undefined> {
    const state = await lookAtPair(pair);
    const taker = target(state, to);
    const source = pair.hosts.find(({ name }) => name !== taker.name) as DeclaredHost;
    const giver = state.hosts.find(({ name }) => name === source.name) as HostState;
    if (taker.holds.length === state.virtualIps.length) {
        return undefined;
    }
    const reasons = unfit(taker);
    if (reasons.length > 0) {
        throw new UserError(`${taker.name} is unfit, and nothing was moved: ${reasons.join("; ")}`);
    }
    if (giver.unreachable !== undefined) {
        throw new UserError(
            `${giver.name} does not answer (${giver.unreachable}), so it cannot hand over. ` +
                "If it is dead, the other host takes over by itself",
        );
    }
    return handOver(source, taker.name);
}

/** How long a host keeps what it was given. */
export function howLong({ hosts }: DeclaredPair, taker: string): string {
    const others = hosts.filter(({ name, values }) => name !== taker && values.own_virtual_ips !== "");
    if (others.length === 0 || others[0].values.failback === "no") {
        return "It stays there until you move it, or until that host fails.";
    }
    return `${others[0].name} takes its own virtual IPs back when it boots, or when a "pulumi up" has something to do (heartbeat.autoFailback).`;
}

export async function switchover(pair: DeclaredPair, asJson: boolean, to?: string): Promise<number> {
    const moved = await move(pair, to);
    if (asJson) {
        console.log(JSON.stringify(moved ?? null, null, 4));
    } else if (moved) {
        const { virtualIps, to: taker, seconds } = moved;
        console.log(`${taker} has ${virtualIps.join(", ")} (${seconds.toFixed(1)} s). ${howLong(pair, taker)}`);
    } else {
        console.log("That host already holds all virtual IPs; nothing was moved.");
    }
    return 0;
}

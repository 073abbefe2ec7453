/** Whether a pair is at rest, and what its Heartbeats take each other for: what a test or a benchmark waits for. */

import { run } from "../support/run";
import { lasting, until } from "../support/wait";
import type { Host } from "./host";
import type { Lab } from "./lab";
import { virtualIp } from "./pulumi";

/** A pair that stayed settled for this long is at rest: a peer that was declared dead by mistake would show by then. In milliseconds. */
const restsFor = 3000;
/** In a node's first 5 s Heartbeat adds 2 s to its deadtime (HB_FIRST_DEADTIME_EXTENSION, heartbeat.c). In seconds. */
const patientFor = 6;

/** In its first 10 s Heartbeat ignores a request to hand over. In seconds. */
const deafFor = 10;

/** Prints for how many seconds Heartbeat has run. */
const age = "ps -o etimes= -p $(cat /run/heartbeat.pid) | grep . || echo 0";

/** One line each: Heartbeat's view of both hosts and of the resources, its age, and what the keeper last wrote of its peer. */
const look = (nodes: string[]) =>
    [
        ...nodes.map((node) => `cl_status nodestatus ${node}`),
        "cl_status rscstatus",
        age,
        "cat /run/ha-load-balancer-pair/peer/* 2>/dev/null | sort -u | head -n 1",
    ].join("; ");

/** Why a host is not at rest; undefined where it is. */
async function whyNotSettled(host: Host, nodes: string[]): Promise<string | undefined> {
    const { stdout } = await host.attempt(look(nodes));
    const lines = stdout.trimEnd().split("\n");
    const states = lines.slice(0, nodes.length);
    const [resources, seconds, peer = ""] = lines.slice(nodes.length);
    if (states.some((state) => state !== "active")) {
        return `Heartbeat sees ${nodes.join(" and ")} as ${states.join(" and ")}`;
    }
    if (resources === "transition") {
        return "Heartbeat is in transition";
    }
    if (!(Number(seconds) >= patientFor)) {
        return `Heartbeat runs for ${seconds} s only`;
    }
    return peer === "" || peer === "silent" ? "the keeper does not hear its peer" : undefined;
}

/** Waits until Heartbeat on a host has not heard a peer for its `deadtime`. */
export async function untilDead(host: Host, peer: Host): Promise<void> {
    await until(`Heartbeat on ${host.name} takes ${peer.name} for dead`, 30_000, async () => {
        return (await host.attempt(`cl_status nodestatus ${peer.plan.fqdn}`)).stdout.trim() === "dead";
    });
}

/** Waits until Heartbeat on a host has settled who has what. While it has not, it ignores a request. */
export async function untilSettled(host: Host): Promise<void> {
    await until(`Heartbeat on ${host.name} has settled`, 30_000, async () => {
        const state = (await host.attempt("cl_status rscstatus")).stdout.trim();
        return state !== "" && state !== "transition";
    });
}

/** Waits until Heartbeat on a host accepts a request to hand over. */
export async function untilAcceptsRequests(host: Host): Promise<void> {
    await untilSettled(host);
    await until(`Heartbeat on ${host.name} has run for ${deafFor} s`, 30_000, async () => {
        return Number((await host.attempt(age)).stdout) >= deafFor;
    });
}

/** Where a host has an address for good, by its kernel: `2 192.168.0.99/24`, the first number being the interface's. */
export async function entriesOf({ id }: Host, address: string): Promise<string[]> {
    const lines = await run(["ip", "-n", id, "-o", "address", "show", "permanent", "to", address]);
    return [...lines.matchAll(/^(\d+): \S+ +inet6? (\S+)/gm)].map(([, index, entry]) => `${index} ${entry}`);
}

/** The names of the load balancers that hold an address for good. */
export async function holdersOf(lab: Lab, address = virtualIp): Promise<string[]> {
    const held = await Promise.all(lab.loadBalancers.map((host) => entriesOf(host, address)));
    return lab.loadBalancers.filter((_, i) => held[i].length > 0).map(({ name }) => name);
}

/** Why a lab's first two hosts are not at rest as a pair; undefined where they are. `holder`: who has to hold the virtual IP; undefined: not looked at. */
export async function whyNotAtRest(lab: Lab, holder?: string): Promise<string | undefined> {
    const pair = lab.loadBalancers.slice(0, 2);
    const nodes = pair.map(({ plan }) => plan.fqdn);
    for (const host of pair) {
        const why = host.isOn() ? await whyNotSettled(host, nodes) : "it is off";
        if (why) {
            return `${host.name}: ${why}`;
        }
    }
    const holders = (await holdersOf(lab)).join(" and ");
    return holder === undefined || holders === holder ? undefined : `${holders || "no host"} holds ${virtualIp}`;
}

/** Waits until a pair is at rest, and was so for 3 s. After `limit` milliseconds it fails, and says what was missing. */
export async function untilRest(lab: Lab, holder?: string, limit = 90_000): Promise<void> {
    let why: string | undefined;
    const isAtRest = async () => {
        why = await whyNotAtRest(lab, holder);
        return why === undefined;
    };
    await until("the pair is at rest", limit, lasting(restsFor, isAtRest), 250, () => why ?? "it does not last");
}

/** `halb doctor`: finds what prevents the pair from serving, or the next `pulumi up` from succeeding. */
import { Client, isGood } from "../support/client";
import { type HostState, lookAtPair, type PairState, unfit } from "./look";
import type { DeclaredPair } from "./stack";

interface Check {
    what: string;
    /** What is wrong; empty where it is well. */
    problems: string[];
}

function hostChecks(host: HostState): Check[] {
    const { name, unreachable, problems, drift } = host;
    const login: Check = {
        what: `${name}: SSH login works, with the declared host key, as root or by sudo`,
        problems: unreachable === undefined ? [] : [unreachable],
    };
    if (unreachable !== undefined) {
        return [login];
    }
    return [
        login,
        {
            what: `${name}: node name, system, addresses, interfaces, ports, disk and clock fit`,
            problems,
        },
        { what: `${name}: HAProxy, Heartbeat and the keeper work, and hear the peer`, problems: unfit(host) },
        {
            what: `${name}: no drift`,
            problems: drift.map(({ what }) => `${what}. What to do: "pulumi up" repairs it`),
        },
    ];
}

function holderChecks({ virtualIps }: PairState): Check[] {
    return virtualIps.map(({ address, holders }) => ({
        what: `${address}: is held by one host`,
        problems:
            holders.length === 1
                ? []
                : [
                      `${holders.length === 0 ? `no reachable host holds ${address}` : `${holders.join(" and ")} both hold ${address}`}. What to do: ` +
                          'run "journalctl -u heartbeat -u ha-load-balancer-pair" on both hosts',
                  ],
    }));
}

/** Whether a client, here, gets an answer. */
async function clientCheck(url: string): Promise<Check> {
    const client = new Client(url, 1000, 3000);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const [shot] = await client.stop();
    const why = shot.error ?? `status ${shot.status}`;
    const way = 'check with "halb status" that a server is UP, and that this machine has a route to the virtual IP';
    return { what: `${url}: answers a client here`, problems: isGood(shot) ? [] : [`${why}. What to do: ${way}`] };
}

async function checks(pair: DeclaredPair): Promise<Check[]> {
    const state = await lookAtPair(pair);
    return [
        ...state.hosts.flatMap(hostChecks),
        ...holderChecks(state),
        ...(pair.url ? [await clientCheck(pair.url)] : []),
    ];
}

export async function doctor(pair: DeclaredPair, asJson: boolean): Promise<number> {
    const all = await checks(pair);
    const lines = all.flatMap(({ what, problems }) => [
        `${problems.length === 0 ? "ok  " : "BAD "} ${what}`,
        ...problems.map((problem) => `       ${problem}`),
    ]);
    console.log(asJson ? JSON.stringify(all, null, 4) : lines.join("\n"));
    return all.every(({ problems }) => problems.length === 0) ? 0 : 1;
}

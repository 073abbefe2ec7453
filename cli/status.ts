/** `halb status`: the pair as it is now. */
import { type HostState, lookAtPair, type PairState } from "./look";
import { columns } from "./print";
import type { DeclaredPair } from "./stack";

function list(words: string[]): string {
    return words.join(" ") || "-";
}

function record(values: Record<string, string>): string {
    return list(Object.entries(values).map(([key, value]) => `${key} ${value}`));
}

function heard({ hears }: HostState): string {
    return Object.values(hears).some((has) => has !== "silent") ? "heard" : "silent";
}

function hostTable(hosts: HostState[]): string {
    const header = ["HOST", "HAPROXY", "HEARTBEAT", "KEEPER", "SEES PEER", "PEER'S KEEPER", "HOLDS"];
    const rows = hosts.map((host) =>
        host.unreachable === undefined
            ? [
                  host.name,
                  host.units.haproxy === "active" && !host.serves ? "silent" : host.units.haproxy,
                  host.units.heartbeat,
                  host.units["ha-load-balancer-pair"],
                  host.sees,
                  heard(host),
                  list(host.holds),
              ]
            : [host.name, "?", "?", "?", "?", "?", "?"],
    );
    return columns([header, ...rows]);
}

function virtualIpTable({ virtualIps }: PairState): string {
    const rows = virtualIps.map(({ address, holders, preferredHost, interfaces }) => [
        address,
        list(holders),
        preferredHost,
        // One name where both hosts call it so.
        list([...new Set(Object.values(interfaces))]),
    ]);
    return columns([["VIRTUAL IP", "HOLDER", "PREFERRED HOST", "INTERFACE"], ...rows]);
}

function serverTable(hosts: HostState[]): string {
    const names = [...new Set(hosts.flatMap(({ servers }) => Object.keys(servers)))];
    const rows = names.map((name) => [name, ...hosts.map(({ servers }) => servers[name] ?? "?")]);
    return columns([["SERVER", ...hosts.map(({ name }) => `BY ${name}`)], ...rows]);
}

function linkTable(hosts: HostState[]): string {
    const rows = hosts.map(({ name, links, versions }) => [name, record(links), record(versions)]);
    return columns([["HOST", "LINKS TO THE PEER", "VERSIONS"], ...rows]);
}

function statusText(state: PairState): string {
    const { name, url, hosts, problems } = state;
    const verdict =
        problems.length === 0
            ? "All is well."
            : ["Not well:", ...problems.map((problem) => `  - ${problem}`)].join("\n");
    const tables = [hostTable(hosts), virtualIpTable(state), serverTable(hosts), linkTable(hosts)];
    return [`${name}  ${url}`, ...tables, verdict, ""].join("\n\n").trimEnd();
}

/** Prints the status; the exit code says whether all is well. */
export async function status(pair: DeclaredPair, asJson: boolean): Promise<number> {
    const state = await lookAtPair(pair);
    console.log(asJson ? JSON.stringify(state, null, 4) : statusText(state));
    return state.problems.length === 0 ? 0 : 1;
}

/** Prints it again and again, until it is interrupted. */
export async function watch(pair: DeclaredPair, asJson: boolean, seconds: number): Promise<number> {
    process.once("SIGINT", () => process.exit(130));
    for (;;) {
        const state = await lookAtPair(pair);
        if (asJson) {
            console.log(JSON.stringify({ at: new Date().toISOString(), ...state }));
        } else {
            const clear = process.stdout.isTTY ? "\x1b[H\x1b[2J" : "";
            console.log(`${clear}${new Date().toISOString()}  ${statusText(state)}\n`);
        }
        await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
}

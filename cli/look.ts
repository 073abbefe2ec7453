/** What the hosts of a pair say of themselves, now. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { script } from "../components/steps/script";
import { clockProblem } from "../components/survey/problems";
import { type Finding, parse, surveyScripts } from "../components/survey/survey";
import { canonical } from "../components/values/canonical";
import { askHost, type DeclaredHost, type DeclaredPair, NotAsked } from "./stack";

export interface HostState {
    name: string;
    /** Why the host did not answer; undefined if it did. */
    unreachable?: string;
    /** The states of haproxy, heartbeat and ha-load-balancer-pair (the keeper), by systemd. */
    units: Record<string, string>;
    versions: Record<string, string>;
    /** The peer's state by Heartbeat: active, up, init or dead; unknown if Heartbeat does not answer. */
    sees: string;
    /** Heartbeat's links to the peer, each up or dead. */
    links: Record<string, string>;
    /** The interface of each virtual IP on this host. */
    interfaces: Record<string, string>;
    holds: string[];
    /** The virtual IPs that an operator forces to this host (VirtualIp ADDRESS hold), as the agent spells them. */
    forced: string[];
    prefers: string[];
    /** The peer's state of each virtual IP, as the keeper hears it: held, lingering, no, or silent. */
    hears: Record<string, string>;
    /** Whether HAProxy answers. */
    serves: boolean;
    /** HAProxy's servers, `SECTION/SERVER`, and the state of each: UP, DOWN, MAINT, … */
    servers: Record<string, string>;
    drift: Finding[];
    /** Why the host cannot be part of a pair, each with its way out. */
    problems: string[];
}

export interface PairState {
    name: string;
    url: string;
    hosts: HostState[];
    /** Each virtual IP's holders, its preferred host, and its interface on each host that answers. */
    virtualIps: { address: string; holders: string[]; preferredHost: string; interfaces: Record<string, string> }[];
    /** All problems; empty if there is none. */
    problems: string[];
}

export function ownScript(name: string): string {
    return readFileSync(join(__dirname, "sh", name), "utf8");
}

/** A host without an answer yet; `unreachable`: why there will be none. */
export function silent(name: string, unreachable?: string): HostState {
    return {
        name,
        unreachable,
        units: {},
        versions: {},
        sees: "",
        links: {},
        interfaces: {},
        holds: [],
        forced: [],
        prefers: [],
        hears: {},
        serves: false,
        servers: {},
        drift: [],
        problems: [],
    };
}

/** The lines of look.sh. */
export function parseLook(text: string): Partial<HostState> {
    const rows = text.split("\n").map((each) => each.split("\t"));
    const all = (keyword: string) => rows.filter(([word]) => word === keyword).map(([, ...fields]) => fields);
    const record = (keyword: string) => Object.fromEntries(all(keyword).map(([key, value]) => [key, value]));
    const addresses = (keyword: string) => all(keyword).map(([address]) => canonical(address));
    return {
        units: record("unit"),
        versions: record("package"),
        sees: all("sees")[0]?.[0] ?? "",
        links: record("link"),
        interfaces: Object.fromEntries(all("on").map(([address, name]) => [canonical(address), name])),
        holds: addresses("holds"),
        forced: all("forced").map(([address]) => address),
        prefers: addresses("prefers"),
        hears: Object.fromEntries(all("peer").map(([address, has]) => [canonical(address), has || "silent"])),
        serves: all("serves")[0]?.[0] === "yes",
        servers: record("server"),
    };
}

/** Asks a host. Never fails: what is wrong with it is in the answer. */
async function lookAt(host: DeclaredHost): Promise<HostState> {
    try {
        const scripts = [...surveyScripts.map(script), ownScript("look.sh"), "(survey) && look"];
        const { code, stdout, stderr } = await askHost(host, scripts);
        if (code !== 0) {
            return silent(host.name, `its survey failed with exit status ${code}: ${stderr.trim()}`);
        }
        const said = parse(stdout);
        const problems = [...said.problems, ...said.warnings, ...clockProblem(said)];
        return { ...silent(host.name), ...parseLook(stdout), drift: said.drift, problems };
    } catch (error) {
        if (error instanceof NotAsked) {
            return silent(host.name, error.why);
        }
        throw error;
    }
}

export async function lookAtPair(pair: DeclaredPair): Promise<PairState> {
    return judged(pair, await Promise.all(pair.hosts.map(lookAt)));
}

/** What the answers of both hosts say of the pair. */
export function judged({ name, url, hosts: declared }: DeclaredPair, hosts: HostState[]): PairState {
    const preferred = (address: string) =>
        declared.find(({ values }) => words(values.own_virtual_ips).some((word) => isOf(word, address)))?.name ?? "";
    const virtualIps = words(declared[0].values.virtual_ips).map((word) => {
        const address = canonical(word.split("/")[0]);
        const holders = hosts.filter(({ holds }) => holds.includes(address)).map((host) => host.name);
        const interfaces = Object.fromEntries(
            hosts.flatMap((host) => (host.interfaces[address] ? [[host.name, host.interfaces[address]]] : [])),
        );
        return { address, holders, preferredHost: preferred(address), interfaces };
    });
    const problems = [
        ...virtualIps.flatMap(({ address, holders }) =>
            holders.length === 1
                ? []
                : [`${address} is held by ${holders.length === 0 ? "no reachable host" : holders.join(" and ")}`],
        ),
        ...hosts.flatMap((host) => [...unfit(host), ...findings(host)].map((what) => `${host.name}: ${what}`)),
    ];
    return { name, url, hosts, virtualIps, problems };
}

function words(text = ""): string[] {
    return text.split(" ").filter(Boolean);
}

function isOf(word: string, address: string): boolean {
    return canonical(word.split("/")[0]) === address;
}

/** Why a host could not take the virtual IPs over; empty where it could. */
export function unfit({ unreachable, units, serves, sees, hears }: HostState): string[] {
    if (unreachable !== undefined) {
        return [`unreachable (${unreachable})`];
    }
    const names: Record<string, string> = {
        "ha-load-balancer-pair": "the keeper",
        heartbeat: "Heartbeat",
        haproxy: "HAProxy",
    };
    const stopped = Object.entries(units).filter(([, state]) => state !== "active");
    return [
        ...stopped.map(([unit, state]) => `${names[unit]} is ${state} (see "journalctl -u ${unit}" there)`),
        ...(serves || units.haproxy !== "active" ? [] : ["HAProxy does not answer"]),
        ...(sees === "active" || units.heartbeat !== "active" ? [] : [`its Heartbeat sees the peer as ${sees}`]),
        ...(Object.values(hears).includes("silent") && units["ha-load-balancer-pair"] === "active"
            ? ["its keeper does not hear the peer's keeper"]
            : []),
    ];
}

/** All other problems of a host. */
function findings({ drift, problems, links, servers, forced, unreachable }: HostState): string[] {
    if (unreachable !== undefined) {
        return [];
    }
    const dead = Object.entries(links).filter(([, state]) => state !== "up");
    const down = Object.entries(servers).filter(([, state]) => /^(DOWN|NOLB)/.test(state));
    return [
        ...problems,
        ...forced.map(
            (address) =>
                `${address} is forced to this host; "/etc/ha.d/resource.d/VirtualIp ${address} release" there ends that`,
        ),
        ...drift.map(({ what }) => `${what}; "pulumi up" repairs it`),
        ...dead.map(([link, state]) => `the link ${link} is ${state}`),
        ...down.map(([server, state]) => `the server ${server} is ${state}`),
    ];
}

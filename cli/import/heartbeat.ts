/** From ha.cf and haresources to the component's arguments. See ha.cf(5), and the comments in the shipped haresources. */
import type { HeartbeatArgs, McastArgs, UcastArgs, VirtualIpArgs } from "../../components/args";
import { canonical } from "../../components/values/canonical";

/** Something that was read, and what is to be said about it. */
export interface Imported<T> {
    args: T;
    notes: string[];
}

/** The words of each line, without comments. */
function lines(text: string): string[][] {
    return text
        .split("\n")
        .map((line) => line.replace(/#.*/, "").trim().split(/\s+/))
        .filter(([first]) => first !== "");
}

/** The hosts' addresses that its `ucast` lines name. */
export function ucastAddresses(text: string): string[] {
    return lines(text)
        .filter(([directive]) => directive === "ucast")
        .map(([, , address]) => address);
}

/** What the component says itself, or has no need of. */
const needless = [
    "node",
    "logfile",
    "debugfile",
    "use_logd",
    "crm",
    "respawn",
    "apiauth",
    "hopfudge",
    "baud",
    "serial",
];

/** `addresses`: those of both hosts, in the order of hosts, by interface. */
export function importHaCf(text: string, addresses: Record<string, string[]>): Imported<HeartbeatArgs> {
    const args: HeartbeatArgs = {};
    const notes: string[] = [];
    const ucast = new Map<string, UcastArgs>();
    const mcast: McastArgs[] = [];
    const bcast = new Set<string>();
    const ping: string[] = [];
    for (const [directive, ...words] of lines(text)) {
        if (["keepalive", "deadtime", "warntime", "initdead", "logfacility"].includes(directive)) {
            args[directive as "keepalive"] = words[0];
        } else if (directive === "udpport") {
            args.udpport = Number(words[0]);
        } else if (directive === "auto_failback") {
            args.autoFailback = /^(on|yes|true|1|y)$/i.test(words[0]);
        } else if (directive === "ucast") {
            // Each host names the other's address; together they are the link.
            ucast.set(words[0], { interface: words[0], addresses: addresses[words[0]] });
        } else if (directive === "bcast" || directive === "udp") {
            for (const name of words) {
                bcast.add(name);
            }
        } else if (directive === "mcast") {
            const [name, group, port, ttl] = words;
            mcast.push({ interface: name, group, port: Number(port), ttl: Number(ttl) });
        } else if (directive === "ping" || directive === "ping_group") {
            ping.push(...words.slice(directive === "ping" ? 0 : 1));
        } else if (directive === "crm" && /^(on|yes|true|1|respawn)$/i.test(words[0])) {
            notes.push("ha.cf: crm is on: this component does not adopt a Pacemaker cluster");
        } else if (/^(watchdog|stonith|stonith_host)$/.test(directive)) {
            notes.push(
                `ha.cf: ${directive} prevents the adoption of this Heartbeat. Remove it first; for STONITH declare fencing`,
            );
        } else if (!needless.includes(directive)) {
            notes.push(`ha.cf: "${[directive, ...words].join(" ")}" is left out: the component has no field for it`);
        }
    }
    oneKindAnInterface(args, { ucast, mcast, bcast }, notes);
    return { args: { ...args, ...(ping.length > 0 ? { ping } : {}) }, notes };
}

interface Links {
    ucast: Map<string, UcastArgs>;
    mcast: McastArgs[];
    bcast: Set<string>;
}

/** One interface serves one kind of link: two kinds on it would open the same port twice. Unicast is preferred, because it disturbs no other host. */
function oneKindAnInterface(args: HeartbeatArgs, { ucast, mcast, bcast }: Links, notes: string[]): void {
    const groups = mcast.filter((link) => !ucast.has(link.interface as string));
    const broadcast = [...bcast].filter((name) => !ucast.has(name) && groups.every((link) => link.interface !== name));
    if (groups.length < mcast.length || broadcast.length < bcast.size) {
        notes.push(
            "ha.cf: other links on an interface are left out: the component has one kind of link an interface, unicast if declared",
        );
    }
    if (ucast.size > 0) {
        args.ucast = [...ucast.values()];
    }
    if (groups.length > 0) {
        args.mcast = groups;
    }
    if (broadcast.length > 0) {
        args.bcast = broadcast;
    }
}

/** `IPaddr::192.168.0.99/24/eth0`, a bare address, and the like. */
const addressResource = /^(?:(?:IPaddr2?|IPv6addr|VirtualIp)::)?([0-9a-fA-F.:]+)(?:\/\d+)?(?:\/([^/]+))?(?:\/.*)?$/;

/** The length of a prefix is left out: a host has a virtual IP as a host address. */
export function importHaresources(text: string, hosts: string[]): Imported<VirtualIpArgs[]> {
    const args: VirtualIpArgs[] = [];
    const notes: string[] = [];
    for (const [node, ...resources] of lines(text.replace(/\\\n/g, " "))) {
        for (const resource of resources) {
            const [, address, name] = addressResource.exec(resource) ?? [];
            if (address === undefined || !/[.:]/.test(address)) {
                notes.push(
                    `haresources: "${resource}" is left out: it is no address. HAProxy always runs on both hosts`,
                );
                continue;
            }
            args.push({
                address: canonical(address),
                ...(name ? { interface: name } : {}),
                ...(node.toLowerCase() === hosts[0] ? {} : { preferredHost: node.toLowerCase() }),
            });
        }
    }
    return { args, notes };
}

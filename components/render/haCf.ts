/** /etc/ha.d/ha.cf: Heartbeat's timing, links and members. See ha.cf(5). */
import type { Heartbeat, Node, Ucast } from "../model";

/**
 * `self` is the host's index in `nodes`; only `ucast` depends on it. Interfaces are selectors in braces: `{eth0}`, `{10.0.0.0/16}`, or
 * `{192.168.0.100}` for the interface with that address. The host replaces them by its interfaces (steps/sh/interfaces.sh).
 */
export function haCf(heartbeat: Heartbeat, nodes: Node[], self: number): string {
    return `logfacility ${heartbeat.logfacility}
keepalive ${heartbeat.keepalive}
deadtime ${heartbeat.deadtime}
warntime ${heartbeat.warntime}
initdead ${heartbeat.initdead}
udpport ${heartbeat.udpport}
${links(heartbeat, self).join("\n")}
auto_failback ${heartbeat.autoFailback ? "on" : "off"}
${nodes.map((node) => `node ${node.name}`).join("\n")}
`;
}

/** One line a link. They must come after udpport, which ucast and bcast read. */
function links(heartbeat: Heartbeat, self: number): string[] {
    return [
        ...heartbeat.ucast.map((link) => `ucast {${ucastSelector(link, self)}} ${link.addresses[1 - self]}`),
        ...heartbeat.bcast.map((selector) => `bcast {${selector}}`),
        // The last word is "loop": a host has no use for its own packets.
        ...heartbeat.mcast.map((link) => `mcast {${link.interface}} ${link.group} ${link.port} ${link.ttl} 0`),
    ];
}

/** The selectors of the interfaces of a host's links. */
export function linkSelectors({ ucast, bcast, mcast }: Heartbeat, self: number): string[] {
    return [...ucast.map((link) => ucastSelector(link, self)), ...bcast, ...mcast.map((link) => link.interface)];
}

function ucastSelector(link: Ucast, self: number): string {
    return link.interface ?? link.addresses[self];
}

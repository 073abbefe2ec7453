/** /etc/ha.d/ha.cf: Heartbeat's timing, links and members. See ha.cf(5). */
import type { Heartbeat, Node } from "../model";

/** `self` is the host's place in `nodes`; only the peer's address in `ucast` depends on it. */
export function haCf(heartbeat: Heartbeat, nodes: Node[], self: number): string {
    const peer = 1 - self;
    return `logfacility ${heartbeat.logfacility}
keepalive ${heartbeat.keepalive}
deadtime ${heartbeat.deadtime}
warntime ${heartbeat.warntime}
initdead ${heartbeat.initdead}
udpport ${heartbeat.udpport}
${links(heartbeat, peer).join("\n")}
auto_failback ${heartbeat.autoFailback ? "on" : "off"}
${nodes.map((node) => `node ${node.name}`).join("\n")}
`;
}

/** One line a link. They must come after udpport, which ucast and bcast read. */
function links(heartbeat: Heartbeat, peer: number): string[] {
    return [
        ...heartbeat.ucast.map((link) => `ucast ${link.interface} ${link.addresses[peer]}`),
        ...heartbeat.bcast.map((name) => `bcast ${name}`),
        // The last word is "loop": a host has no use for its own packets.
        ...heartbeat.mcast.map((link) => `mcast ${link.interface} ${link.group} ${link.port} ${link.ttl} 0`),
    ];
}

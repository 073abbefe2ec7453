/**
 * /etc/haproxy/ha-load-balancer-pair-peers.cfg: the connection between the two HAProxys, different on each host. Peers do
 * not ask who they talk to, so that they listen on 127.0.0.1, behind a port that lets the peer alone in. Across a reload,
 * HAProxy hands its tables to itself by the same way.
 */
import type { Haproxy, Node } from "../../model";
import { socketAddress } from "../../values/socketAddress";
import { peersSection } from "./stick";
import { section } from "./words";

export function peersCfg(peers: Haproxy["peers"], nodes: Node[], self: number): string {
    if (!peers) {
        return "# No section has a stick-table.\n";
    }
    const [own, peer] = [nodes[self], nodes[1 - self]];
    const local = `127.0.0.1:${peers.port}`;
    return [
        section(`peers ${peersSection}`, [
            `bind ${local}`,
            `server ${own.name}`,
            `server ${peer.name} ${socketAddress(peer.address, peers.port)}`,
        ]),
        section(`defaults ${peersSection}-peers`, [
            "mode tcp",
            "timeout connect 5s",
            "timeout client 1m",
            "timeout server 1m",
        ]),
        section(`listen ${peersSection}-peers from ${peersSection}-peers`, [
            `bind ${socketAddress(own.address, peers.port)}`,
            `tcp-request connection reject unless { src ${peer.address} }`,
            `server own ${local}`,
        ]),
    ].join("\n");
}

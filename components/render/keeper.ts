/** /etc/ha-load-balancer-pair/keeper.json: what the keeper (host/lib) knows of the pair. */
import type { Fencing, Heartbeat, Hook, Node, VirtualIp } from "../model";
import { milliseconds } from "../values/time";
import { agentArgument, resource } from "./haresources";

/** `self` is the host's place in `nodes`. Times are in seconds, ports are UDP's. */
export function keeper(
    heartbeat: Heartbeat,
    nodes: Node[],
    virtualIps: VirtualIp[],
    fencing: Fencing | undefined,
    hasFirewall: boolean,
    self: number,
): string {
    const [node, peer] = [nodes[self], nodes[1 - self]];
    const deadtime = milliseconds(heartbeat.deadtime) ?? 0;
    const groupOf = ({ name }: Node) =>
        virtualIps.filter(({ preferredHost }) => preferredHost === name).map(resource)[0];
    const settings = {
        node: node.name,
        peer: peer.name,
        port: keeperPort(heartbeat),
        udpport: heartbeat.udpport,
        deadtime: deadtime / 1000,
        peerAddresses: peerAddresses(heartbeat, nodes, self),
        // Silence must be certain before Heartbeat declares the peer dead, and be certain of more than one lost packet.
        interval: Math.round(between(20, deadtime / 5, 250)) / 1000,
        silence: Math.round(between(60, deadtime / 2, 2000)) / 1000,
        virtualIps: virtualIps.map((virtualIp) => ({
            word: agentArgument(virtualIp),
            address: virtualIp.address,
            preferred: virtualIp.preferredHost === node.name,
            onAcquire: hook(virtualIp.onAcquire),
            onRelease: hook(virtualIp.onRelease),
        })),
        group: groupOf(node) ?? null,
        peerGroup: groupOf(peer) ?? null,
        failback: heartbeat.autoFailback,
        ping: heartbeat.ping,
        fencing: fencing ?? null,
        firewall: hasFirewall,
    };
    return `${JSON.stringify(settings, null, 4)}\n`;
}

function hook(declared: Hook | undefined) {
    if (declared === undefined) {
        return null;
    }
    const { command, arguments: words, timeout, isRequired } = declared;
    return { command: [command, ...words], timeout, isRequired };
}

/** The addresses of the other host, on every link. */
export function peerAddresses({ ucast }: Heartbeat, nodes: Node[], self: number): string[] {
    return [...new Set([nodes[1 - self].address, ...ucast.map(({ addresses }) => addresses[1 - self])])];
}

/** The UDP port that the keepers talk on. */
export function keeperPort({ udpport }: Heartbeat): number {
    return udpport === 695 ? 696 : 695;
}

function between(least: number, value: number, most: number): number {
    return Math.min(Math.max(value, least), most);
}

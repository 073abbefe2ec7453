/** The values of a pair that several steps send to the scripts: addresses, ports and interfaces, as words and lines. */
import type { Heartbeat, Listening, Node, VirtualIp } from "../model";
import { agentArgument } from "../render/haresources";
import { keeperPort } from "../render/keeper";
import { socketAddress } from "../values/socketAddress";

/** Where clients reach HAProxy, as `ADDRESS:PORT` words. */
export function listens({ bind }: Listening): string {
    return [...new Set(bind.map(({ address, port }) => socketAddress(address, port)))].join(" ");
}

/**
 * Where clients reach HAProxy on virtual IPs, as `ADDRESS PORT` lines: there the answer must come from this pair's HAProxy. Without virtual IPs
 * that a required hook moves: a cloud translates their addresses, so no kernel sees both ends of a connection.
 */
export function listensOnVirtualIps({ bind }: Listening, virtualIps: VirtualIp[]): string {
    const proven = virtualIps.filter(({ onAcquire }) => !onAcquire?.isRequired);
    const lines = bind.flatMap(({ address, port }) =>
        proven.filter((each) => isBoundTo(address, each.address)).map((each) => `${each.address} ${port}`),
    );
    return [...new Set(lines)].join("\n");
}

/** HAProxy takes "*" and "0.0.0.0" for every IPv4 address, and "::" for every IPv6 address (configuration manual, 4.2, bind). */
function isBoundTo(bound: string, virtualIp: string): boolean {
    const every = virtualIp.includes(":") ? ["::"] : ["*", "0.0.0.0"];
    return bound === virtualIp || every.includes(bound);
}

/** Every place where HAProxy listens on a host. */
export function listensOn(own: Node, listening: Listening): string {
    const { statsPort, prometheusPort, peersPort } = listening;
    return [
        listens(listening),
        ...(statsPort === undefined ? [] : [socketAddress(own.address, statsPort)]),
        ...(prometheusPort === undefined ? [] : [socketAddress("0.0.0.0", prometheusPort)]),
        ...(peersPort === undefined ? [] : [own.address, "127.0.0.1"].map((each) => socketAddress(each, peersPort))),
    ].join(" ");
}

/** The values of pair.sh. */
export function pairValues(nodes: Node[], virtualIps: VirtualIp[], self: number): Record<string, string> {
    const isOwn = ({ preferredHost }: VirtualIp) => preferredHost === nodes[self].name;
    return {
        node: nodes[self].name,
        peer: nodes[1 - self].name,
        preferred: self === 0 ? "yes" : "no",
        virtual_ips: virtualIps.map(agentArgument).join(" "),
        own_virtual_ips: virtualIps.filter(isOwn).map(agentArgument).join(" "),
    };
}

/** The values for pair.sh's advice if a firewall drops packets between the hosts. */
export function openings(nodes: Node[], heartbeat: Heartbeat, self: number): Record<string, string> {
    return {
        own_address: nodes[self].address,
        peer_address: nodes[1 - self].address,
        heartbeat_port: String(heartbeat.udpport),
        keeper_port: String(keeperPort(heartbeat)),
    };
}

/** The interface of each virtual IP on a host, for interfaces.sh: `ADDRESS SELECTOR` lines. */
export function virtualIpSelectors(virtualIps: VirtualIp[], self: number): string {
    return virtualIps.map((virtualIp) => `${agentArgument(virtualIp)} ${virtualIp.interfaces[self]}`).join("\n");
}

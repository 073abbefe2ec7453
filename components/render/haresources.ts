/** /etc/ha.d/haresources: which host should hold which resource. The same on both hosts. */
import * as ipaddr from "ipaddr.js";
import type { Node, VirtualIp } from "../model";

/** One line a preferred host; its resources are started from left to right. */
export function haresources(virtualIps: VirtualIp[], nodes: Node[]): string {
    return nodes
        .map(({ name }) => ({ name, own: virtualIps.filter(({ preferredHost }) => preferredHost === name) }))
        .filter(({ own }) => own.length > 0)
        .map(({ name, own }) => `${name} ${own.map(resource).join(" ")}\n`)
        .join("");
}

export function resource(virtualIp: VirtualIp): string {
    return `VirtualIp::${agentArgument(virtualIp)}`;
}

/** The address. Resources split their arguments at "::", so one of IPv6 is written out in full. */
export function agentArgument(virtualIp: VirtualIp): string {
    return ipaddr.parse(virtualIp.address).toNormalizedString();
}

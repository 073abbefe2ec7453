/** What the steps are made from: the resolved inputs, and the secrets apart from them. */
import type * as pulumi from "@pulumi/pulumi";
import type { Fencing, Haproxy, HaproxySecrets, Heartbeat, Listening, Node, Packages, VirtualIp } from "../model";
import { agentArgument } from "../render/haresources";
import { socketAddress } from "../render/socketAddress";

export interface Pair {
    /** Tells this pair from every other: `<project>/<stack>/<component>`. */
    id: string;
    /** By what else its hosts may know it; see `aliases` of the component's options. */
    formerIds: pulumi.Output<string[]>;
    /** The preferred host first. */
    nodes: pulumi.Output<Node[]>;
    virtualIps: pulumi.Output<VirtualIp[]>;
    heartbeat: pulumi.Output<Heartbeat>;
    haproxy: pulumi.Output<Haproxy>;
    fencing: pulumi.Output<Fencing | undefined>;
    listening: pulumi.Output<Listening>;
    packages: pulumi.Output<Packages>;
    authkeysSecret: pulumi.Output<string>;
    /** The names of HAProxy's certificates. */
    certificates: string[];
    haproxySecrets: pulumi.Output<HaproxySecrets>;
}

/** Where clients find HAProxy, as `ADDRESS:PORT` words. */
export function listens({ bind }: Listening): string {
    return [...new Set(bind.map(({ address, port }) => socketAddress(address, port)))].join(" ");
}

/** Where HAProxy listens on a host, all told. */
export function listensOn(own: Node, listening: Listening): string {
    const { prometheusPort, peersPort } = listening;
    return [
        listens(listening),
        ...(prometheusPort === undefined ? [] : [socketAddress("0.0.0.0", prometheusPort)]),
        ...(peersPort === undefined ? [] : [own.address, "127.0.0.1"].map((each) => socketAddress(each, peersPort))),
    ].join(" ");
}

/** What pair.sh works with. */
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

/** The interface of each virtual IP on a host, for interfaces.sh: `ADDRESS SELECTOR` lines. */
export function virtualIpSelectors(virtualIps: VirtualIp[], self: number): string {
    return virtualIps.map((virtualIp) => `${agentArgument(virtualIp)} ${virtualIp.interfaces[self]}`).join("\n");
}

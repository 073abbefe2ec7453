/** What the steps are made from: the resolved inputs, and the secrets apart from them. */
import type * as pulumi from "@pulumi/pulumi";
import type { Haproxy, Heartbeat, Node, VirtualIp } from "../model";
import { socketAddress } from "../render/socketAddress";

export interface Pair {
    /** The preferred host first. */
    nodes: pulumi.Output<Node[]>;
    virtualIps: pulumi.Output<VirtualIp[]>;
    heartbeat: pulumi.Output<Heartbeat>;
    haproxy: pulumi.Output<Haproxy>;
    authkeysSecret: pulumi.Output<string>;
    statsPassword: pulumi.Output<string>;
}

/** Where HAProxy listens, as `ADDRESS:PORT` words. */
export function listens({ listen }: Haproxy): string {
    return [...new Set(listen.bind.map(({ address, port }) => socketAddress(address, port)))].join(" ");
}

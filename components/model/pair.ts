/** The input of the steps: the resolved inputs, and the secrets apart from them. */
import type * as pulumi from "@pulumi/pulumi";
import type { Fencing, Haproxy, HaproxySecrets, Heartbeat, Listening, Node, Packages, VirtualIp } from ".";

export interface Pair {
    /** Unique among pairs: `<project>/<stack>/<component>`. */
    id: string;
    /** Earlier ids under which its hosts may know it; see `aliases` of the component's options. */
    formerIds: pulumi.Output<string[]>;
    /** The preferred host first. */
    nodes: pulumi.Output<Node[]>;
    virtualIps: pulumi.Output<VirtualIp[]>;
    heartbeat: pulumi.Output<Heartbeat>;
    haproxy: pulumi.Output<Haproxy>;
    fencing: pulumi.Output<Fencing | undefined>;
    firewall: pulumi.Output<boolean>;
    listening: pulumi.Output<Listening>;
    packages: pulumi.Output<Packages>;
    authkeysSecret: pulumi.Output<string>;
    /** The names of HAProxy's certificates. */
    certificates: string[];
    haproxySecrets: pulumi.Output<HaproxySecrets>;
}

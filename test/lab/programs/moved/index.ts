/** The lab's pair with the options that give its resources other names in the state: `name`, `hasParent`, `aliases`. */
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { HaLoadBalancerPair, hostKeyOf } from "../../../../components";

// Also where movedProject/ runs it.
const config = new pulumi.Config("ha-load-balancer-pair");
const privateKey = pulumi.secret(readFileSync(config.require("sshPrivateKeyFile"), "utf8"));
const knownHosts = readFileSync(config.require("knownHostsFile"), "utf8");

class Site extends pulumi.ComponentResource {
    constructor(name: string) {
        super("test:index:Site", name);
    }
}

const parent = config.getBoolean("hasParent") ? new Site("site") : undefined;
const aliases = config.getObject<pulumi.Alias[]>("aliases");
const addresses = ["192.168.0.100", "192.168.0.101"];

const pair = new HaLoadBalancerPair(
    config.get("name") ?? "lb",
    {
        hosts: addresses.map((address, i) => ({
            name: `lb${i + 1}.example.com`,
            address,
            hostKey: hostKeyOf(knownHosts, address),
        })),
        connection: { privateKey },
        virtualIps: [{ address: "192.168.0.99" }],
        haproxy: { listen: [{ name: "web", servers: [{ name: "web1", address: "192.168.0.102" }] }] },
    },
    { parent, aliases },
);

export const url = pair.url;

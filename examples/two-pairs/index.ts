/** Several pairs in one stack: the names are those of the components, and every pair converges beside the others. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import * as pulumi from "@pulumi/pulumi";
import { HaLoadBalancerPair, hostKeyOf } from "ha-load-balancer-pair";

interface Declared {
    name: string;
    virtualIp: string;
    hosts: { name: string; address: string }[];
    server: string;
}

const config = new pulumi.Config();
const privateKey = config.requireSecret("sshPrivateKey");
const knownHosts = readFileSync(config.require("knownHostsFile").replace(/^~(?=\/)/, homedir()), "utf8");

const pairs = config.requireObject<Declared[]>("pairs").map(
    ({ name, virtualIp, hosts, server }) =>
        [
            name,
            new HaLoadBalancerPair(name, {
                hosts: hosts.map((host) => ({ ...host, hostKey: hostKeyOf(knownHosts, host.address) })),
                connection: { privateKey },
                virtualIps: [{ address: virtualIp }],
                haproxy: { listen: [{ name, servers: [{ name: "server1", address: server }] }] },
            }),
        ] as const,
);

/** Each pair's address, by its name; for other stacks, too (see ../name-record). */
export const urls = Object.fromEntries(pairs.map(([name, { url }]) => [name, url]));

/**
 * A network without ARP between hosts, as in a cloud: an address is where the cloud's API routes it. The new holder of the virtual IP runs
 * move-address.sh, which asks the API to route the address to it. The old holder goes on answering until the API has done so
 * (`isRequired`). This stack installs the program on both hosts before it makes the pair.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { HaLoadBalancerPair } from "ha-load-balancer-pair";

const config = new pulumi.Config();
const privateKey = config.requireSecret("sshPrivateKey");
const hosts = config.requireObject<{ name: string; address: string; hostKey: string }[]>("hosts");
const command = "/usr/local/sbin/move-address";

/** Writes a file that only root can read. */
function install(name: string, host: (typeof hosts)[number], path: string, mode: string, text: pulumi.Input<string>) {
    return new remote.Command(`${host.name}-${name}`, {
        connection: { host: host.address, hostKey: host.hostKey, privateKey },
        create: `install -m ${mode} /dev/stdin ${path}`,
        delete: `rm -f ${path}`,
        stdin: text,
        logging: remote.Logging.None,
    });
}

const program = readFileSync(join(__dirname, "move-address.sh"), "utf8");
const header = pulumi.interpolate`Authorization: Bearer ${config.requireSecret("apiToken")}\n`;
const installed = hosts.flatMap((host) => [
    install("program", host, command, "0700", program),
    install("token", host, "/etc/move-address.header", "0600", header),
]);

export const { url } = new HaLoadBalancerPair(
    "web",
    {
        hosts,
        connection: { privateKey },
        virtualIps: [
            {
                address: config.require("virtualIp"),
                // No host has an address in its subnet.
                interface: "eth0",
                onAcquire: { command, arguments: [config.require("api")], timeout: 10, isRequired: true },
            },
        ],
        haproxy: { listen: [{ name: "web", servers: [{ name: "web1", address: config.require("server") }] }] },
    },
    { dependsOn: installed },
);

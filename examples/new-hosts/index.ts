/**
 * Two machines that this very stack creates, and a pair on them. Their addresses and host keys are unknown in the first
 * preview, which shows all that will be made nevertheless.
 *
 * A command on a hypervisor plays the cloud here: `provision NAME` boots a machine, waits until it lets in, and prints
 * `{"address": "…", "hostKey": "ssh-ed25519 …"}`. With a cloud's own resources it is the same: the machine's
 * address is an output, and so may be its host key (or, in cloud-init's user data, an input of your own).
 */
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { HaLoadBalancerPair } from "ha-load-balancer-pair";

const config = new pulumi.Config();
const privateKey = config.requireSecret("sshPrivateKey");
const hypervisor = config.requireObject<{ host: string; hostKey: string; user?: string }>("hypervisor");

const hosts = ["lb1.example.com", "lb2.example.com"].map((name) => {
    const machine = new remote.Command(name, {
        connection: { ...hypervisor, privateKey },
        create: `provision ${name}`,
        delete: `deprovision ${name}`,
        logging: remote.Logging.None,
    });
    const made = machine.stdout.apply((text): { address: string; hostKey: string } => JSON.parse(text));
    // Another machine under the same name, made anew, runs every step again.
    return { name, address: made.address, hostKey: made.hostKey, identity: machine.id };
});

export const { url } = new HaLoadBalancerPair("web", {
    hosts,
    connection: { privateKey },
    virtualIps: [{ address: config.require("virtualIp") }],
    haproxy: { listen: [{ name: "web", servers: [{ name: "web1", address: config.require("server") }] }] },
});

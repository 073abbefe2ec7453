/** A pair whose second host is made by the same stack: the back end plays the cloud that gives out its address. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { HaLoadBalancerPair, hostKeyOf } from "../../../../components";

const config = new pulumi.Config();
const lab = config.require("lab");
const privateKey = pulumi.secret(readFileSync(join(lab, "id_ed25519"), "utf8"));
const knownHosts = readFileSync(join(lab, "known_hosts"), "utf8");
const hostKey = (address: string) => hostKeyOf(knownHosts, address);

const machine = new remote.Command("machine", {
    connection: { host: "192.168.0.102", hostKey: hostKey("192.168.0.102"), privateKey },
    create: `echo ${config.require("address")}`,
});

const pair = new HaLoadBalancerPair("web", {
    hosts: [
        { name: "lb1.example.com", address: "192.168.0.100", hostKey: hostKey("192.168.0.100") },
        { name: "lb2.example.com", address: machine.stdout, hostKey: hostKey("192.168.0.101") },
    ],
    connection: { privateKey },
    virtualIps: [{ address: "192.168.0.99" }],
    haproxy: { listen: [{ name: "web", servers: [{ name: "web1", address: "192.168.0.102" }] }] },
});

export const url = pair.url;

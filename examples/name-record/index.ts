/**
 * Another stack, which knows of a pair only what the pair's stack exports: a name that leads to its virtual IP. The host
 * whose /etc/hosts is written plays the name server; with a DNS provider the record's value is the same output.
 */
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const pairs = new pulumi.StackReference(config.require("pairStack"));
const pair = config.require("pair");
const name = config.require("name");

export const address = pairs.requireOutput("urls").apply((urls: Record<string, string>) => {
    if (!urls[pair]) {
        throw new pulumi.RunError(`${config.require("pairStack")} has no pair "${pair}"`);
    }
    return new URL(urls[pair]).hostname;
});

new remote.Command("record", {
    connection: {
        ...config.requireObject<{ host: string; hostKey: string; user?: string }>("nameServer"),
        privateKey: config.requireSecret("sshPrivateKey"),
    },
    create: pulumi.interpolate`sed -i '/ ${name}$/d' /etc/hosts && echo '${address} ${name}' >>/etc/hosts`,
    delete: `sed -i '/ ${name}$/d' /etc/hosts`,
});

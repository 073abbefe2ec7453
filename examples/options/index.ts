/**
 * Pulumi's own options reach every resource of a pair, as they do with any component:
 *
 * - `dependsOn`: nothing is done on the hosts before the network was found to be up;
 * - `protect`: no `pulumi destroy` takes a load balancer away by mistake;
 * - `transforms`: a slow mirror is given an hour;
 * - `providers`: the commands run with a provider of this program's;
 * - `aliases`: the pair was renamed. Nothing is changed on the hosts but what they call it. After one `pulumi up` the alias
 *   can go.
 */
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { HaLoadBalancerPair, type HostArgs } from "ha-load-balancer-pair";

const config = new pulumi.Config();
const privateKey = config.requireSecret("sshPrivateKey");
const hosts = config.requireObject<HostArgs[]>("hosts");
const formerName = config.get("formerName");

const provider = new command.Provider("ours");
const network = new command.remote.Command(
    "network",
    {
        connection: { host: hosts[0].address, hostKey: hosts[0].hostKey, privateKey },
        create: "uname -n",
    },
    { provider },
);

export const { url } = new HaLoadBalancerPair(
    config.require("name"),
    {
        hosts,
        connection: { privateKey },
        virtualIps: [{ address: config.require("virtualIp") }],
        haproxy: { listen: [{ name: "web", servers: [{ name: "web1", address: config.require("server") }] }] },
    },
    {
        dependsOn: [network],
        protect: config.requireBoolean("protect"),
        providers: [provider],
        transforms: [
            ({ props, opts }) => ({
                props,
                opts: pulumi.mergeOptions(opts, { customTimeouts: { create: "1h", update: "1h" } }),
            }),
        ],
        aliases: formerName ? [{ name: formerName }] : [],
    },
);

/** Writes Heartbeat's files except authkeys, the keeper and the agent, and reloads or starts the services. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Pair } from "../model/pair";
import { firewall } from "../render/firewall";
import { haCf, linkSelectors } from "../render/haCf";
import { haresources } from "../render/haresources";
import { keeper } from "../render/keeper";
import { heartbeatDropIn, keeperUnit } from "../render/units";
import { pairValues, virtualIpSelectors } from "./pairValues";
import type { Step } from "./step";

const host = join(__dirname, "..", "host");
const resourceAgent = () => readFileSync(join(host, "VirtualIp"), "utf8");

/** The keeper, and the programs and scripts that it and the agent run: host/lib, with the package `keeper`. */
const library = () =>
    readdirSync(join(host, "lib"), { recursive: true, encoding: "utf8" })
        .filter((name) => /\.(py|sh)$/.test(name))
        .sort()
        .map((name) => ({
            path: `/usr/local/lib/ha-load-balancer-pair/${name}`,
            mode: "0644",
            text: readFileSync(join(host, "lib", name), "utf8"),
        }));

const resolvedParts = ({ nodes, heartbeat: model, virtualIps, fencing, listening, firewall: isOn }: Pair) =>
    pulumi.all([nodes, model, virtualIps, fencing, listening, isOn]);

export function heartbeat(pair: Pair, self: number): Step {
    return {
        name: "heartbeat",
        scripts: ["pair.sh", "interfaces.sh", "undo.sh", "keeper.sh", "../../host/lib/patience.sh", "heartbeat.sh"],
        payload: resolvedParts(pair).apply(([allNodes, resolved, vips, fence, places, isFirewallOn]) => ({
            values: {
                ...pairValues(allNodes, vips, self),
                virtual_ip_selectors: virtualIpSelectors(vips, self),
                link_selectors: linkSelectors(resolved, self).join(" "),
            },
            files: [
                { path: "/etc/ha.d/ha.cf", mode: "0644", text: haCf(resolved, allNodes, self) },
                { path: "/etc/ha.d/haresources", mode: "0644", text: haresources(vips, allNodes) },
                // Before the agent, which runs programs of it.
                ...library(),
                { path: "/etc/ha.d/resource.d/VirtualIp", mode: "0755", text: resourceAgent() },
                {
                    path: "/etc/systemd/system/heartbeat.service.d/ha-load-balancer-pair.conf",
                    mode: "0644",
                    text: heartbeatDropIn(),
                },
                {
                    path: "/etc/ha-load-balancer-pair/keeper.json",
                    mode: "0644",
                    text: keeper(resolved, allNodes, vips, fence, isFirewallOn, self),
                },
                {
                    path: "/etc/ha-load-balancer-pair/firewall.nft",
                    mode: "0644",
                    text: firewall(isFirewallOn, resolved, allNodes, places, self),
                },
                { path: "/etc/systemd/system/ha-load-balancer-pair.service", mode: "0644", text: keeperUnit() },
            ],
        })),
    };
}

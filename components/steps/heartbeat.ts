/** Writes Heartbeat's files but for authkeys, and makes all of them live. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { haCf } from "../render/haCf";
import { haresources } from "../render/haresources";
import { heartbeatDropIn } from "../render/units";
import { type Pair, pairValues } from "./pair";
import type { Step } from "./step";

const resourceAgent = () => readFileSync(join(__dirname, "..", "host", "VirtualIp"), "utf8");

export function heartbeat({ nodes, heartbeat: model, virtualIps }: Pair, self: number): Step {
    return {
        name: "heartbeat",
        scripts: ["pair.sh", "undo.sh", "heartbeat.sh"],
        payload: pulumi.all([nodes, model, virtualIps]).apply(([allNodes, resolved, vips]) => ({
            values: pairValues(allNodes, vips, self),
            files: [
                { path: "/etc/ha.d/ha.cf", mode: "0644", text: haCf(resolved, allNodes, self) },
                { path: "/etc/ha.d/haresources", mode: "0644", text: haresources(vips, allNodes[0]) },
                { path: "/etc/ha.d/resource.d/VirtualIp", mode: "0755", text: resourceAgent() },
                {
                    path: "/etc/systemd/system/heartbeat.service.d/ha-load-balancer-pair.conf",
                    mode: "0644",
                    text: heartbeatDropIn(),
                },
            ],
        })),
    };
}

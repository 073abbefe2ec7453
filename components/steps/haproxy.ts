/** Writes haproxy.cfg, the files that it names and HAProxy's drop-in, and reloads HAProxy. */
import * as pulumi from "@pulumi/pulumi";
import type { Pair } from "../model/pair";
import { haproxyFiles } from "../render/haproxy/files";
import { haproxyCfg } from "../render/haproxy/haproxyCfg";
import { healthCfg } from "../render/haproxy/healthCfg";
import { peersCfg } from "../render/haproxy/peersCfg";
import { authorities, certificatePath } from "../render/haproxy/tls";
import { haproxyDropIn } from "../render/units";
import { listensOn } from "./pairValues";
import type { Step } from "./step";

const { secrets, cfg, health, peers } = haproxyFiles;

export function haproxy({ nodes, haproxy: model, listening, certificates }: Pair, self: number): Step {
    return {
        name: "haproxy",
        scripts: ["haproxy-restart.sh", "haproxy.sh"],
        payload: pulumi.all([nodes, model, listening]).apply(([allNodes, resolved, places]) => {
            const trusted = authorities(resolved);
            return {
                values: {
                    node: allNodes[self].name,
                    secrets,
                    cfg,
                    configuration: [cfg, health, peers].join(" "),
                    listens: listensOn(allNodes[self], places),
                    certificates: certificates.map(certificatePath).join(" "),
                    authorities: Object.keys(trusted).join(" "),
                },
                files: [
                    ...Object.entries(trusted).map(([path, text]) => ({ path, mode: "0644", text })),
                    { path: cfg, mode: "0644", text: haproxyCfg(resolved) },
                    { path: health, mode: "0644", text: healthCfg(resolved.stats, allNodes[self]) },
                    { path: peers, mode: "0644", text: peersCfg(resolved.peers, allNodes, self) },
                    {
                        path: "/etc/systemd/system/haproxy.service.d/ha-load-balancer-pair.conf",
                        mode: "0644",
                        text: haproxyDropIn(allNodes[self].name),
                    },
                ],
            };
        }),
    };
}

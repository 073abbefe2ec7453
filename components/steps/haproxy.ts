/** Writes haproxy.cfg, what it refers to, and HAProxy's drop-in, and makes them live. */
import * as pulumi from "@pulumi/pulumi";
import { haproxyCfg } from "../render/haproxy/haproxyCfg";
import { healthCfg } from "../render/haproxy/healthCfg";
import { authorities, certificatePath } from "../render/haproxy/tls";
import { haproxyDropIn } from "../render/units";
import { listens, type Pair } from "./pair";
import type { Step } from "./step";

export function haproxy({ haproxy: model, bind, certificates }: Pair): Step {
    return {
        name: "haproxy",
        scripts: ["haproxy.sh"],
        payload: pulumi.all([model, bind]).apply(([resolved, binds]) => {
            const trusted = authorities(resolved);
            return {
                values: {
                    listens: listens(binds),
                    certificates: certificates.map(certificatePath).join(" "),
                    authorities: Object.keys(trusted).join(" "),
                },
                files: [
                    ...Object.entries(trusted).map(([path, text]) => ({ path, mode: "0644", text })),
                    { path: "/etc/haproxy/haproxy.cfg", mode: "0644", text: haproxyCfg(resolved) },
                    { path: "/etc/haproxy/ha-load-balancer-pair-health.cfg", mode: "0644", text: healthCfg() },
                    {
                        path: "/etc/systemd/system/haproxy.service.d/ha-load-balancer-pair.conf",
                        mode: "0644",
                        text: haproxyDropIn(),
                    },
                ],
            };
        }),
    };
}

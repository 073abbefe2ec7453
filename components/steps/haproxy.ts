/** Writes haproxy.cfg and HAProxy's drop-in, and makes them live. */
import { haproxyCfg } from "../render/haproxyCfg";
import { haproxyDropIn } from "../render/units";
import { listens, type Pair } from "./pair";
import type { Step } from "./step";

export function haproxy({ haproxy: model }: Pair): Step {
    return {
        name: "haproxy",
        scripts: ["haproxy.sh"],
        payload: model.apply((resolved) => ({
            values: { listens: listens(resolved.listen.bind) },
            files: [
                { path: "/etc/haproxy/haproxy.cfg", mode: "0644", text: haproxyCfg(resolved) },
                {
                    path: "/etc/systemd/system/haproxy.service.d/ha-load-balancer-pair.conf",
                    mode: "0644",
                    text: haproxyDropIn(),
                },
            ],
        })),
    };
}

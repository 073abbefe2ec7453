/** Lets HAProxy listen on addresses that the other host holds. */
import { sysctl } from "../render/sysctl";
import type { Step } from "./step";

export function kernel(): Step {
    return {
        name: "kernel",
        scripts: ["kernel.sh"],
        payload: {
            values: {},
            files: [{ path: "/etc/sysctl.d/60-ha-load-balancer-pair.conf", mode: "0644", text: sysctl() }],
        },
    };
}

/** Installs Heartbeat and HAProxy, without starting what is not configured yet. */
import type { Step } from "./step";

export function packages(): Step {
    return {
        name: "packages",
        scripts: ["packages.sh"],
        payload: { values: { packages: "heartbeat haproxy iputils-ping" } },
    };
}

/** The pair as a whole: one holder for each virtual IP, and HAProxy answering on it. */
import * as pulumi from "@pulumi/pulumi";
import { listens, listensOnVirtualIps, openings, type Pair, pairValues } from "./pair";
import type { Step } from "./step";

/** Runs on the second host, when the first one is well. */
export function verify({ nodes, heartbeat, virtualIps, listening }: Pair): Step {
    return {
        name: "verify",
        scripts: ["pair.sh", "verify.sh"],
        payload: pulumi
            .all([nodes, heartbeat, virtualIps, listening])
            .apply(([allNodes, membership, vips, places]) => ({
                values: {
                    ...pairValues(allNodes, vips, 1),
                    ...openings(allNodes, membership, 1),
                    failback: membership.autoFailback ? "yes" : "no",
                    listens: listens(places),
                    listens_on_virtual_ips: listensOnVirtualIps(places, vips),
                },
            })),
    };
}

/** The pair as a whole: one holder for each virtual IP, and HAProxy answering on it. */
import * as pulumi from "@pulumi/pulumi";
import type { Pair } from "../model/pair";
import { listens, listensOnVirtualIps, openings, pairValues } from "./pairValues";
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

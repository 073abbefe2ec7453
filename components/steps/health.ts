/** The gate behind each host's changes: the next host is changed only when this one is well. */
import * as pulumi from "@pulumi/pulumi";
import { openings, type Pair, pairValues } from "./pair";
import type { Step } from "./step";

/** With `peerIsGone` nobody waits for the peer. */
export function health({ nodes, heartbeat, virtualIps }: Pair, self: number, peerIsGone: boolean): Step {
    return {
        name: "health",
        scripts: ["pair.sh", "health.sh"],
        payload: pulumi.all([nodes, heartbeat, virtualIps]).apply(([allNodes, membership, vips]) => ({
            values: {
                ...pairValues(allNodes, vips, self),
                ...openings(allNodes, membership, self),
                peer_is_gone: peerIsGone ? "yes" : "no",
                failback: membership.autoFailback ? "yes" : "no",
            },
        })),
    };
}

/** The gate behind each host's changes: the next host is changed only when this one is well. */
import type { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Pair } from "../model/pair";
import { openings, pairValues } from "./pairValues";
import { report, type Step } from "./step";

/**
 * With `peerIsGone`, health does not wait for the peer. `preflight` is the command of the same host. Health claims the host under the time
 * at which preflight ran last; preflight undoes only a host without a claim.
 */
export function health(
    { nodes, heartbeat, virtualIps }: Pair,
    self: number,
    peerIsGone: boolean,
    preflight: remote.Command,
): Step {
    // The host's own text becomes a word of a command line on it.
    const claim = report(preflight).apply((text) =>
        text
            .trim()
            .split(" ")
            .slice(-1)[0]
            .replace(/[^A-Za-z0-9:.-]/g, ""),
    );
    return {
        name: "health",
        scripts: ["pair.sh", "health.sh"],
        remove: pulumi.interpolate`health ${claim}`,
        payload: pulumi.all([nodes, heartbeat, virtualIps, claim]).apply(([allNodes, membership, vips, time]) => ({
            values: {
                claim: time,
                ...pairValues(allNodes, vips, self),
                ...openings(allNodes, membership, self),
                peer_is_gone: peerIsGone ? "yes" : "no",
                failback: membership.autoFailback ? "yes" : "no",
            },
        })),
    };
}

/** The pair as a whole: one holder for each virtual IP, and HAProxy answering on it. */
import * as pulumi from "@pulumi/pulumi";
import { agentArgument } from "../render/haresources";
import { heldBy } from "./health";
import { listens, type Pair } from "./pair";
import type { Step } from "./step";

/** Runs on the second host; `peerReport` is what the first host's health step has just said. */
export function verify({ nodes, virtualIps, bind }: Pair, peerReport: pulumi.Output<string>): Step {
    return {
        name: "verify",
        scripts: ["pair.sh", "verify.sh"],
        payload: pulumi.all([nodes, virtualIps, bind, peerReport]).apply(([allNodes, vips, binds, said]) => ({
            values: {
                peer: allNodes[0].name,
                held_by_peer: heldBy(said),
                virtual_ips: vips.map(agentArgument).join(" "),
                listens: listens(binds),
            },
        })),
    };
}

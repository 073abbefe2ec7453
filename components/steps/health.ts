/** The gate behind each host's changes: the next host is changed only when this one is well. */
import * as pulumi from "@pulumi/pulumi";
import { resource } from "../render/haresources";
import type { Pair } from "./pair";
import type { Step } from "./step";

export function health({ nodes, heartbeat, virtualIps }: Pair, self: number): Step {
    return {
        name: "health",
        scripts: ["pair.sh", "health.sh"],
        payload: pulumi.all([nodes, heartbeat, virtualIps]).apply(([allNodes, { autoFailback }, vips]) => ({
            values: {
                node: allNodes[self].name,
                peer: allNodes[1 - self].name,
                preferred: self === 0 ? "yes" : "no",
                failback: autoFailback ? "yes" : "no",
                virtual_ips: vips.map(({ address }) => address).join(" "),
                first_resource: resource(vips[0]),
            },
        })),
    };
}

/** The virtual IPs that a host holds, of what its health step reported. */
export function heldBy(report: string): string {
    return /^holds: (.*)$/m.exec(report)?.[1].trim() ?? "";
}

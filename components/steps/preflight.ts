/** Refuses a host that cannot become a load balancer, before anything is changed on it. */
import * as pulumi from "@pulumi/pulumi";
import type { Pair } from "./pair";
import type { Step } from "./step";

/** `inputs` is true once the inputs have been found right; a command that waits for it runs on no wrong ones. */
export function preflight({ nodes, heartbeat, virtualIps }: Pair, self: number, inputs: pulumi.Output<boolean>): Step {
    return {
        name: "preflight",
        scripts: ["preflight.sh"],
        payload: pulumi.all([nodes, heartbeat, virtualIps, inputs]).apply(([node, { ucast, bcast, mcast }, vips]) => ({
            values: {
                node: node[self].name,
                own_addresses: words([node[self].address, ...ucast.map((link) => link.addresses[self])]),
                interfaces: words([...ucast, ...mcast, ...vips].map((each) => each.interface).concat(bcast)),
            },
        })),
    };
}

function words(list: (string | undefined)[]): string {
    return [...new Set(list.filter((word) => word !== undefined))].join(" ");
}

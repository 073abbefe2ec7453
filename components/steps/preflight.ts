/** Rejects a host that cannot become a load balancer, before anything is changed on it. */
import * as pulumi from "@pulumi/pulumi";
import type { Pair } from "../model/pair";
import { linkSelectors } from "../render/haCf";
import { agentArgument } from "../render/haresources";
import { version } from "../version";
import { listensOn, virtualIpSelectors } from "./pairValues";
import type { Step } from "./step";

/** What preflight looks at; see preflight.sh. */
export interface Expectations {
    node: string;
    own_addresses: string;
    link_selectors: string;
    virtual_ips: string;
    virtual_ip_selectors: string;
    listens: string;
    hooks: string;
    virtual_ip_addresses: string;
    pair: string;
    version: string;
    /** One a line. */
    former_pairs?: string;
}

/** What the host must be like, for the step and for the survey in front of a preview. */
export function expectations(pair: Pair, self: number): pulumi.Output<Expectations> {
    const { nodes, heartbeat, virtualIps, listening, id, formerIds, fencing } = pair;
    return pulumi
        .all([nodes, heartbeat, virtualIps, listening, formerIds, fencing])
        .apply(([allNodes, model, vips, listen, former, fence]) => ({
            node: allNodes[self].name,
            own_addresses: words([allNodes[self].address, ...model.ucast.map((link) => link.addresses[self])]),
            link_selectors: words(linkSelectors(model, self)),
            virtual_ips: words(vips.map(agentArgument)),
            virtual_ip_selectors: virtualIpSelectors(vips, self),
            listens: listensOn(allNodes[self], listen),
            hooks: words([
                ...vips.flatMap(({ onAcquire, onRelease }) => [onAcquire, onRelease].map((each) => each?.command)),
                fence?.command,
            ]),
            virtual_ip_addresses: words([...new Set(vips.map(({ address }) => address))]),
            pair: id,
            version,
            ...(former.length === 0 ? {} : { former_pairs: former.join("\n") }),
        }));
}

/** `areInputsValid` resolves once all inputs are checked, and fails if one is invalid: no command runs on invalid inputs. */
export function preflight(pair: Pair, self: number, areInputsValid: pulumi.Output<boolean>): Step {
    return {
        name: "preflight",
        scripts: ["pair.sh", "interfaces.sh", "address-conflicts.sh", "undo.sh", "preflight.sh"],
        remove: "preflight",
        payload: pulumi
            .all([expectations(pair, self), areInputsValid])
            .apply(([values]) => ({ values: { ...values } })),
    };
}

function words(list: (string | undefined)[]): string {
    return [...new Set(list.filter((word) => word !== undefined))].join(" ");
}

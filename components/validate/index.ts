/** Finds every problem of the inputs, each with its property path, before anything is registered. Called by `inputs`. */
import type { HaLoadBalancerPairArgs, HaproxyArgs } from "../args";
import type { Problem } from "../errors";
import { forms } from "../values/forms";
import { Checker } from "./checker";
import { componentFields } from "./fields";
import { haproxy, haproxySecrets } from "./haproxy";
import { fencing, heartbeat, virtualIps } from "./heartbeat";
import { connection, hosts } from "./hosts";

export function validate(args: HaLoadBalancerPairArgs): Problem[] {
    return [...publicProblems(args), ...secretProblems(args?.haproxy ?? {})];
}

/** Problems of inputs that can be secret. They are checked apart, so that a secret hides no other problem. */
export function secretProblems(args: Pick<HaproxyArgs, "stats" | "certificates">): Problem[] {
    const check = new Checker();
    haproxySecrets(check, args);
    return check.problems;
}

/** Problems of all other inputs. */
export function publicProblems(args: HaLoadBalancerPairArgs): Problem[] {
    const check = new Checker();
    check.fields("", args, componentFields);
    hosts(check, args.hosts);
    connection(check, "connection", args.connection);
    virtualIps(check, args.virtualIps, args.hosts);
    heartbeat(check, args.heartbeat, args.hosts);
    haproxy(check, args.haproxy, args.virtualIps);
    fencing(check, args.fencing);
    check.flag("firewall", args.firewall);
    check.flag("driftDetection", args.driftDetection);
    goneHosts(check, args.goneHosts);
    return check.problems;
}

function goneHosts(check: Checker, list: string[] | undefined): void {
    if (list !== undefined && !Array.isArray(list)) {
        check.add(
            "goneHosts",
            "must be a plain list of texts, not an Output, because it decides which resources exist",
        );
        return;
    }
    for (const { at, value } of check.elements("goneHosts", list)) {
        check.text(at, value, forms.nodeName, "a node name");
    }
}

/**
 * What must be true of the inputs: every mistake is found, with its property path, before anything
 * is registered.
 */
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

/** What is wrong with what may be a secret. */
export function secretProblems(args: Pick<HaproxyArgs, "stats" | "certificates">): Problem[] {
    const check = new Checker();
    haproxySecrets(check, args);
    return check.problems;
}

/** What is wrong with all else. */
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

/** The survey of a pair: asked once a run, judged once, and told to the user. */
import type { types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { printMessageOnly } from "../errors";
import type { Pair } from "../model/pair";
import type { Login } from "../remote/ssh";
import { expectations } from "../steps/preflight";
import { generation, withVirtualIps } from "./generations";
import { addressConflicts, clockProblem } from "./problems";
import { type Survey, survey, unreachable } from "./survey";

export interface SurveyedHost {
    name: string;
    connection: types.input.remote.ConnectionArgs;
    /** See `HaLoadBalancerPairArgs.goneHosts`: it is not asked. */
    isGone: boolean;
}

/** For each host, the generation of a step: undefined where the host could not be asked. */
export function surveyPair(
    component: pulumi.Resource,
    hosts: SurveyedHost[],
    pair: Pair,
): ((step: string) => pulumi.Output<string | undefined>)[] {
    const answers = hosts.map((host, self) =>
        pulumi
            .all([host.connection, expectations(pair, self)])
            .apply(([login, expected]) => (host.isGone ? unreachable("it is gone") : survey(login as Login, expected))),
    );
    const judged = pulumi.all([pair.virtualIps, pulumi.all(answers)]).apply(([virtualIps, surveys]) => {
        const all = withVirtualIps(
            surveys,
            virtualIps.map(({ address }) => address),
        );
        judge(component, hosts, all);
        return all;
    });
    // The login is secret, and so would be everything that follows from it; what the hosts reported is not.
    const reported = pulumi.unsecret(judged);
    return hosts.map(
        (_, self) => (step: string) =>
            reported.apply((surveys) =>
                surveys[self].unreachable === undefined ? generation(surveys[self], step) : undefined,
            ),
    );
}

/** Throws all problems at once. Warns of drift and of hosts that did not answer. */
function judge(component: pulumi.Resource, hosts: SurveyedHost[], surveys: Survey[]): void {
    const problems = surveys.flatMap((each, i) =>
        [...each.problems, ...clockProblem(each), ...addressConflicts(each, surveys)].map(
            (problem) => `${hosts[i].name}: ${problem}`,
        ),
    );
    if (problems.length > 0) {
        throw printMessageOnly(new Error(problems.join("\n")));
    }
    surveys.forEach((each, i) => {
        const { name, isGone } = hosts[i];
        if (each.unreachable !== undefined && !isGone) {
            const consequence = "drift check skipped, and a change of this host will fail";
            const way = "start it or restore the connection; if it is gone for good, name it in goneHosts";
            pulumi.log.warn(
                `${name}: unreachable over SSH (${each.unreachable}); ${consequence}. What to do: ${way}`,
                component,
            );
        }
        for (const warning of each.warnings) {
            pulumi.log.warn(`${name}: ${warning}`, component);
        }
        for (const address of each.newVirtualIps) {
            pulumi.log.info(`${name}: virtual IP ${address} uses interface ${each.interfaces[address]}`, component);
        }
        for (const finding of each.drift) {
            pulumi.log.warn(`${name}: ${finding.what}; "pulumi up" repairs it (step ${finding.step})`, component);
        }
    });
}

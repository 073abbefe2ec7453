/** From the component's inputs, which may be Outputs, to what the steps are made from. */
import * as pulumi from "@pulumi/pulumi";
import type { CertificateArgs, HaLoadBalancerPairArgs, HaproxyArgs } from "../args";
import {
    fencingDefaults,
    firewallDefaults,
    haproxyDefaults,
    heartbeatDefaults,
    listeningDefaults,
    virtualIpDefaults,
} from "../defaults";
import { InvalidArgs, type Problem } from "../errors";
import type { HaproxySecrets } from "../model";
import type { Pair } from "../model/pair";
import { publicProblems, secretProblems, validate } from "../validate";
import { withoutNulls } from "../values/nulls";
import { listeningArgs, packages, settled } from "./parts";

/** Throws with all that is wrong with the inputs as far as they are known now. */
export function refuseInvalid(name: string, args: HaLoadBalancerPairArgs): void {
    refuse(name, validate(args));
}

function refuse(name: string, problems: Problem[]): void {
    if (problems.length > 0) {
        throw new InvalidArgs(name, problems);
    }
}

/** What HAProxy is given apart from haproxy.cfg. Each is checked by itself, as soon as it is known. */
export function secrets(
    name: string,
    args: HaproxyArgs,
    password: pulumi.Input<string>,
): pulumi.Output<HaproxySecrets> {
    const stats = pulumi.secret({ password }).apply((values) => {
        refuse(name, secretProblems({ stats: values }));
        return values;
    });
    const list = pulumi.secret(args.certificates ?? []).apply((values) => {
        const given = withoutNulls(values);
        refuse(name, secretProblems({ certificates: given }));
        return given;
    });
    return pulumi.all([stats, list]).apply(([{ password: statsPassword }, certificates]) => ({
        statsPassword,
        certificates,
    }));
}

/** The same checks once more, on what was an Output before. True, or the run fails before the first host is touched. */
export function validated(
    name: string,
    { hosts, connection, ...rest }: HaLoadBalancerPairArgs,
): pulumi.Output<boolean> {
    const { user, port } = connection ?? {};
    const args = {
        hosts: hosts.map(({ connection: own, ...host }) => ({
            ...host,
            connection: { user: own?.user, port: own?.port },
        })),
        connection: { user, port },
        ...rest,
        haproxy: publicHaproxy(rest.haproxy),
    };
    return pulumi.output(args).apply((values) => {
        refuse(name, publicProblems(withoutNulls(values) as HaLoadBalancerPairArgs));
        return true;
    });
}

/** Tells of inputs that earlier versions used. */
export function warnOfUnused({ virtualIps }: HaLoadBalancerPairArgs, component: pulumi.Resource): void {
    settled(virtualIps).apply((list) => {
        if (list.some(({ prefixLength }) => prefixLength !== undefined)) {
            pulumi.log.warn(
                "virtualIps[].prefixLength is no longer used: a host has a virtual IP as a host address (/32 or /128), which " +
                    "brings no route. Remove it; a network in which the hosts have no address needs a route of the hosts' own",
                component,
            );
        }
    });
}

/** The inputs without what is secret, as the preview and the state show them. */
export function publicInputs({
    hosts,
    virtualIps,
    heartbeat: timing,
    haproxy: proxy,
    fencing,
    firewall,
}: HaLoadBalancerPairArgs): pulumi.Inputs {
    return {
        hosts: hosts.map(({ name, address, sshHost, identity }) => ({ name, address, sshHost, identity })),
        virtualIps,
        heartbeat: timing,
        haproxy: publicHaproxy(proxy),
        fencing,
        firewall,
    };
}

function publicHaproxy(args: HaproxyArgs): HaproxyArgs {
    const { password, ...stats } = args.stats ?? {};
    // What is left is enough to be referred to.
    const certificates = args.certificates?.map(({ name }) => ({ name }) as CertificateArgs);
    return { ...args, stats, certificates };
}

/** Each part of the inputs resolved by itself, so that what is unknown or secret in one does not hide another. */
export function resolved(
    args: HaLoadBalancerPairArgs,
): Omit<Pair, "id" | "formerIds" | "authkeysSecret" | "haproxySecrets"> {
    const nodes = pulumi.output(args.hosts.map(({ name, address }) => ({ name: name.toLowerCase(), address })));
    const virtualIps = pulumi
        .all([settled(args.virtualIps), nodes])
        .apply(([vips, all]) => virtualIpDefaults(vips, all));
    return {
        nodes,
        virtualIps,
        listening: pulumi
            .all([listeningArgs(args.haproxy), virtualIps])
            .apply(([places, vips]) => listeningDefaults(places, vips)),
        packages: packages(args),
        certificates: (args.haproxy.certificates ?? []).map(({ name }) => name),
        fencing: settled(args.fencing).apply(fencingDefaults),
        firewall: settled(args.firewall).apply(firewallDefaults),
        heartbeat: pulumi
            .all([settled(args.heartbeat ?? {}), nodes])
            .apply(([timing, all]) => heartbeatDefaults(timing, all)),
        haproxy: pulumi
            .all([settled(publicHaproxy(args.haproxy)), virtualIps])
            .apply(([proxy, vips]) => haproxyDefaults(proxy, vips)),
    };
}

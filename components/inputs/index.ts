/** From the component's inputs, which may be Outputs, to the resolved model that the steps are made from. Used by haLoadBalancerPair.ts. */
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
import { listeningArgs, packages, resolve } from "./parts";

/** Throws InvalidArgs with every problem of the inputs that are known now. */
export function rejectInvalid(name: string, args: HaLoadBalancerPairArgs): void {
    reject(name, validate(args));
}

function reject(name: string, problems: Problem[]): void {
    if (problems.length > 0) {
        throw new InvalidArgs(name, problems);
    }
}

/** HAProxy's secrets. Each is checked as soon as it is known. */
export function secrets(
    name: string,
    args: HaproxyArgs,
    password: pulumi.Input<string>,
): pulumi.Output<HaproxySecrets> {
    const stats = pulumi.secret({ password }).apply((values) => {
        reject(name, secretProblems({ stats: values }));
        return values;
    });
    const list = pulumi.secret(args.certificates ?? []).apply((values) => {
        const given = withoutNulls(values);
        reject(name, secretProblems({ certificates: given }));
        return given;
    });
    return pulumi.all([stats, list]).apply(([{ password: statsPassword }, certificates]) => ({
        statsPassword,
        certificates,
    }));
}

/** Checks again, once every Output is known. Resolves to true, or fails the run before the first host is changed. */
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
        reject(name, publicProblems(withoutNulls(values) as HaLoadBalancerPairArgs));
        return true;
    });
}

/** Warns of inputs that earlier versions used. */
export function warnOfUnused({ virtualIps }: HaLoadBalancerPairArgs, component: pulumi.Resource): void {
    resolve(virtualIps).apply((list) => {
        if (list.some(({ prefixLength }) => prefixLength !== undefined)) {
            pulumi.log.warn(
                "virtualIps[].prefixLength has no effect: a virtual IP is a host address (/32 or /128), which adds no route. Remove it. " +
                    "If the hosts have no address in its network, add a route on the hosts",
                component,
            );
        }
    });
}

/** The inputs without secrets, as the preview and the state show them. */
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
    // Sections refer to certificates by name.
    const certificates = args.certificates?.map(({ name }) => ({ name }) as CertificateArgs);
    return { ...args, stats, certificates };
}

/** Resolves each part of the inputs by itself, so that an unknown or secret value in one does not hide another. */
export function resolved(
    args: HaLoadBalancerPairArgs,
): Omit<Pair, "id" | "formerIds" | "authkeysSecret" | "haproxySecrets"> {
    const nodes = pulumi.output(args.hosts.map(({ name, address }) => ({ name: name.toLowerCase(), address })));
    const virtualIps = pulumi
        .all([resolve(args.virtualIps), nodes])
        .apply(([vips, all]) => virtualIpDefaults(vips, all));
    return {
        nodes,
        virtualIps,
        listening: pulumi
            .all([listeningArgs(args.haproxy), virtualIps])
            .apply(([places, vips]) => listeningDefaults(places, vips)),
        packages: packages(args),
        certificates: (args.haproxy.certificates ?? []).map(({ name }) => name),
        fencing: resolve(args.fencing).apply(fencingDefaults),
        firewall: resolve(args.firewall).apply(firewallDefaults),
        heartbeat: pulumi
            .all([resolve(args.heartbeat ?? {}), nodes])
            .apply(([timing, all]) => heartbeatDefaults(timing, all)),
        haproxy: pulumi
            .all([resolve(publicHaproxy(args.haproxy)), virtualIps])
            .apply(([proxy, vips]) => haproxyDefaults(proxy, vips)),
    };
}

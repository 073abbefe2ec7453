/** From the component's inputs, which may be Outputs, to what the steps are made from. */
import * as pulumi from "@pulumi/pulumi";
import type { BindArgs, HaLoadBalancerPairArgs, HaproxyArgs, ListenArgs } from "./args";
import { bindDefaults, fencingDefaults, haproxyDefaults, heartbeatDefaults, virtualIpDefaults } from "./defaults";
import { InvalidArgs, known } from "./problems";
import type { Pair } from "./steps/pair";
import { validate } from "./validate";

/** Throws with all that is wrong with the inputs as far as they are known now. */
export function refuseInvalid(name: string, args: HaLoadBalancerPairArgs): void {
    const problems = validate(args);
    if (problems.length > 0) {
        throw new InvalidArgs(name, problems);
    }
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
        refuseInvalid(name, values as HaLoadBalancerPairArgs);
        return true;
    });
}

/** The inputs without what is secret, as the preview and the state show them. */
export function publicInputs({
    hosts,
    virtualIps,
    heartbeat: timing,
    haproxy: proxy,
    fencing,
}: HaLoadBalancerPairArgs): pulumi.Inputs {
    return {
        hosts: hosts.map(({ name, address, sshHost, identity }) => ({ name, address, sshHost, identity })),
        virtualIps,
        heartbeat: timing,
        haproxy: publicHaproxy(proxy),
        fencing,
    };
}

function publicHaproxy(args: HaproxyArgs): HaproxyArgs {
    const { uri, user } = args.stats ?? {};
    return { ...args, stats: { uri, user } };
}

/** Each part of the inputs resolved by itself, so that what is unknown or secret in one does not hide another. */
export function resolved(args: HaLoadBalancerPairArgs): Omit<Pair, "id" | "authkeysSecret" | "statsPassword"> {
    const nodes = pulumi.output(args.hosts.map(({ name, address }) => ({ name: name.toLowerCase(), address })));
    const virtualIps = pulumi
        .all([pulumi.output(args.virtualIps), nodes])
        .apply(([vips, all]) => virtualIpDefaults(vips, all));
    return {
        nodes,
        virtualIps,
        bind: pulumi
            .all([bindInput(args.haproxy.listen), virtualIps])
            .apply(([bind, vips]) => bindDefaults(bind, vips)),
        fencing: pulumi.output(args.fencing).apply(fencingDefaults),
        heartbeat: pulumi.all([args.heartbeat ?? {}, nodes]).apply(([timing, all]) => heartbeatDefaults(timing, all)),
        haproxy: pulumi
            .all([publicHaproxy(args.haproxy), virtualIps])
            .apply(([proxy, vips]) => haproxyDefaults(proxy, vips)),
    };
}

/** Not hidden by a server whose address is not known yet. */
function bindInput(listen: HaproxyArgs["listen"]): ListenArgs["bind"] {
    return known(listen) ? (listen as ListenArgs).bind : pulumi.output(listen).apply(({ bind }) => bind as BindArgs[]);
}

/** The component: its children and their order, and nothing else. */
import type { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { HaLoadBalancerPairArgs, HaproxyArgs } from "./args";
import { connectionTo } from "./connection";
import { haproxyDefaults, heartbeatDefaults, virtualIpDefaults } from "./defaults";
import type { Haproxy } from "./model";
import { InvalidArgs } from "./problems";
import { socketAddress } from "./render/socketAddress";
import { authkeys } from "./steps/authkeys";
import { haproxy } from "./steps/haproxy";
import { haproxySecrets } from "./steps/haproxySecrets";
import { health } from "./steps/health";
import { heartbeat } from "./steps/heartbeat";
import { kernel } from "./steps/kernel";
import { packages } from "./steps/packages";
import type { Pair } from "./steps/pair";
import { preflight } from "./steps/preflight";
import { remoteStep, report, type Step, type StepHost } from "./steps/step";
import { verify } from "./steps/verify";
import { surveyPair } from "./survey";
import { validate } from "./validate";

/**
 * Two Debian or Ubuntu hosts as one highly available load balancer: HAProxy on both, Heartbeat
 * keeping the virtual IPs on exactly one.
 */
export class HaLoadBalancerPair extends pulumi.ComponentResource {
    /**
     * Where the load balancer answers: `http://192.168.0.99/`.
     */
    public readonly url!: pulumi.Output<string>;
    /**
     * Where its statistics page is.
     */
    public readonly statisticsUrl!: pulumi.Output<string>;
    /**
     * The user of the statistics page.
     */
    public readonly statisticsUser!: pulumi.Output<string>;
    /**
     * The password of the statistics page. Secret.
     */
    public readonly statisticsPassword!: pulumi.Output<string>;
    /**
     * The secret in both hosts' authkeys. Secret.
     */
    public readonly authkeysSecret!: pulumi.Output<string>;

    constructor(name: string, args: HaLoadBalancerPairArgs, opts?: pulumi.ComponentResourceOptions) {
        refuseInvalid(name, args);
        super("ha-load-balancer-pair:index:HaLoadBalancerPair", name, publicInputs(args), opts);
        if (opts?.urn) {
            return;
        }
        const generated = (child: string, length: number) =>
            new random.RandomPassword(`${name}-${child}`, { length, special: false }, { parent: this }).result;
        const pair: Pair = {
            ...resolved(args),
            authkeysSecret: generated("authkeys", 48),
            statsPassword: pulumi.secret(args.haproxy.stats?.password ?? generated("stats", 24)),
        };
        const inputs = validated(name, args);
        const surveyed = args.hosts.map((host) => ({
            name: host.name,
            connection: connectionTo(host, args.connection),
        }));
        const generations = args.driftDetection === false ? [] : surveyPair(this, surveyed, pair, inputs);
        const hosts = args.hosts.map((host, self) => ({
            prefix: `${name}-${host.name}`,
            connection: surveyed[self].connection,
            identity: host.identity,
            generation: generations[self],
        }));
        converge(name, hosts, pair, inputs, this);

        this.url = pair.haproxy.apply(({ listen }) => `${site(listen)}/`);
        this.statisticsUrl = pair.haproxy.apply(({ listen, stats }) => `${site(listen)}${stats.uri}`);
        this.statisticsUser = pair.haproxy.apply(({ stats }) => stats.user);
        this.statisticsPassword = pair.statsPassword;
        this.authkeysSecret = pair.authkeysSecret;
        this.registerOutputs({
            url: this.url,
            statisticsUrl: this.statisticsUrl,
            statisticsUser: this.statisticsUser,
            statisticsPassword: this.statisticsPassword,
            authkeysSecret: this.authkeysSecret,
        });
    }
}

/**
 * The children. Packages are installed on both hosts at once. Everything that can disturb a
 * service reaches the second host first, and the first host only when the second is well.
 */
function converge(
    name: string,
    hosts: StepHost[],
    pair: Pair,
    inputs: pulumi.Output<boolean>,
    parent: pulumi.Resource,
): void {
    const prepared = hosts.map((host, self) => {
        const check = remoteStep(host, preflight(pair, self, inputs), [], { parent });
        return [packages(), kernel()].map((step) => remoteStep(host, step, [], { parent, dependsOn: check }));
    });
    const configure = (self: number, before: remote.Command[]): remote.Command => {
        const make = (step: Step, after: remote.Command[], dependsOn: remote.Command[]) =>
            remoteStep(hosts[self], step, after, { parent, dependsOn });
        const ready = [...prepared[self], ...before];
        const keys = make(authkeys(pair), [], ready);
        const secrets = make(haproxySecrets(pair), [], ready);
        const proxy = make(haproxy(pair), [secrets], [keys, secrets]);
        const membership = make(heartbeat(pair, self), [keys], [proxy]);
        return make(health(pair, self), [...prepared[self], proxy, membership, ...before], [membership]);
    };
    const second = configure(1, []);
    const first = configure(0, [second]);
    remoteStep({ ...hosts[1], prefix: name }, verify(pair, report(first)), [second, first], {
        parent,
        dependsOn: first,
    });
}

/** The inputs without what is secret, as the preview and the state show them. */
function publicInputs({ hosts, virtualIps, heartbeat: timing, haproxy: proxy }: HaLoadBalancerPairArgs): pulumi.Inputs {
    return {
        hosts: hosts.map(({ name, address, sshHost, identity }) => ({ name, address, sshHost, identity })),
        virtualIps,
        heartbeat: timing,
        haproxy: publicHaproxy(proxy),
    };
}

function publicHaproxy(args: HaproxyArgs): HaproxyArgs {
    const { uri, user } = args.stats ?? {};
    return { ...args, stats: { uri, user } };
}

/** Each part of the inputs resolved by itself, so that what is unknown or secret in one does not hide another. */
function resolved(args: HaLoadBalancerPairArgs): Omit<Pair, "authkeysSecret" | "statsPassword"> {
    const nodes = pulumi.output(args.hosts.map(({ name, address }) => ({ name: name.toLowerCase(), address })));
    const virtualIps = pulumi.output(args.virtualIps).apply(virtualIpDefaults);
    return {
        nodes,
        virtualIps,
        heartbeat: pulumi.all([args.heartbeat ?? {}, nodes]).apply(([timing, all]) => heartbeatDefaults(timing, all)),
        haproxy: pulumi
            .all([publicHaproxy(args.haproxy), virtualIps])
            .apply(([proxy, vips]) => haproxyDefaults(proxy, vips)),
    };
}

function refuseInvalid(name: string, args: HaLoadBalancerPairArgs): void {
    const problems = validate(args);
    if (problems.length > 0) {
        throw new InvalidArgs(name, problems);
    }
}

/** The same checks once more, on what was an Output before. True, or the run fails before the first host is touched. */
function validated(name: string, { hosts, connection, ...rest }: HaLoadBalancerPairArgs): pulumi.Output<boolean> {
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

function site({ bind: [{ address, port }] }: Haproxy["listen"]): string {
    const host = socketAddress(address, port);
    return `http://${port === 80 ? host.slice(0, -":80".length) : host}`;
}

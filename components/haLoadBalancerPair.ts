/** The component: it makes its children in their order. */
import type { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { HaLoadBalancerPairArgs } from "./args";
import { publicInputs, rejectInvalid, resolved, secrets, validated, warnOfUnused } from "./inputs";
import { connectionTo } from "./inputs/connection";
import { formerPairIds, pairId } from "./inputs/pairId";
import type { Pair } from "./model/pair";
import { prometheusTargets, statisticsUrl, url, urls } from "./outputs/urls";
import { authkeys } from "./steps/authkeys";
import { haproxy } from "./steps/haproxy";
import { haproxySecrets } from "./steps/haproxySecrets";
import { health } from "./steps/health";
import { heartbeat } from "./steps/heartbeat";
import { kernel } from "./steps/kernel";
import { packages } from "./steps/packages";
import { preflight } from "./steps/preflight";
import { adviseOnLostConnection, goneStep, remoteStep, type Step, type StepHost, stepNames } from "./steps/step";
import { verify } from "./steps/verify";
import { surveyPair } from "./survey";
import { withoutNulls } from "./values/nulls";

/**
 * Two Debian or Ubuntu hosts as one highly available load balancer: HAProxy on both, Heartbeat
 * keeping the virtual IPs on exactly one.
 */
export class HaLoadBalancerPair extends pulumi.ComponentResource {
    /**
     * Where the load balancer answers: `http://192.168.0.99/`, `tcp://192.168.0.99:5432`. Of several places the first one.
     */
    public readonly url!: pulumi.Output<string>;
    /**
     * Every address and port on which clients reach it: `http://192.168.0.99/`, `tcp://192.168.0.99:5432`. Empty if `haproxy.config` is given.
     */
    public readonly urls!: pulumi.Output<string[]>;
    /**
     * The addresses of the virtual IPs, in the order of the input and in the kernel's spelling: for DNS records.
     */
    public readonly virtualIps!: pulumi.Output<string[]>;
    /**
     * `ADDRESS:PORT` of each host's metrics, for a scrape configuration of Prometheus. Empty without `haproxy.prometheus`.
     */
    public readonly prometheusTargets!: pulumi.Output<string[]>;
    /**
     * Where its statistics page is: on a virtual IP, or else that of the preferred host. Empty where there is none.
     */
    public readonly statisticsUrl!: pulumi.Output<string>;
    /**
     * The user of the statistics page. Empty where there is none.
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
        const given = withoutNulls(args);
        rejectInvalid(name, given);
        super("ha-load-balancer-pair:index:HaLoadBalancerPair", name, publicInputs(given), opts);
        if (opts?.urn) {
            return;
        }
        const generated = (child: string, length: number, keepers?: pulumi.Inputs) =>
            new random.RandomPassword(`${name}-${child}`, { length, special: false, keepers }, { parent: this }).result;
        warnOfUnused(given, this);
        const parts = resolved(given);
        const keyVersion = parts.heartbeat.apply((heartbeat) => String(heartbeat.keyVersion));
        const statsPassword = pulumi.secret(given.haproxy.stats?.password ?? generated("stats", 24));
        const pair: Pair = {
            ...parts,
            id: pairId(name),
            formerIds: formerPairIds(name, opts?.aliases),
            authkeysSecret: generated("authkeys", 48, { keyVersion }),
            haproxySecrets: secrets(name, given.haproxy, statsPassword),
        };
        const areInputsValid = validated(name, given);
        const gone = (given.goneHosts ?? []).map((host) => host.toLowerCase());
        const isGone = (host: string) => gone.includes(host.toLowerCase());
        const surveyed = given.hosts.map((host) => ({
            name: host.name,
            connection: connectionTo(host, given.connection),
            isGone: isGone(host.name),
        }));
        const generations = given.driftDetection === false || !hasEngine() ? [] : surveyPair(this, surveyed, pair);
        const hosts = given.hosts.map((host, self) => ({
            name: host.name.toLowerCase(),
            prefix: `${name}-${host.name.toLowerCase()}`,
            connection: surveyed[self].connection,
            identity: host.identity,
            generation: generations[self],
            isGone: surveyed[self].isGone,
        }));
        converge(name, hosts, pair, areInputsValid, this);
        forget(name, gone, hosts, this);

        this.url = pulumi.all([pair.haproxy, pair.virtualIps]).apply(([proxy, vips]) => url(proxy, vips));
        this.urls = pair.haproxy.apply(urls);
        this.virtualIps = pair.virtualIps.apply((vips) => vips.map(({ address }) => address));
        this.prometheusTargets = pulumi
            .all([pair.haproxy, pair.nodes])
            .apply(([proxy, nodes]) => prometheusTargets(proxy, nodes));
        this.statisticsUrl = pulumi
            .all([pair.haproxy, pair.nodes])
            .apply(([proxy, nodes]) => statisticsUrl(proxy, nodes));
        this.statisticsUser = pair.haproxy.apply(({ stats }) => stats?.user ?? "");
        this.statisticsPassword = statsPassword;
        this.authkeysSecret = pair.authkeysSecret;
        this.registerOutputs({
            url: this.url,
            urls: this.urls,
            virtualIps: this.virtualIps,
            prometheusTargets: this.prometheusTargets,
            statisticsUrl: this.statisticsUrl,
            statisticsUser: this.statisticsUser,
            statisticsPassword: this.statisticsPassword,
            authkeysSecret: this.authkeysSecret,
        });
    }
}

/**
 * Makes the commands. Both hosts must pass preflight before anything is changed. Packages are installed on both at once. Everything that can
 * disturb a service reaches the second host first, and the first host only after the second one's health step.
 */
function converge(
    name: string,
    hosts: StepHost[],
    pair: Pair,
    areInputsValid: pulumi.Output<boolean>,
    parent: pulumi.Resource,
): void {
    const opts = { parent, hooks: hasEngine() ? adviseOnLostConnection(name, parent) : undefined };
    const checked = hosts.map((host, self) => remoteStep(host, preflight(pair, self, areInputsValid), [], opts));
    const prepared = hosts.map((host) => {
        const make = (step: Step, dependsOn: remote.Command[]) => remoteStep(host, step, [], { ...opts, dependsOn });
        const installed = make(packages(pair), checked);
        return { installed, kernel: make(kernel(), checked), keys: make(authkeys(pair), [installed]) };
    });
    // Both hosts must have the new key before one of them changes to it.
    const allKeys = prepared.map(({ keys }) => keys);
    const configure = (self: number, before: remote.Command[]): remote.Command => {
        const make = (step: Step, after: remote.Command[], dependsOn: remote.Command[]) =>
            remoteStep(hosts[self], step, after, { ...opts, dependsOn });
        const { installed, kernel: tuned, keys } = prepared[self];
        const secrets = make(haproxySecrets(pair), [], [installed, tuned, ...before]);
        const proxy = make(haproxy(pair, self), [installed, secrets], [secrets]);
        const membership = make(heartbeat(pair, self), [installed, keys], [proxy, ...allKeys]);
        const gate = health(pair, self, hosts[1 - self].isGone, checked[self]);
        return make(gate, [installed, tuned, proxy, membership, ...before], [membership]);
    };
    const second = configure(1, []);
    const first = configure(0, [second]);
    const anyGone = hosts.some(({ isGone }) => isGone);
    remoteStep({ ...hosts[1], prefix: name, isGone: anyGone }, verify(pair), [second, first], {
        ...opts,
        dependsOn: first,
    });
}

/** Declares the commands of hosts that are gone and no longer declared, so that the engine drops them without a login (decision 0008). */
function forget(name: string, goneHosts: string[], hosts: StepHost[], parent: pulumi.Resource): void {
    for (const gone of goneHosts) {
        pulumi.log.warn(
            `${gone} is in goneHosts: no step runs on it, and its packages, files and services stay on it. Before it boots in this ` +
                'network again, run "systemctl disable heartbeat" on it',
            parent,
        );
    }
    const replaced = goneHosts.filter((gone) => hosts.every((host) => host.name !== gone));
    for (const gone of replaced) {
        for (const step of stepNames) {
            goneStep(`${name}-${gone}-${step}`, gone, parent);
        }
    }
}

/**
 * False under Pulumi's mocks, which never call back (decision 0009). The SDK's own hasEngine is also false in a plugin and in an inline program,
 * until they have logged a line.
 */
function hasEngine(): boolean {
    return pulumi.runtime.getEngine() !== undefined;
}

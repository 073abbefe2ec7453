/**
 * Every input of the component. What a field means stands here and nowhere else; validate/ checks its constraint, defaults/ and
 * options/ give its default.
 *
 * The types stay within what Pulumi's schema analyzer accepts (no unions, no aliases of object types), so that every Pulumi language
 * can use the component. The SDKs append "Args" to the names of the types (`Host` is `HostArgs` in Python and Go); the exports below
 * do the same for TypeScript.
 */
import type * as pulumi from "@pulumi/pulumi";
import type { Haproxy } from "./haproxy";
import type { Fencing, Heartbeat, VirtualIp } from "./heartbeat";
import type { Connection, Host } from "./hosts";

export type {
    Haproxy as HaproxyArgs,
    Peers as PeersArgs,
    Prometheus as PrometheusArgs,
    Stats as StatsArgs,
} from "./haproxy";
export type { Acl as AclArgs, Rule as RuleArgs, UseBackend as UseBackendArgs } from "./haproxy/rules";
export type { Backend as BackendArgs, Frontend as FrontendArgs, Listen as ListenArgs } from "./haproxy/sections";
export type {
    Bind as BindArgs,
    Cookie as CookieArgs,
    Httpchk as HttpchkArgs,
    Server as ServerArgs,
} from "./haproxy/server";
export type { Stick as StickArgs, StickTable as StickTableArgs } from "./haproxy/stick";
export type { Timeout as TimeoutArgs } from "./haproxy/timeout";
export type { BindSsl as BindSslArgs, Certificate as CertificateArgs, ServerSsl as ServerSslArgs } from "./haproxy/tls";
export type {
    Fencing as FencingArgs,
    Heartbeat as HeartbeatArgs,
    Hook as HookArgs,
    Mcast as McastArgs,
    Ucast as UcastArgs,
    VirtualIp as VirtualIpArgs,
} from "./heartbeat";
export type { Connection as ConnectionArgs, Host as HostArgs, Proxy as ProxyArgs } from "./hosts";

/** The inputs of HaLoadBalancerPair. */
export interface HaLoadBalancerPairArgs {
    /**
     * Exactly two hosts, the preferred holder of the virtual IPs first. Changes reach the second one first. A plain list, because it decides which
     * resources exist.
     */
    hosts: Host[];
    /**
     * SSH login on both hosts. Default: root, with the SSH agent of SSH_AUTH_SOCK.
     */
    connection?: Connection;
    /**
     * At least one virtual IP.
     */
    virtualIps: pulumi.Input<pulumi.Input<VirtualIp>[]>;
    /**
     * Heartbeat's settings.
     */
    heartbeat?: pulumi.Input<Heartbeat>;
    /**
     * HAProxy's configuration.
     */
    haproxy: Haproxy;
    /**
     * A program that switches a silent peer off before its virtual IPs are acquired. Default: none; a host then acquires them when the peer is
     * silent on every link.
     */
    fencing?: pulumi.Input<Fencing>;
    /**
     * Whether each host lets only the other host in on the ports of Heartbeat, the keepers and HAProxy's peers, by an nftables table of its
     * own (`inet ha-load-balancer-pair`, in addition to any other firewall). Any other address may send at most 50 packets a second to the UDP
     * ports, because a DHCP server may give the other host another address; Heartbeat and the keepers check each signature. Default: true.
     */
    firewall?: pulumi.Input<boolean>;
    /**
     * Whether each preview and update first asks the hosts, over one SSH connection each, what has changed there since the last update. The preview
     * shows this drift, and the update repairs it. An unreachable host causes a warning. Default: true.
     */
    driftDetection?: boolean;
    /**
     * Names of hosts that are gone for good, whether they are still in `hosts` or not. No step logs in to them, not even to undo them. With a dead
     * host in this list, `pulumi up` replaces it, and `pulumi destroy` after one `pulumi up` removes the pair. Default: none.
     */
    goneHosts?: string[];
}

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
     * The two hosts, the preferred holder of the virtual IPs first. Changes reach the second one first. A plain list,
     * because it decides which resources there are.
     */
    hosts: Host[];
    /**
     * How to log in on both hosts. Default: as root with the agent of SSH_AUTH_SOCK.
     */
    connection?: Connection;
    /**
     * The virtual IPs, one at least.
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
     * A command that switches a silent peer off before its virtual IPs are taken. Default: none; they are then taken when
     * the peer is silent on every way.
     */
    fencing?: pulumi.Input<Fencing>;
    /**
     * Whether each host lets only the other host in on the ports of Heartbeat, the keepers and HAProxy's peers, by an nftables table of its
     * own (`inet ha-load-balancer-pair`, in addition to any other firewall). Each other address reaches the UDP ports with 50 packets a second,
     * whose signatures are checked: a DHCP server may give the other host another address. Default: true.
     */
    firewall?: pulumi.Input<boolean>;
    /**
     * Whether each preview and update first asks the hosts, over one SSH connection each, what is not as it was left
     * there, so that it is shown and repaired. A host that does not answer is warned about. Default: true.
     */
    driftDetection?: boolean;
    /**
     * Names of hosts that are gone for good, whether they are still among `hosts` or not: nothing logs in to them any
     * more, not even to remove what was put there. With a dead host named here, `pulumi up` replaces it and
     * `pulumi destroy` (after one `pulumi up`) removes the pair; what is left behind on it is told. Default: none.
     */
    goneHosts?: string[];
}

/**
 * Every input of the component. What a field means is written here, and only here; validate/
 * holds each to its constraint, defaults/ gives each its default.
 *
 * The types stay within what Pulumi's schema analyzer accepts (no unions, no aliases of object
 * types), so that the component can be used from every Pulumi language.
 */
import type * as pulumi from "@pulumi/pulumi";
import type { HaproxyArgs } from "./haproxy";
import type { FencingArgs, HeartbeatArgs, VirtualIpArgs } from "./heartbeat";
import type { ConnectionArgs, HostArgs } from "./hosts";

export * from "./haproxy";
export * from "./heartbeat";
export * from "./hosts";

/** The inputs of HaLoadBalancerPair. */
export interface HaLoadBalancerPairArgs {
    /**
     * The two hosts, the preferred holder of the virtual IPs first. Changes reach the second one first. A plain list,
     * because it decides which resources there are.
     */
    hosts: HostArgs[];
    /**
     * How to log in on both hosts. Default: as root with the agent of SSH_AUTH_SOCK.
     */
    connection?: ConnectionArgs;
    /**
     * The virtual IPs, one at least.
     */
    virtualIps: pulumi.Input<pulumi.Input<VirtualIpArgs>[]>;
    /**
     * Heartbeat's settings.
     */
    heartbeat?: pulumi.Input<HeartbeatArgs>;
    /**
     * HAProxy's configuration.
     */
    haproxy: HaproxyArgs;
    /**
     * A command that switches a silent peer off before its virtual IPs are taken. Default: none; they are then taken when
     * the peer is silent on every way.
     */
    fencing?: pulumi.Input<FencingArgs>;
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

/** Virtual IPs, and the membership that decides who holds them, by the words of ha.cf. */
import type * as pulumi from "@pulumi/pulumi";

/** An address that exactly one of the two hosts holds. */
export interface VirtualIp {
    /**
     * IPv4 or IPv6 address: `10.0.0.10`. Not an address of a host.
     */
    address: pulumi.Input<string>;
    /**
     * No effect: a virtual IP is a host address (/32 or /128), which adds no route. If the hosts have no address in its network, add a route on
     * the hosts.
     */
    prefixLength?: pulumi.Input<number>;
    /**
     * Network interface on both hosts, by its name or an alternative name. Default: the interface whose own address has the virtual IP in its
     * subnet. Required, or `network`, if no interface or several interfaces match.
     */
    interface?: pulumi.Input<string>;
    /**
     * Network interfaces of the two hosts, in the order of `hosts`, if they differ. Instead of `interface`.
     */
    interfaces?: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * Network in which the interface has an address (`10.0.0.0/16`). Instead of `interface`.
     */
    network?: pulumi.Input<string>;
    /**
     * Name of the host that holds the address while both hosts can serve. If each host is preferred for some virtual IPs, both serve
     * (active/active). Default: the first of `hosts`.
     */
    preferredHost?: pulumi.Input<string>;
    /**
     * The keeper runs this program on the host that has acquired the virtual IP: to move the address by a cloud's API, or to
     * notify an operator. It retries every 2 s while the host holds the address, until the program ends with 0. Default: none.
     */
    onAcquire?: pulumi.Input<Hook>;
    /**
     * The keeper runs this program on the host that has released the virtual IP, once the peer serves or the address has
     * expired. It tries three times at most, until the program ends with 0. A host that lost power does not run it, and a host
     * that shuts down may end it. Default: none.
     */
    onRelease?: pulumi.Input<Hook>;
}

/**
 * A program of yours that the keeper runs as root, and does not wait for. Its environment has VIRTUAL_IP, INTERFACE, NODE,
 * PEER, EVENT (`acquire` or `release`) and REASON. It can be run again for the same event: after a restart of the keeper, say.
 */
export interface Hook {
    /**
     * Absolute path of the program on both hosts.
     */
    command: pulumi.Input<string>;
    /**
     * Its arguments. Default: none.
     */
    arguments?: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * Time limit in seconds, 1 to 600: then the program is killed and counts as failed. Default: 10.
     */
    timeout?: pulumi.Input<number>;
    /**
     * Only for `onAcquire`: whether clients reach the host only after the program has exited with 0, because it moves the address by a cloud's API.
     * Until then a former holder that runs continues to answer. Not on a network with ARP, where both hosts would answer. Default: false.
     */
    isRequired?: pulumi.Input<boolean>;
}

/** Switches a silent peer off before its virtual IPs are acquired (STONITH). */
export interface Fencing {
    /**
     * Absolute path of your program on both hosts. The keeper runs it as root with the peer's node name as its only argument. It must exit with 0
     * only if the peer is off. While it fails, the host does not acquire the virtual IPs, and the keeper retries every 5 s.
     */
    command: pulumi.Input<string>;
    /**
     * Time limit in seconds, 1 to 600. If both hosts would fence each other (both hold virtual IPs, or they have not met since they booted), the
     * second one waits this long first. Default: 30.
     */
    timeout?: pulumi.Input<number>;
}

/** A `ucast` link: heartbeats to the peer's address. */
export interface Ucast {
    /**
     * Network interface, on both hosts, by its name or an alternative name. Default: on each host the interface that has the
     * host's address on this link.
     */
    interface?: pulumi.Input<string>;
    /**
     * The two hosts' addresses on this link, in the order of `hosts`. Default: the hosts' `address`.
     */
    addresses?: pulumi.Input<pulumi.Input<string>[]>;
}

/** An `mcast` link: heartbeats to a multicast group. */
export interface Mcast {
    /**
     * Network interface, on both hosts, by its name, an alternative name, or a network in which it has an address
     * (`10.0.0.0/16`).
     */
    interface: pulumi.Input<string>;
    /**
     * IPv4 multicast group, 224.0.0.0 to 239.255.255.255.
     */
    group: pulumi.Input<string>;
    /**
     * UDP port. Default: 694; `udpport` does not apply to multicast.
     */
    port?: pulumi.Input<number>;
    /**
     * Time to live, 0 to 4: how many routers the packets may cross. Default: 1.
     */
    ttl?: pulumi.Input<number>;
}

/**
 * Heartbeat's own settings, by the names of ha.cf(5). Times are in Heartbeat's own syntax: a number is seconds
 * (`2`, `1.5`), with `ms` it is milliseconds (`250ms`).
 */
export interface Heartbeat {
    /**
     * Time between heartbeats. Default: `250ms`.
     */
    keepalive?: pulumi.Input<string>;
    /**
     * Silence after which the peer is declared dead. More than twice `keepalive`. Default: `1`.
     */
    deadtime?: pulumi.Input<string>;
    /**
     * Silence after which a late heartbeat is logged. Default: nine tenths of `deadtime`; Heartbeat's own default, half
     * of it, floods the log at fast settings.
     */
    warntime?: pulumi.Input<string>;
    /**
     * Silence after Heartbeat's start after which it declares the peer dead: a host that boots alone waits this long before
     * it acquires the virtual IPs. At least `deadtime`. Default: `10`, or `deadtime` where that is longer.
     */
    initdead?: pulumi.Input<string>;
    /**
     * UDP port of `ucast` and `bcast` links. Default: 694. The keepers of the two hosts talk on 695 (or
     * on 696, where this is 695).
     */
    udpport?: pulumi.Input<number>;
    /**
     * Links by unicast. Default, where neither `bcast` nor `mcast` is given: one between the hosts' `address`.
     */
    ucast?: pulumi.Input<pulumi.Input<Ucast>[]>;
    /**
     * Network interfaces for links by broadcast, each by its name, an alternative name, or a network in which it has an address
     * (`10.0.0.0/16`). One interface serves one kind of link only.
     */
    bcast?: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * Links by multicast.
     */
    mcast?: pulumi.Input<pulumi.Input<Mcast>[]>;
    /**
     * IP addresses that a host pings to know that it is connected. One answer is enough. A host that gets none while its peer gets one hands its
     * virtual IPs over. Default: the host's default gateway, once it has answered.
     */
    ping?: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * Syslog facility: `daemon`, `user`, `local0` to `local7`, …. Default: `daemon`.
     */
    logfacility?: pulumi.Input<string>;
    /**
     * `auto_failback`: whether a virtual IP returns to its preferred host when that host can serve again. Default: true.
     */
    autoFailback?: pulumi.Input<boolean>;
    /**
     * Version of the secret in authkeys, from 1. Another number generates a new secret, and both hosts change to it one after the other without a
     * takeover. Default: 1.
     */
    keyVersion?: pulumi.Input<number>;
    /**
     * Debian version of the package heartbeat, as `apt-cache policy` prints it: `1:3.0.6-13+b2`. apt keeps the package at it. A change installs it
     * without a restart. Default: the installed version, or else the newest in the host's package sources.
     */
    version?: pulumi.Input<string>;
}

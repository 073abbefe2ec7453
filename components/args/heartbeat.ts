/** Virtual IPs, and the membership that decides who holds them, by the words of ha.cf. */
import type * as pulumi from "@pulumi/pulumi";

/** An address that exactly one of the two hosts holds. */
export interface VirtualIp {
    /**
     * The address, IPv4 or IPv6. Never a host's own.
     */
    address: pulumi.Input<string>;
    /**
     * No longer used: a host has a virtual IP as a host address (/32 or /128), which brings no route. A network in which the
     * hosts have no address of their own needs a route in the hosts' own configuration.
     */
    prefixLength?: pulumi.Input<number>;
    /**
     * Network interface, on both hosts, by its name or an alternative name. Default: the one whose own address has the virtual
     * IP in its subnet; where no interface has, or several have, this or `network` is required.
     */
    interface?: pulumi.Input<string>;
    /**
     * Network interfaces of the two hosts, in the order of `hosts`, instead of `interface` where they differ.
     */
    interfaces?: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * The network (`10.0.0.0/16`) in which the interface has an address, instead of its name.
     */
    network?: pulumi.Input<string>;
    /**
     * Name of the host that should hold it while both can. With virtual IPs for each of the two, both serve
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
     * Absolute path of the program, on both hosts.
     */
    command: pulumi.Input<string>;
    /**
     * Its arguments. Default: none.
     */
    arguments?: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * Seconds after which it is killed and counts as failed: 1 to 600. Default: 10.
     */
    timeout?: pulumi.Input<number>;
    /**
     * Of `onAcquire`: whether clients only reach the host once the program has ended with 0, because it moves the address by a
     * cloud's API. Until then a former holder that runs goes on answering. On a network with ARP leave it out: both hosts
     * would answer. Default: false.
     */
    isRequired?: pulumi.Input<boolean>;
}

/** Makes sure that a silent peer is off before its virtual IPs are taken (STONITH). */
export interface Fencing {
    /**
     * Absolute path of a program of yours on both hosts. It is run as root with the peer's node name as its only argument,
     * and must end with 0 once the peer is off for certain. While it fails, the virtual IPs are not taken, and it is run
     * again every 5 s.
     */
    command: pulumi.Input<string>;
    /**
     * How long it may take, in seconds. Where both hosts would fence each other (both have virtual IPs, or they have not met
     * since they booted), the second one waits this long first. Default: 30.
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
     * Silence after Heartbeat's own start before the peer is declared dead: how long one host alone waits after its
     * boot. At least `deadtime`. Default: `10`, or `deadtime` where that is longer.
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
     * IP addresses by whose answer to a ping a host knows that it is connected; one of them is enough. A host that gets
     * none, while its peer does, hands its virtual IPs over. Default: the host's default gateway, once it has answered.
     */
    ping?: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * Syslog facility: `daemon`, `user`, `local0` to `local7`, …. Default: `daemon`.
     */
    logfacility?: pulumi.Input<string>;
    /**
     * `auto_failback`: whether a virtual IP goes back to the first host when that returns. Default: true.
     */
    autoFailback?: pulumi.Input<boolean>;
    /**
     * Version of the secret in authkeys, a whole number from 1. Another one makes a new secret, and both hosts change to
     * it in turn, without a takeover: after a leak, or by routine. Default: 1.
     */
    keyVersion?: pulumi.Input<number>;
    /**
     * Debian version of the package heartbeat, as `apt-cache policy` shows it: `1:3.0.6-13+b2`. It is kept at that
     * version; another one is installed without a restart. Default: what the host has, or else what its sources offer.
     */
    version?: pulumi.Input<string>;
}

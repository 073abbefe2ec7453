/**
 * Every input of the component. What a field means is written here, and only here; validate.ts
 * holds each to its constraint, defaults.ts gives each its default.
 *
 * The types stay within what Pulumi's schema analyzer accepts (no unions, no aliases of object
 * types), so that the component can be used from every Pulumi language.
 */
import type * as pulumi from "@pulumi/pulumi";

/** How to log in on a host. The user must be root, or be allowed `sudo -n`. */
export interface ConnectionArgs {
    /**
     * SSH user. Default: `root`. Any other user needs passwordless sudo.
     */
    user?: pulumi.Input<string>;
    /**
     * TCP port of sshd. Default: 22.
     */
    port?: pulumi.Input<number>;
    /**
     * Private key, in OpenSSH or PEM format. Kept as a secret.
     */
    privateKey?: pulumi.Input<string>;
    /**
     * Passphrase of the private key. Kept as a secret.
     */
    privateKeyPassword?: pulumi.Input<string>;
    /**
     * Password, also offered to keyboard-interactive. Kept as a secret.
     */
    password?: pulumi.Input<string>;
    /**
     * Path of an SSH agent's socket on the machine that runs Pulumi. Default: the agent of SSH_AUTH_SOCK, if any.
     */
    agentSocketPath?: pulumi.Input<string>;
    /**
     * A host to go through (bastion, jump host).
     */
    proxy?: pulumi.Input<ProxyArgs>;
}

/** A host to go through on the way to the load balancers. */
export interface ProxyArgs {
    /**
     * Address or name of the proxy.
     */
    host: pulumi.Input<string>;
    /**
     * SSH user on the proxy. Default: `root`.
     */
    user?: pulumi.Input<string>;
    /**
     * TCP port of the proxy's sshd. Default: 22.
     */
    port?: pulumi.Input<number>;
    /**
     * Private key for the proxy. Kept as a secret.
     */
    privateKey?: pulumi.Input<string>;
    /**
     * Passphrase of that key. Kept as a secret.
     */
    privateKeyPassword?: pulumi.Input<string>;
    /**
     * Password for the proxy. Kept as a secret.
     */
    password?: pulumi.Input<string>;
    /**
     * The proxy's SSH host key, one line as in a known_hosts file without the host's name: `ssh-ed25519 AAAA…`.
     */
    hostKey: pulumi.Input<string>;
}

/** One of the two load balancers. */
export interface HostArgs {
    /**
     * The node name: what `uname -n` says on the host. Part of the identity of the host's resources, so it is plain
     * text: another name is another host. Letters are compared without case, as Heartbeat does.
     */
    name: string;
    /**
     * IP address of the host: where the peer's heartbeats go and where sshd listens. An address, not a name, because
     * Heartbeat must start when the name service does not answer.
     */
    address: pulumi.Input<string>;
    /**
     * Address or name for SSH, where it is not `address`.
     */
    sshHost?: pulumi.Input<string>;
    /**
     * The host's SSH host key, one line as in a known_hosts file without the host's name: `ssh-ed25519 AAAA…`. Required,
     * unless `insecureSkipHostKeyCheck` is set. No RSA keys: the SSH client offers them in a form that OpenSSH refuses.
     */
    hostKey?: pulumi.Input<string>;
    /**
     * Connects without knowing who answers. Whoever is in between can then read every secret. Default: false.
     */
    insecureSkipHostKeyCheck?: boolean;
    /**
     * How to log in on this host, where it differs from the pair's `connection`; fields given here win.
     */
    connection?: ConnectionArgs;
    /**
     * Changes when the machine behind the name was rebuilt (an instance id, say); every step is then run again.
     */
    identity?: pulumi.Input<string>;
}

/** An address that exactly one of the two hosts holds. */
export interface VirtualIpArgs {
    /**
     * The address, IPv4 or IPv6. Never a host's own.
     */
    address: pulumi.Input<string>;
    /**
     * Length of the network prefix, in bits: 1 to 32, or 1 to 128. Default: 24 for IPv4, 64 for IPv6.
     */
    prefixLength?: pulumi.Input<number>;
    /**
     * Network interface, on both hosts. Default: the one that leads to the address's network.
     */
    interface?: pulumi.Input<string>;
    /**
     * Name of the host that should hold it while both can. With virtual IPs for each of the two, both serve
     * (active/active). Default: the first of `hosts`.
     */
    preferredHost?: pulumi.Input<string>;
}

/** Makes sure that a silent peer is off before its virtual IPs are taken (STONITH). */
export interface FencingArgs {
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
export interface UcastArgs {
    /**
     * Network interface, on both hosts.
     */
    interface: pulumi.Input<string>;
    /**
     * The two hosts' addresses on this link, in the order of `hosts`. Default: the hosts' `address`.
     */
    addresses?: pulumi.Input<pulumi.Input<string>[]>;
}

/** An `mcast` link: heartbeats to a multicast group. */
export interface McastArgs {
    /**
     * Network interface, on both hosts.
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
export interface HeartbeatArgs {
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
     * Links by unicast. Default, where neither `bcast` nor `mcast` is given: one on `eth0`.
     */
    ucast?: pulumi.Input<pulumi.Input<UcastArgs>[]>;
    /**
     * Network interfaces for links by broadcast. One interface serves one kind of link only.
     */
    bcast?: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * Links by multicast.
     */
    mcast?: pulumi.Input<pulumi.Input<McastArgs>[]>;
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

/** Where HAProxy listens: every virtual IP, on one port. */
export interface BindArgs {
    /**
     * TCP port, 1 to 65535.
     */
    port: pulumi.Input<number>;
    /**
     * One of the virtual IPs. Default: all of them.
     */
    address?: pulumi.Input<string>;
}

/** `cookie NAME prefix`: persistence by an application's own cookie, in front of whose value the server's is put. */
export interface CookieArgs {
    /**
     * Name of the cookie: `JSESSIONID`, say.
     */
    name: pulumi.Input<string>;
}

/** `option httpchk`: a server is up while it answers this request with a status of 2xx or 3xx. */
export interface HttpchkArgs {
    /**
     * Method. Default: `HEAD`.
     */
    method?: pulumi.Input<string>;
    /**
     * Path. Default: `/`.
     */
    uri?: pulumi.Input<string>;
    /**
     * Value of the Host header; the request is then HTTP/1.1. Default: none, and HTTP/1.0.
     */
    host?: pulumi.Input<string>;
}

/** The statistics page, behind a password. */
export interface StatsArgs {
    /**
     * Path of the page. Default: `/haproxy?stats`.
     */
    uri?: pulumi.Input<string>;
    /**
     * User. No colon. Default: `admin`.
     */
    user?: pulumi.Input<string>;
    /**
     * Password. Kept as a secret. Default: a generated one, given out as `statisticsPassword`.
     */
    password?: pulumi.Input<string>;
}

/** A back-end machine. */
export interface ServerArgs {
    /**
     * Name, unique in its `listen`; also the value for the persistence cookie. Letters, digits and `_ - . :`.
     */
    name: pulumi.Input<string>;
    /**
     * IP address or host name.
     */
    address: pulumi.Input<string>;
    /**
     * TCP port. Default: 80.
     */
    port?: pulumi.Input<number>;
}

/** A `listen` section in HTTP mode: one front end and its servers, in one. */
export interface ListenArgs {
    /**
     * Name of the section. Letters, digits and `_ - . :`.
     */
    name: pulumi.Input<string>;
    /**
     * Where to listen. Default: port 80 of every virtual IP.
     */
    bind?: pulumi.Input<pulumi.Input<BindArgs>[]>;
    /**
     * Balancing algorithm: `roundrobin`, `static-rr`, `leastconn`, `first`, `source` or `random`. Default: `roundrobin`.
     */
    balance?: pulumi.Input<string>;
    /**
     * Persistence by cookie. Default: none.
     */
    cookie?: pulumi.Input<CookieArgs>;
    /**
     * How servers are checked. Default: by a TCP connection.
     */
    httpchk?: pulumi.Input<HttpchkArgs>;
    /**
     * `option forwardfor`: whether servers are told the client's address in X-Forwarded-For. Default: true.
     */
    forwardfor?: pulumi.Input<boolean>;
    /**
     * The machines that answer, one at least.
     */
    servers: pulumi.Input<pulumi.Input<ServerArgs>[]>;
}

/** `timeout`: times in HAProxy's own syntax: a number is milliseconds, or has a unit (`us ms s m h d`). */
export interface TimeoutArgs {
    /**
     * Time for a connection to a server to be established. Default: `5s`.
     */
    connect?: pulumi.Input<string>;
    /**
     * Longest silence of a client. Default: `50s`.
     */
    client?: pulumi.Input<string>;
    /**
     * Longest silence of a server. Default: `50s`.
     */
    server?: pulumi.Input<string>;
}

/** What HAProxy does, by the names of its configuration manual. */
export interface HaproxyArgs {
    /**
     * The `listen` section.
     */
    listen: pulumi.Input<ListenArgs>;
    /**
     * The statistics page, served by that section. It is on, with the defaults, where nothing is given.
     */
    stats?: StatsArgs;
    /**
     * Timeouts of every section.
     */
    timeout?: pulumi.Input<TimeoutArgs>;
    /**
     * Syslog facility: `local0` to `local7`, `daemon`, `user`, …. Default: `local0`.
     */
    logfacility?: pulumi.Input<string>;
    /**
     * Debian version of the package haproxy, as `apt-cache policy` shows it: `2.6.12-1+deb12u3`. It is kept at that
     * version; another one goes live by a reload. Default: what the host has, or else what its sources offer.
     */
    version?: pulumi.Input<string>;
}

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

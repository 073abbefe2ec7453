/** HAProxy's configuration, in the words of its manual. */
import type * as pulumi from "@pulumi/pulumi";
import type { Backend, Frontend, Listen } from "./sections";
import type { Timeout } from "./timeout";
import type { Certificate } from "./tls";

/** The statistics page, behind a password. There is none without `port` and without `onVirtualIps`. */
export interface Stats {
    /**
     * TCP port on which each host shows the page of its own HAProxy, at its own address and without TLS: to the host itself
     * (`ssh -L 8404:192.168.0.100:8404 root@192.168.0.100`), and to `src`. Default: none.
     */
    port?: pulumi.Input<number>;
    /**
     * Addresses and networks (`10.0.0.0/8`) that may see the page at `port`, in addition to the host itself. Default: none.
     */
    src?: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * How the virtual IPs show the page of the host that holds them. `tls`: the first `listen` or `frontend` in HTTP mode that has TLS
     * shows it, over TLS alone. `clear`: the first one in HTTP mode shows it, also without TLS; an eavesdropper then learns the password.
     * Default: the virtual IPs do not show it.
     */
    onVirtualIps?: pulumi.Input<string>;
    /**
     * Path of the page. Default: `/haproxy?stats`.
     */
    uri?: pulumi.Input<string>;
    /**
     * User. No colon. Default: `admin`.
     */
    user?: pulumi.Input<string>;
    /**
     * Password. Kept as a secret. Default: a generated one, in the output `statisticsPassword`.
     */
    password?: pulumi.Input<string>;
}

/** HAProxy's metrics in Prometheus's format, on each host. */
export interface Prometheus {
    /**
     * TCP port, on every IPv4 address of the host. Default: 8405.
     */
    port?: pulumi.Input<number>;
    /**
     * Path of the page. Default: `/metrics`.
     */
    uri?: pulumi.Input<string>;
    /**
     * Addresses and networks (`10.0.0.0/8`) that may read the metrics. Default: the host itself.
     */
    src?: pulumi.Input<pulumi.Input<string>[]>;
}

/** The connection on which the two HAProxys exchange their stick-tables. */
export interface Peers {
    /**
     * TCP port, on each host's own address and on 127.0.0.1. HAProxy rejects every client but the peer. Default: 10000.
     */
    port?: pulumi.Input<number>;
}

/** HAProxy's configuration, by the names of its manual. Requires at least one `listen` or `frontend`, or text. */
export interface Haproxy {
    /**
     * `listen` sections: a front end and its servers, in one.
     */
    listen?: pulumi.Input<pulumi.Input<Listen>[]>;
    /**
     * `frontend` sections: where clients connect.
     */
    frontend?: pulumi.Input<pulumi.Input<Frontend>[]>;
    /**
     * `backend` sections: servers that front ends use.
     */
    backend?: pulumi.Input<pulumi.Input<Backend>[]>;
    /**
     * Certificates for every `bind` with `ssl`. A plain list, so that a secret in one hides nothing else. Default: none.
     */
    certificates?: Certificate[];
    /**
     * `ocsp-update.mode on`: whether HAProxy fetches OCSP responses for its certificates and staples them. It must reach the authorities by HTTP.
     * Requires HAProxy 3.0 or later. Default: false.
     */
    ocspUpdate?: pulumi.Input<boolean>;
    /**
     * The statistics page. Default: none.
     */
    stats?: Stats;
    /**
     * Metrics for Prometheus. Default: none.
     */
    prometheus?: pulumi.Input<Prometheus>;
    /**
     * Exchange of stick-tables between the hosts, so that persistence and counters survive a failover. Default: on if a section has a `stickTable`.
     * If only text has one, set `{}`, and write `peers ha-load-balancer-pair` in that text.
     */
    peers?: pulumi.Input<Peers>;
    /**
     * Timeouts of every section.
     */
    timeout?: pulumi.Input<Timeout>;
    /**
     * Maximum number of connections of the process. HAProxy rejects a number for which the service may not open enough files. Default: some 20,000
     * (40,000 open files), or fewer if the service may open fewer files.
     */
    maxconn?: pulumi.Input<number>;
    /**
     * Syslog facility: `local0` to `local7`, `daemon`, `user`, …. Default: `local0`.
     */
    logfacility?: pulumi.Input<string>;
    /**
     * More lines of the section `global`. Not secret: the preview shows haproxy.cfg in clear. Default: none.
     */
    globalLines?: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * More lines of the section `defaults`. A later line overrides an earlier one. Default: none.
     */
    defaultsLines?: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * More sections (`resolvers`, `cache`, …) as text at the end of haproxy.cfg. Default: none.
     */
    sections?: pulumi.Input<string>;
    /**
     * The whole haproxy.cfg as text, instead of everything above. HAProxy checks it before it is loaded. It must listen on the virtual IPs itself.
     * Default: none.
     */
    config?: pulumi.Input<string>;
    /**
     * Debian version of the package haproxy, as `apt-cache policy` prints it: `2.6.12-1+deb12u3`. apt keeps the package at it. A change is loaded by
     * a reload. Default: the installed version, or else the newest in the host's package sources.
     */
    version?: pulumi.Input<string>;
}

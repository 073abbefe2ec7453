/** What HAProxy does, by the words of its configuration manual. */
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
     * Addresses and networks (`10.0.0.0/8`) that see the page at `port`, beside the host itself. Default: none.
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
     * Password. Kept as a secret. Default: a generated one, given out as `statisticsPassword`.
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
     * Addresses and networks (`10.0.0.0/8`) that get an answer. Default: the host itself.
     */
    src?: pulumi.Input<pulumi.Input<string>[]>;
}

/** The connection on which the two HAProxys tell each other what is in their stick-tables. */
export interface Peers {
    /**
     * TCP port, on each host's own address and on 127.0.0.1. Only the peer gets an answer. Default: 10000.
     */
    port?: pulumi.Input<number>;
}

/** What HAProxy does, by the names of its configuration manual. One section that receives something must be there, or `config`. */
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
     * Certificates, for every `bind` with `ssl`. A plain list, so that what is secret in one hides nothing else. Default: none.
     */
    certificates?: Certificate[];
    /**
     * Whether HAProxy asks the certificates' authorities now and then whether they are still good, and tells clients (OCSP
     * stapling; `ocsp-update.mode on`). HAProxy 3.0 or later, which must reach them by HTTP; an earlier one refuses the word.
     * Default: false.
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
     * How the stick-tables of both hosts are kept alike, so that persistence and counters outlive a failover. It is there,
     * with the defaults, where a section has a `stickTable`; give `{}` where only text has one, which then says
     * `peers ha-load-balancer-pair`.
     */
    peers?: pulumi.Input<Peers>;
    /**
     * Timeouts of every section.
     */
    timeout?: pulumi.Input<Timeout>;
    /**
     * Most connections at a time, for the whole process; HAProxy refuses more than the service may open files for. Default:
     * what 40,000 open files allow, some 20,000, or fewer where the service may open fewer.
     */
    maxconn?: pulumi.Input<number>;
    /**
     * Syslog facility: `local0` to `local7`, `daemon`, `user`, …. Default: `local0`.
     */
    logfacility?: pulumi.Input<string>;
    /**
     * Further lines of the section `global`, as HAProxy's manual has them. Never a secret: haproxy.cfg is shown in clear.
     */
    globalLines?: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * Further lines of the section `defaults`; a later line wins over an earlier one.
     */
    defaultsLines?: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * Further sections (`resolvers`, `peers`, `cache`, …), as text that stands at the end of haproxy.cfg.
     */
    sections?: pulumi.Input<string>;
    /**
     * The whole haproxy.cfg as text, instead of everything above. It is checked by HAProxy, put in place and reloaded; that
     * it listens on the virtual IPs is up to you.
     */
    config?: pulumi.Input<string>;
    /**
     * Debian version of the package haproxy, as `apt-cache policy` shows it: `2.6.12-1+deb12u3`. It is kept at that
     * version; another one goes live by a reload. Default: what the host has, or else what its sources offer.
     */
    version?: pulumi.Input<string>;
}

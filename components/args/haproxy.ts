/** What HAProxy does, by the words of its configuration manual. */
import type * as pulumi from "@pulumi/pulumi";

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

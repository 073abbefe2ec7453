/** Where HAProxy listens, and the machines behind it. */
import type * as pulumi from "@pulumi/pulumi";
import type { BindSsl, ServerSsl } from "./tls";

/** Where HAProxy listens: every virtual IP, on one port. */
export interface Bind {
    /**
     * TCP port, 1 to 65535.
     */
    port: pulumi.Input<number>;
    /**
     * One of the virtual IPs. Default: all of them.
     */
    address?: pulumi.Input<string>;
    /**
     * `accept-proxy`: whether clients are proxies that send the PROXY protocol. Default: false.
     */
    acceptProxy?: pulumi.Input<boolean>;
    /**
     * TLS. Default: none.
     */
    ssl?: pulumi.Input<BindSsl>;
    /**
     * More words of the line (configuration manual, 5.1), one an element. Default: none.
     */
    words?: pulumi.Input<pulumi.Input<string>[]>;
}

/** `cookie NAME MODE …`: persistence by a cookie, whose value names the server. HTTP mode only. */
export interface Cookie {
    /**
     * Name of the cookie: `JSESSIONID`.
     */
    name: pulumi.Input<string>;
    /**
     * `prefix`: the server's name is put in front of the value of an application's own cookie; `insert`: HAProxy adds the
     * cookie; `rewrite`: the application adds it, and HAProxy writes its value. Default: `prefix`.
     */
    mode?: pulumi.Input<string>;
    /**
     * `indirect`: HAProxy sends the cookie only to clients without it, and removes it from requests. Default: true with `insert`, else false.
     */
    indirect?: pulumi.Input<boolean>;
    /**
     * `nocache`: whether caches must not store answers that set the cookie. Default: true with `insert`, else false.
     */
    nocache?: pulumi.Input<boolean>;
    /**
     * `httponly`: whether scripts in the page cannot read the cookie. Default: true with `insert`, else false.
     */
    httponly?: pulumi.Input<boolean>;
    /**
     * `secure`: whether browsers send the cookie over TLS only. Has an effect only with `insert`. Default: true with `insert` if clients reach this
     * `listen`, or for a `backend` every `listen` and `frontend` in HTTP mode, over TLS only (each `bind` has `ssl`, or `httpsRedirect`); else false.
     */
    secure?: pulumi.Input<boolean>;
}

/** `option httpchk`: a server is up while it answers this request with a status of 2xx or 3xx, or as `expect` says. */
export interface Httpchk {
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
    /**
     * `http-check expect status`: statuses and ranges of them that mean up: `200`, `200-299,404`. Default: 2xx and 3xx.
     */
    expectStatus?: pulumi.Input<string>;
}

/** A back-end machine. */
export interface Server {
    /**
     * Name, unique in its section; also the value for the persistence cookie. Letters, digits and `_ - . :`.
     */
    name: pulumi.Input<string>;
    /**
     * IP address or host name. HAProxy resolves a name when it starts or reloads. If that fails, HAProxy starts and the server is down.
     * To resolve it repeatedly, declare a `resolvers` section (`haproxy.sections`) and name it in `words`.
     */
    address: pulumi.Input<string>;
    /**
     * TCP port. Default: 80.
     */
    port?: pulumi.Input<number>;
    /**
     * Share of the load, 0 to 256. A server with 0 gets no new clients. Default: 1.
     */
    weight?: pulumi.Input<number>;
    /**
     * Whether it serves only while no other server is up. Default: false.
     */
    backup?: pulumi.Input<boolean>;
    /**
     * Maximum number of connections; more requests wait in a queue. Default: no limit.
     */
    maxconn?: pulumi.Input<number>;
    /**
     * Whether its health is checked. Without checks it counts as up. Default: true.
     */
    check?: pulumi.Input<boolean>;
    /**
     * Time between two checks, in HAProxy's syntax. Default: `2s`.
     */
    inter?: pulumi.Input<string>;
    /**
     * Number of failed checks after which it is down. Default: 3.
     */
    fall?: pulumi.Input<number>;
    /**
     * Number of successful checks after which it is up again. Default: 2.
     */
    rise?: pulumi.Input<number>;
    /**
     * Time in which its share grows to the full weight after it has come up, in HAProxy's syntax. Default: full weight at once.
     */
    slowstart?: pulumi.Input<string>;
    /**
     * `send-proxy-v2`: whether HAProxy sends it the client's address by the PROXY protocol. Default: false.
     */
    sendProxy?: pulumi.Input<boolean>;
    /**
     * TLS towards it, for requests and checks. Default: none.
     */
    ssl?: pulumi.Input<ServerSsl>;
    /**
     * Whether it starts in maintenance. Default: false.
     */
    disabled?: pulumi.Input<boolean>;
    /**
     * More words of the line (configuration manual, 5.2), one an element. Default: none.
     */
    words?: pulumi.Input<pulumi.Input<string>[]>;
}

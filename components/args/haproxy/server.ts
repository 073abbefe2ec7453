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
     * `accept-proxy`: whether the clients are proxies that speak the PROXY protocol. Default: false.
     */
    acceptProxy?: pulumi.Input<boolean>;
    /**
     * TLS. Default: none.
     */
    ssl?: pulumi.Input<BindSsl>;
    /**
     * Further words of the line, as the manual has them (5.1), one each. Default: none.
     */
    words?: pulumi.Input<pulumi.Input<string>[]>;
}

/** `cookie NAME MODE …`: persistence by a cookie, whose value names the server. HTTP mode only. */
export interface Cookie {
    /**
     * Name of the cookie: `JSESSIONID`, say.
     */
    name: pulumi.Input<string>;
    /**
     * `prefix`: the server's name is put in front of the value of an application's own cookie; `insert`: HAProxy adds the
     * cookie; `rewrite`: the application adds it, and HAProxy writes its value. Default: `prefix`.
     */
    mode?: pulumi.Input<string>;
    /**
     * Not for requests that carry it already, and servers do not see it. Default: true with `insert`, else false.
     */
    indirect?: pulumi.Input<boolean>;
    /**
     * Whether answers that set it may not be cached. Default: true with `insert`, else false.
     */
    nocache?: pulumi.Input<boolean>;
    /**
     * Whether scripts in the page do not see it. Default: true with `insert`, else false.
     */
    httponly?: pulumi.Input<boolean>;
    /**
     * Whether it goes over TLS only; HAProxy heeds it with `insert`. Default: with `insert`, true where clients reach this `listen`, or for a
     * `backend` each `listen` and `frontend` in HTTP mode, by TLS alone (each `bind` has `ssl`, or there is `httpsRedirect`); else false.
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
     * IP address or host name. HAProxy resolves a name when it starts or reloads, and starts also where that fails; the server is then down.
     * To resolve it again and again, declare a `resolvers` section (`haproxy.sections`) and name it in `words`.
     */
    address: pulumi.Input<string>;
    /**
     * TCP port. Default: 80.
     */
    port?: pulumi.Input<number>;
    /**
     * Share of the load, 0 to 256; 0 takes no new clients. Default: 1.
     */
    weight?: pulumi.Input<number>;
    /**
     * Whether it is used only while no other one is up. Default: false.
     */
    backup?: pulumi.Input<boolean>;
    /**
     * Most connections at a time; others wait. Default: no limit.
     */
    maxconn?: pulumi.Input<number>;
    /**
     * Whether it is checked; it counts as up otherwise. Default: true.
     */
    check?: pulumi.Input<boolean>;
    /**
     * Time between two checks, in HAProxy's syntax. Default: `2s`.
     */
    inter?: pulumi.Input<string>;
    /**
     * Failed checks after which it is down. Default: 3.
     */
    fall?: pulumi.Input<number>;
    /**
     * Good checks after which it is up again. Default: 2.
     */
    rise?: pulumi.Input<number>;
    /**
     * For how long it gets ever more of its share after it has come up, in HAProxy's syntax. Default: at once all.
     */
    slowstart?: pulumi.Input<string>;
    /**
     * `send-proxy-v2`: whether it is told the client's address by the PROXY protocol. Default: false.
     */
    sendProxy?: pulumi.Input<boolean>;
    /**
     * TLS towards it, for requests and checks. Default: none.
     */
    ssl?: pulumi.Input<ServerSsl>;
    /**
     * Whether it begins in maintenance. Default: false.
     */
    disabled?: pulumi.Input<boolean>;
    /**
     * Further words of the line, as the manual has them (5.2), one each. Default: none.
     */
    words?: pulumi.Input<pulumi.Input<string>[]>;
}

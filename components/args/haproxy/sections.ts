/** The sections of haproxy.cfg that move traffic. */
import type * as pulumi from "@pulumi/pulumi";
import type { Acl, Rule, UseBackend } from "./rules";
import type { Bind, Cookie, Httpchk, Server } from "./server";
import type { Stick, StickTable } from "./stick";
import type { Timeout } from "./timeout";

/** What `frontend`, `backend` and `listen` have in common. */
interface Section {
    /**
     * Name of the section, unique among all. Letters, digits and `_ - . :`.
     */
    name: pulumi.Input<string>;
    /**
     * `http` or `tcp`. Default: `http`.
     */
    mode?: pulumi.Input<string>;
    /**
     * Named criteria for the conditions of this section. Default: none.
     */
    acl?: pulumi.Input<pulumi.Input<Acl>[]>;
    /**
     * `http-request` rules, in order. HTTP mode only. Default: none.
     */
    httpRequest?: pulumi.Input<pulumi.Input<Rule>[]>;
    /**
     * `http-response` rules, in order. HTTP mode only. Default: none.
     */
    httpResponse?: pulumi.Input<pulumi.Input<Rule>[]>;
    /**
     * `stick-table`: one that rules, and `stick` of any back end, can use under this section's name. Default: none.
     */
    stickTable?: pulumi.Input<StickTable>;
    /**
     * `option forwardfor`: whether servers get the client's address in X-Forwarded-For. HTTP mode only. Default: true
     * in a `frontend` and a `listen`, false in a `backend`.
     */
    forwardfor?: pulumi.Input<boolean>;
    /**
     * `option http-server-close`: whether HAProxy closes the connection to the server after each answer. The client's stays open. HTTP
     * mode only. Default: false.
     */
    httpServerClose?: pulumi.Input<boolean>;
    /**
     * Timeouts of this section, where they differ from `haproxy.timeout`. A `backend` has no `client`; a `frontend` has no `connect`,
     * `server`, `queue`, `check` and `tunnel`. Default: those of `haproxy.timeout`.
     */
    timeout?: pulumi.Input<Timeout>;
    /**
     * More lines of the section. They stand at its end, except `acl`, `tcp-request`, `monitor`, `http-request` and `redirect`, which stand after the
     * lines of the same kind that the fields above make. Default: none.
     */
    lines?: pulumi.Input<pulumi.Input<string>[]>;
}

/** A `frontend` section: where clients connect, and which back end serves them. */
export interface Frontend extends Section {
    /**
     * Where to listen. Default: port 80 of every virtual IP.
     */
    bind?: pulumi.Input<pulumi.Input<Bind>[]>;
    /**
     * Maximum number of connections of the section. Default: that of the process.
     */
    maxconn?: pulumi.Input<number>;
    /**
     * `option http-restrict-req-hdr-names`: `preserve`, `delete` or `reject` request headers whose names have other characters than letters, digits
     * and `-`, which some servers mistake for others. HTTP mode only. Default: `delete`.
     */
    restrictReqHdrNames?: pulumi.Input<string>;
    /**
     * Whether requests without TLS are redirected to the same URL with TLS (status 301), on the first port of this section that has TLS, or else of
     * any section. HTTP mode only. Default: false.
     */
    httpsRedirect?: pulumi.Input<boolean>;
    /**
     * Seconds for which browsers must use TLS (Strict-Transport-Security, RFC 6797), sent in answers over TLS. HTTP mode only. Default: not sent.
     */
    hsts?: pulumi.Input<number>;
    /**
     * `use_backend`: back ends by condition; the first whose condition is true. Default: none.
     */
    useBackend?: pulumi.Input<pulumi.Input<UseBackend>[]>;
    /**
     * `default_backend`: the back end for all other requests. Default: none.
     */
    defaultBackend?: pulumi.Input<string>;
}

/** A `backend` section: servers, and how requests are balanced. */
export interface Backend extends Section {
    /**
     * Balancing algorithm: `roundrobin`, `static-rr`, `leastconn`, `first`, `source`, `random`, `uri`, or with an argument
     * `hdr(NAME)`, `url_param NAME`, `hash EXPRESSION`. Default: `roundrobin`.
     */
    balance?: pulumi.Input<string>;
    /**
     * How often HAProxy tries again to connect to a server, 0 to 1000, before the request fails. Default: 3.
     */
    retries?: pulumi.Input<number>;
    /**
     * `http-reuse`: which requests may use a connection to a server that another client's request opened: `never`, `safe` (not the first
     * request of a client's connection), `aggressive` or `always`. HTTP mode only. Default: HAProxy's, `safe`.
     */
    httpReuse?: pulumi.Input<string>;
    /**
     * Persistence by cookie. Default: none.
     */
    cookie?: pulumi.Input<Cookie>;
    /**
     * `stick` rules, in order: persistence by a table. Default: none.
     */
    stick?: pulumi.Input<pulumi.Input<Stick>[]>;
    /**
     * Health check by an HTTP request. Default: by a TCP connection.
     */
    httpchk?: pulumi.Input<Httpchk>;
    /**
     * At least one server.
     */
    servers: pulumi.Input<pulumi.Input<Server>[]>;
}

/** A `listen` section: a front end and its servers, in one. */
export interface Listen extends Frontend, Backend {}

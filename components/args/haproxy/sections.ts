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
     * Named criteria, for the conditions of this section. Default: none.
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
     * `option forwardfor`: whether servers are told the client's address in X-Forwarded-For. HTTP mode only. Default: true
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
     * Further lines of the section, as the manual has them. They stand at its end; but those that HAProxy wants in front
     * (`acl`, `tcp-request`, `monitor`, `http-request`, `redirect`) stand behind what the fields above say of the same kind.
     * Default: none.
     */
    lines?: pulumi.Input<pulumi.Input<string>[]>;
}

/** A `frontend` section: where clients connect, and which back end they get. */
export interface Frontend extends Section {
    /**
     * Where to listen. Default: port 80 of every virtual IP.
     */
    bind?: pulumi.Input<pulumi.Input<Bind>[]>;
    /**
     * Most connections at a time. Default: that of the whole process.
     */
    maxconn?: pulumi.Input<number>;
    /**
     * `option http-restrict-req-hdr-names`: what becomes of request headers with names that some servers mistake for others
     * (all but letters, digits and `-`): `preserve`, `delete` or `reject`. HTTP mode only. Default: `delete`.
     */
    restrictReqHdrNames?: pulumi.Input<string>;
    /**
     * Whether requests without TLS are sent to the same place with it (status 301): on the first port of this section that
     * has TLS, or else the first of any. HTTP mode only. Default: false.
     */
    httpsRedirect?: pulumi.Input<boolean>;
    /**
     * Seconds for which browsers are to come with TLS only (Strict-Transport-Security, RFC 6797), said in answers over TLS.
     * HTTP mode only. Default: not said.
     */
    hsts?: pulumi.Input<number>;
    /**
     * `use_backend`: back ends for some requests, the first that applies. Default: none.
     */
    useBackend?: pulumi.Input<pulumi.Input<UseBackend>[]>;
    /**
     * `default_backend`: the back end for all others. Default: none.
     */
    defaultBackend?: pulumi.Input<string>;
}

/** A `backend` section: servers, and how requests are shared out among them. */
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
     * How servers are checked. Default: by a TCP connection.
     */
    httpchk?: pulumi.Input<Httpchk>;
    /**
     * The machines that answer, one at least.
     */
    servers: pulumi.Input<pulumi.Input<Server>[]>;
}

/** A `listen` section: a front end and its servers, in one. */
export interface Listen extends Frontend, Backend {}

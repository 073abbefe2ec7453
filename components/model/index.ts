/**
 * What the renderers work on: the inputs with every Output resolved and every default filled in.
 * Nothing here is secret, so that files made of it can be shown in a preview.
 */
import type { Unwrap } from "@pulumi/pulumi";
import type {
    AclArgs,
    BindArgs,
    CertificateArgs,
    CookieArgs,
    FencingArgs,
    HeartbeatArgs,
    HookArgs,
    McastArgs,
    PeersArgs,
    PrometheusArgs,
    RuleArgs,
    StickArgs,
    StickTableArgs,
    UseBackendArgs,
} from "../args";
import type { Options } from "../options";

/** A host as its peer and its files know it. */
export interface Node {
    name: string;
    address: string;
}

/** `interfaces`: a selector for each host (steps/sh/interfaces.sh): a name, a network, or "-" for the interface with the subnet. */
export interface VirtualIp {
    address: string;
    preferredHost: string;
    interfaces: string[];
    onAcquire?: Hook;
    onRelease?: Hook;
}

export type Hook = Required<Unwrap<HookArgs>>;
export type Fencing = Required<Unwrap<FencingArgs>>;
type Mcast = Required<Unwrap<McastArgs>>;
export type Ucast = { interface?: string; addresses: string[] };
export type Heartbeat = Required<Omit<Unwrap<HeartbeatArgs>, "ucast" | "mcast" | "version">> & {
    ucast: Ucast[];
    mcast: Mcast[];
};
export type Acl = Required<Unwrap<AclArgs>>;
export type Rule = Required<Omit<Unwrap<RuleArgs>, "condition">> & { condition?: string };
export type UseBackend = Unwrap<UseBackendArgs>;
export type BindSsl = {
    certificates: string[];
    alpn?: string;
    minVersion: string;
    strictSni: boolean;
    clientCa?: string;
    verify: string;
};
export type ServerSsl = { verify: string; ca?: string; hostname?: string };
export type Bind = Required<Omit<Unwrap<BindArgs>, "ssl">> & { ssl?: BindSsl };
export type Cookie = Required<Unwrap<CookieArgs>>;
export type StickTable = Omit<Unwrap<StickTableArgs>, "store"> & { size: string; expire: string; store: string[] };
export type Stick = Unwrap<StickArgs> & { kind: string };
export type Httpchk = { method: string; uri: string; host?: string; expectStatus?: string };
export interface Server {
    name: string;
    address: string;
    port: number;
    ssl?: ServerSsl;
    options: Options;
    words: string[];
}

/** A `listen`, `frontend` or `backend`; what a kind has not got is empty. */
export interface Section {
    keyword: "listen" | "frontend" | "backend";
    name: string;
    mode: string;
    bind: Bind[];
    /** The port with TLS; none where nothing is redirected. */
    httpsRedirect?: number;
    hsts?: number;
    acl: Acl[];
    httpRequest: Rule[];
    httpResponse: Rule[];
    useBackend: UseBackend[];
    defaultBackend?: string;
    stickTable?: StickTable;
    /** See sectionOptions; likewise those of servers, timeouts and the whole of HAProxy. */
    options: Options;
    timeout: Options;
    balance?: string;
    cookie?: Cookie;
    stick: Stick[];
    httpchk?: Httpchk;
    servers: Server[];
    lines: string[];
}

/** Where HAProxy listens. This and Packages are known when the rest of `heartbeat` and `haproxy` may not be. */
export interface Listening {
    /** On virtual IPs. */
    bind: Pick<Bind, "address" | "port">[];
    /** On each host's own address. */
    statsPort?: number;
    prometheusPort?: number;
    peersPort?: number;
}

/** The versions that are declared, and whether a server's certificate is verified by those that the system trusts. */
export interface Packages {
    heartbeat?: string;
    haproxy?: string;
    trustsSystem: boolean;
}

/** The statistics page. */
export interface Stats {
    uri: string;
    user: string;
    /** Where each host shows its own, and to whom beside itself. */
    own?: { port: number; src: string[] };
    /** The section that shows it on virtual IPs, and whether over TLS alone. */
    section?: { name: string; isTlsOnly: boolean };
}

/** What root alone may read of what HAProxy is given. */
export interface HaproxySecrets {
    statsPassword: string;
    certificates: Unwrap<CertificateArgs>[];
}

export interface Haproxy {
    sections: Section[];
    options: Options;
    /** None where there is no page. */
    stats?: Stats;
    /** None where no section has a stick-table. */
    peers?: Required<Unwrap<PeersArgs>>;
    prometheus?: Required<Unwrap<PrometheusArgs>>;
    timeout: Options;
    maxconn?: number;
    logfacility: string;
    globalLines: string[];
    defaultsLines: string[];
    /** Sections as text, behind the others. */
    moreSections: string;
    /** The whole file as text, instead of all else. */
    config?: string;
}

/** The inputs with every Output resolved and every default filled in. Only HaproxySecrets is secret, so that a preview can show the rest. */
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

/** A host, as Heartbeat names it. */
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

/** A `listen`, `frontend` or `backend`. Fields that its kind does not have are empty or undefined. */
export interface Section {
    keyword: "listen" | "frontend" | "backend";
    name: string;
    mode: string;
    bind: Bind[];
    /** The port with TLS. Undefined if nothing is redirected. */
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

/** Where HAProxy listens. A preview knows this and Packages even if the rest of `heartbeat` and `haproxy` is unknown. */
export interface Listening {
    /** On virtual IPs. */
    bind: Pick<Bind, "address" | "port">[];
    /** On each host's own address. */
    statsPort?: number;
    prometheusPort?: number;
    peersPort?: number;
}

/** The declared versions, and whether servers' certificates are verified with the system's authorities. */
export interface Packages {
    heartbeat?: string;
    haproxy?: string;
    trustsSystem: boolean;
}

/** The statistics page. */
export interface Stats {
    uri: string;
    user: string;
    /** Each host's own page: its port, and who may see it besides the host. */
    own?: { port: number; src: string[] };
    /** The section that shows it on virtual IPs, and whether only over TLS. */
    section?: { name: string; isTlsOnly: boolean };
}

/** The parts of HAProxy's configuration that only root may read. */
export interface HaproxySecrets {
    statsPassword: string;
    certificates: Unwrap<CertificateArgs>[];
}

export interface Haproxy {
    sections: Section[];
    options: Options;
    /** Undefined if there is no page. */
    stats?: Stats;
    /** Undefined if no section has a stick-table. */
    peers?: Required<Unwrap<PeersArgs>>;
    prometheus?: Required<Unwrap<PrometheusArgs>>;
    timeout: Options;
    maxconn?: number;
    logfacility: string;
    globalLines: string[];
    defaultsLines: string[];
    /** Sections as text, after the others. */
    moreSections: string;
    /** The whole file as text, instead of everything else. */
    config?: string;
}

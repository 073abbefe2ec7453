/** Fills in the defaults of HAProxy that args/ documents. Pure: resolved inputs in, the model out. */
import { isIP } from "node:net";
import type { Unwrap } from "@pulumi/pulumi";
import type {
    BackendArgs,
    BindArgs,
    BindSslArgs,
    CookieArgs,
    FrontendArgs,
    HaproxyArgs,
    HttpchkArgs,
    ListenArgs,
    PeersArgs,
    RuleArgs,
    ServerSslArgs,
    StatsArgs,
    StickTableArgs,
} from "../args";
import {
    defaultMode,
    defaultPort,
    defaultServerPort,
    defaultServerVerify,
    peersPort,
    prometheusPort,
} from "../args/defaults";
import type {
    Bind,
    BindSsl,
    Cookie,
    Haproxy,
    Httpchk,
    Listening,
    Rule,
    Section,
    ServerSsl,
    Stats,
    StickTable,
    VirtualIp,
} from "../model";
import { globalOptions, sectionOptions, sectionTimeoutOptions, serverOptions, timeoutOptions } from "../options";
import { canonical } from "../values/canonical";
import { optionDefaults } from "./options";

const defaultBind = [{ port: defaultPort }];

/** The inputs that decide where HAProxy listens. */
export interface ListeningArgs {
    listen?: FrontAtPort[];
    frontend?: FrontAtPort[];
    stats?: { port?: number };
    prometheus?: { port?: number };
    peers?: { port?: number };
    hasStickTable: boolean;
}

interface FrontAtPort {
    bind?: AtPort[];
}

type AtPort = Pick<Unwrap<BindArgs>, "address" | "port">;

export function listeningDefaults(args: ListeningArgs, virtualIps: VirtualIp[]): Listening {
    const { listen = [], frontend = [], stats = {}, prometheus } = args;
    return {
        bind: [...listen, ...frontend].flatMap(({ bind = defaultBind }) =>
            bind.flatMap((each) => onVirtualIps(each, virtualIps)),
        ),
        statsPort: stats.port,
        prometheusPort: prometheus && (prometheus.port ?? prometheusPort),
        peersPort: peersDefaults(args.peers, args.hasStickTable)?.port,
    };
}

function peersDefaults(args: Unwrap<PeersArgs> | undefined, hasStickTable: boolean): Haproxy["peers"] {
    return args || hasStickTable ? { port: args?.port ?? peersPort } : undefined;
}

function onVirtualIps({ address, port }: AtPort, virtualIps: VirtualIp[]): Required<AtPort>[] {
    const addresses = address === undefined ? virtualIps.map((virtualIp) => virtualIp.address) : [canonical(address)];
    return addresses.map((each) => ({ address: each, port }));
}

function bindDefaults(bind: Unwrap<BindArgs>[] = defaultBind, virtualIps: VirtualIp[], mode = defaultMode): Bind[] {
    return bind.flatMap((each) => {
        const { acceptProxy = false, words = [] } = each;
        const ssl = each.ssl && bindSslDefaults(each.ssl, mode);
        return onVirtualIps(each, virtualIps).map((place) => ({ ...place, acceptProxy, words, ssl }));
    });
}

export function haproxyDefaults(args: Unwrap<HaproxyArgs>, virtualIps: VirtualIp[]): Haproxy {
    const { prometheus } = args;
    const sections = sectionDefaults(args, virtualIps);
    return {
        sections,
        options: optionDefaults(globalOptions, args),
        stats: statsDefaults(args.stats, sections),
        prometheus: prometheus && {
            port: prometheus.port ?? prometheusPort,
            uri: prometheus.uri ?? "/metrics",
            src: prometheus.src ?? ["127.0.0.0/8", "::1"],
        },
        peers: peersDefaults(
            args.peers,
            sections.some(({ stickTable }) => stickTable !== undefined),
        ),
        timeout: optionDefaults(timeoutOptions, args.timeout),
        maxconn: args.maxconn,
        logfacility: args.logfacility ?? "local0",
        globalLines: args.globalLines ?? [],
        defaultsLines: args.defaultsLines ?? [],
        moreSections: args.sections ?? "",
        config: args.config,
    };
}

function sectionDefaults(args: Unwrap<HaproxyArgs>, virtualIps: VirtualIp[]): Section[] {
    const { listen, frontend, backend, sections = "" } = args;
    const tlsPortOf = (each: Unwrap<FrontendArgs>) => each.bind?.find(isTls)?.port;
    const fronts = [...(listen ?? []), ...(frontend ?? [])];
    const tlsPort = fronts.map(tlsPortOf).find((port) => port !== undefined) ?? 443;
    const frontOf = (each: Unwrap<FrontendArgs>) => frontDefaults(each, virtualIps, tlsPortOf(each) ?? tlsPort);
    const httpFronts = fronts.filter(({ mode }) => mode !== "tcp");
    const isAllTyped = httpFronts.length > 0 && !/^\s*(frontend|listen)\s/m.test(sections);
    const isAllTls = isAllTyped && httpFronts.every(isTlsOnly);
    return [
        ...(listen ?? []).map((each) =>
            section("listen", each, { ...frontOf(each), ...backDefaults(each, isTlsOnly(each)) }),
        ),
        ...(frontend ?? []).map((each) => section("frontend", each, frontOf(each))),
        ...(backend ?? []).map((each) => section("backend", each, backDefaults(each, isAllTls))),
    ];
}

function isTls({ ssl }: { ssl?: unknown }): boolean {
    return ssl !== undefined;
}

/** Whether a client without TLS gets at most a redirect. */
function isTlsOnly({ bind = defaultBind, httpsRedirect, lines = [] }: Unwrap<FrontendArgs>): boolean {
    const isBind = (line: string) => /^\s*bind\s/.test(line);
    return httpsRedirect === true || (bind.every(isTls) && !lines.some(isBind));
}

function section(
    keyword: Section["keyword"],
    args: Unwrap<FrontendArgs | BackendArgs | ListenArgs>,
    own: Partial<Section>,
): Section {
    const mode = args.mode ?? defaultMode;
    return {
        bind: [],
        useBackend: [],
        stick: [],
        servers: [],
        ...own,
        keyword,
        name: args.name,
        mode,
        acl: (args.acl ?? []).map(({ flags = [], values = [], ...acl }) => ({ ...acl, flags, values })),
        httpRequest: rules(args.httpRequest),
        httpResponse: rules(args.httpResponse),
        stickTable: args.stickTable && stickTableDefaults(args.stickTable),
        options: optionDefaults(sectionOptions, args, { keyword, mode }),
        timeout: optionDefaults(sectionTimeoutOptions, args.timeout),
        lines: args.lines ?? [],
    };
}

function rules(list: Unwrap<RuleArgs>[] = []): Rule[] {
    return list.map((rule) => ({ ...rule, words: rule.words ?? [] }));
}

function frontDefaults(args: Unwrap<FrontendArgs>, virtualIps: VirtualIp[], tlsPort: number): Partial<Section> {
    return {
        bind: bindDefaults(args.bind, virtualIps, args.mode),
        httpsRedirect: args.httpsRedirect ? tlsPort : undefined,
        hsts: args.hsts,
        useBackend: args.useBackend ?? [],
        defaultBackend: args.defaultBackend,
    };
}

function backDefaults(args: Unwrap<BackendArgs>, isTls: boolean): Partial<Section> {
    return {
        balance: args.balance ?? "roundrobin",
        cookie: args.cookie && cookieDefaults(args.cookie, isTls),
        stick: (args.stick ?? []).map(({ kind = "on", ...rest }) => ({ ...rest, kind })),
        httpchk: args.httpchk && httpchkDefaults(args.httpchk),
        servers: args.servers.map((server) => ({
            name: server.name,
            address: server.address,
            port: server.port ?? defaultServerPort,
            options: optionDefaults(serverOptions, server),
            words: server.words ?? [],
            ssl: server.ssl && serverSslDefaults(server.ssl, server.address),
        })),
    };
}

function stickTableDefaults({
    size = "100k",
    expire = "30m",
    store = [],
    ...rest
}: Unwrap<StickTableArgs>): StickTable {
    return { ...rest, size, expire, store };
}

function bindSslDefaults(args: Unwrap<BindSslArgs>, mode: string): BindSsl {
    return {
        certificates: args.certificates,
        alpn: args.alpn ?? (mode === "http" ? "h2,http/1.1" : undefined),
        minVersion: args.minVersion ?? "TLSv1.2",
        strictSni: args.strictSni ?? false,
        clientCa: args.clientCa,
        verify: args.verify ?? "required",
    };
}

function serverSslDefaults(
    { verify = defaultServerVerify, ca, hostname }: Unwrap<ServerSslArgs>,
    address: string,
): ServerSsl {
    return { verify, ca, hostname: hostname ?? (isIP(address) === 0 ? address : undefined) };
}

function cookieDefaults(args: Unwrap<CookieArgs>, isTls: boolean): Cookie {
    const { name, mode = "prefix", indirect, nocache, httponly, secure } = args;
    const isOurs = mode === "insert";
    return {
        name,
        mode,
        indirect: indirect ?? isOurs,
        nocache: nocache ?? isOurs,
        httponly: httponly ?? isOurs,
        // HAProxy writes this attribute only into cookies that it inserts.
        secure: secure ?? (isOurs && isTls),
    };
}

function httpchkDefaults({ method = "HEAD", uri = "/", host, expectStatus }: Unwrap<HttpchkArgs>): Httpchk {
    return { method, uri, host, expectStatus };
}

/** Undefined if neither `port` nor `onVirtualIps` asks for the page. */
function statsDefaults(args: Omit<Unwrap<StatsArgs>, "password"> = {}, sections: Section[]): Stats | undefined {
    const { port, src = [], onVirtualIps, uri = "/haproxy?stats", user = "admin" } = args;
    const isTlsOnly = onVirtualIps === "tls";
    const shows = onVirtualIps && sections.find(isTlsOnly ? showsPagesByTls : showsPages);
    if (port === undefined && !shows) {
        return undefined;
    }
    return {
        uri,
        user,
        own: port === undefined ? undefined : { port, src },
        section: shows ? { name: shows.name, isTlsOnly } : undefined,
    };
}

/** A section that redirects every request to TLS and has no TLS itself shows no page. */
function showsPages(section: Section): boolean {
    return section.httpsRedirect === undefined
        ? section.mode === "http" && section.bind.length > 0
        : showsPagesByTls(section);
}

function showsPagesByTls({ mode, bind }: Section): boolean {
    return mode === "http" && bind.some(isTls);
}

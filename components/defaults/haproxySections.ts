/** Fills in the defaults of HAProxy's sections, and of their binds, servers and rules. */
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
    RuleArgs,
    ServerSslArgs,
    StickTableArgs,
} from "../args";
import { defaultMode, defaultServerPort, defaultServerVerify } from "../args/defaults";
import type { Bind, BindSsl, Cookie, Httpchk, Rule, Section, ServerSsl, StickTable, VirtualIp } from "../model";
import { sectionOptions, sectionTimeoutOptions, serverOptions } from "../options";
import { defaultBind, onVirtualIps } from "./binds";
import { optionDefaults } from "./options";

export function sectionDefaults(args: Unwrap<HaproxyArgs>, virtualIps: VirtualIp[]): Section[] {
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

export function isTls({ ssl }: { ssl?: unknown }): boolean {
    return ssl !== undefined;
}

/** Whether a client without TLS gets at most a redirect. */
function isTlsOnly({ bind = defaultBind, httpsRedirect, lines = [] }: Unwrap<FrontendArgs>): boolean {
    const isBind = (line: string) => /^\s*bind\s/.test(line);
    return httpsRedirect === true || (bind.every(isTls) && !lines.some(isBind));
}

function bindDefaults(bind: Unwrap<BindArgs>[] = defaultBind, virtualIps: VirtualIp[], mode = defaultMode): Bind[] {
    return bind.flatMap((each) => {
        const { acceptProxy = false, words = [] } = each;
        const ssl = each.ssl && bindSslDefaults(each.ssl, mode);
        return onVirtualIps(each, virtualIps).map((place) => ({ ...place, acceptProxy, words, ssl }));
    });
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

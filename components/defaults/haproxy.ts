/** Fills in the defaults of HAProxy that args/ documents. Pure: resolved inputs in, the model out. */
import type { Unwrap } from "@pulumi/pulumi";
import type { HaproxyArgs, PeersArgs, StatsArgs } from "../args";
import { peersPort, prometheusPort } from "../args/defaults";
import type { Haproxy, Listening, Section, Stats, VirtualIp } from "../model";
import { globalOptions, timeoutOptions } from "../options";
import { type AtPort, defaultBind, onVirtualIps } from "./binds";
import { isTls, sectionDefaults } from "./haproxySections";
import { optionDefaults } from "./options";

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

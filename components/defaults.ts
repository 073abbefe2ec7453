/** Resolved inputs in, with the defaults that args/ promises filled in. Pure. */
import { isIPv6 } from "node:net";
import type { Unwrap } from "@pulumi/pulumi";
import * as ipaddr from "ipaddr.js";
import type { BindArgs, FencingArgs, HaproxyArgs, HeartbeatArgs, StatsArgs, VirtualIpArgs } from "./args";
import type { Bind, Fencing, Haproxy, Heartbeat, Node, VirtualIp } from "./model";
import { milliseconds } from "./time";

/** The one spelling of an address that `ip` prints too (RFC 5952). */
export function canonical(address: string): string {
    return isIPv6(address) ? (ipaddr.parse(address) as ipaddr.IPv6).toRFC5952String() : address;
}

export function virtualIpDefaults(args: Unwrap<VirtualIpArgs>[], nodes: Node[]): VirtualIp[] {
    return args.map((virtualIp) => ({
        ...virtualIp,
        preferredHost: (virtualIp.preferredHost ?? nodes[0].name).toLowerCase(),
        address: canonical(virtualIp.address),
        prefixLength: virtualIp.prefixLength ?? (isIPv6(virtualIp.address) ? 64 : 24),
    }));
}

export function heartbeatDefaults(args: Unwrap<HeartbeatArgs>, nodes: Node[]): Heartbeat {
    const deadtime = args.deadtime ?? "1";
    const anyLink = args.ucast?.length || args.bcast?.length || args.mcast?.length;
    const ucast = anyLink ? (args.ucast ?? []) : [{ interface: "eth0" }];
    return {
        keepalive: args.keepalive ?? "250ms",
        deadtime,
        warntime: args.warntime ?? `${Math.round((milliseconds(deadtime) ?? 0) * 0.9)}ms`,
        initdead: args.initdead ?? ((milliseconds(deadtime) ?? 0) > 10_000 ? deadtime : "10"),
        udpport: args.udpport ?? 694,
        ucast: ucast.map((link) => ({
            interface: link.interface,
            addresses: link.addresses ?? nodes.map((node) => node.address),
        })),
        bcast: args.bcast ?? [],
        mcast: (args.mcast ?? []).map((link) => ({ ...link, port: link.port ?? 694, ttl: link.ttl ?? 1 })),
        ping: (args.ping ?? []).map(canonical),
        logfacility: args.logfacility ?? "daemon",
        autoFailback: args.autoFailback ?? true,
        keyVersion: args.keyVersion ?? 1,
        version: args.version,
    };
}

export function fencingDefaults(args: Unwrap<FencingArgs> | undefined): Fencing | undefined {
    return args && { command: args.command, timeout: args.timeout ?? 30 };
}

export function statsDefaults(args: Omit<Unwrap<StatsArgs>, "password"> = {}): Haproxy["stats"] {
    return { uri: args.uri ?? "/haproxy?stats", user: args.user ?? "admin" };
}

export function bindDefaults(bind: Unwrap<BindArgs>[] = [{ port: 80 }], virtualIps: VirtualIp[]): Bind[] {
    return bind.flatMap(({ address, port }) =>
        address === undefined
            ? virtualIps.map((virtualIp) => ({ address: virtualIp.address, port }))
            : [{ address: canonical(address), port }],
    );
}

export function haproxyDefaults(args: Unwrap<HaproxyArgs>, virtualIps: VirtualIp[]): Haproxy {
    const { listen, timeout = {} } = args;
    return {
        listen: {
            ...listen,
            bind: bindDefaults(listen.bind, virtualIps),
            balance: listen.balance ?? "roundrobin",
            forwardfor: listen.forwardfor ?? true,
            httpchk: listen.httpchk && {
                ...listen.httpchk,
                method: listen.httpchk.method ?? "HEAD",
                uri: listen.httpchk.uri ?? "/",
            },
            servers: listen.servers.map((server) => ({ ...server, port: server.port ?? 80 })),
        },
        stats: statsDefaults(args.stats),
        timeout: {
            connect: timeout.connect ?? "5s",
            client: timeout.client ?? "50s",
            server: timeout.server ?? "50s",
        },
        logfacility: args.logfacility ?? "local0",
        version: args.version,
    };
}

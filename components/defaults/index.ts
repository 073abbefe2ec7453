/** Fills in the defaults that args/ documents. Pure: resolved inputs in, the model out. */
import type { Unwrap } from "@pulumi/pulumi";
import type { FencingArgs, HeartbeatArgs, HookArgs, UcastArgs, VirtualIpArgs } from "../args";
import { defaultDeadtime, defaultFencingTimeout, defaultHeartbeatPort, defaultKeepalive } from "../args/defaults";
import type { Fencing, Heartbeat, Hook, Node, VirtualIp } from "../model";
import { canonical } from "../values/canonical";
import { milliseconds } from "../values/time";

export { haproxyDefaults, listeningDefaults } from "./haproxy";

export function virtualIpDefaults(args: Unwrap<VirtualIpArgs>[], nodes: Node[]): VirtualIp[] {
    return args.map((virtualIp) => ({
        address: canonical(virtualIp.address),
        preferredHost: (virtualIp.preferredHost ?? nodes[0].name).toLowerCase(),
        onAcquire: hookDefaults(virtualIp.onAcquire),
        onRelease: hookDefaults(virtualIp.onRelease),
        interfaces: nodes.map((_, i) => virtualIp.interfaces?.[i] ?? virtualIp.interface ?? virtualIp.network ?? "-"),
    }));
}

function hookDefaults(args: Unwrap<HookArgs> | undefined): Hook | undefined {
    return (
        args && {
            command: args.command,
            arguments: args.arguments ?? [],
            timeout: args.timeout ?? 10,
            isRequired: args.isRequired ?? false,
        }
    );
}

export function heartbeatDefaults(args: Unwrap<HeartbeatArgs>, nodes: Node[]): Heartbeat {
    const deadtime = args.deadtime ?? defaultDeadtime;
    const anyLink = args.ucast?.length || args.bcast?.length || args.mcast?.length;
    const ucast: Unwrap<UcastArgs>[] = anyLink ? (args.ucast ?? []) : [{}];
    return {
        keepalive: args.keepalive ?? defaultKeepalive,
        deadtime,
        warntime: args.warntime ?? `${Math.round((milliseconds(deadtime) ?? 0) * 0.9)}ms`,
        initdead: args.initdead ?? ((milliseconds(deadtime) ?? 0) > 10_000 ? deadtime : "10"),
        udpport: args.udpport ?? defaultHeartbeatPort,
        ucast: ucast.map((link) => ({
            interface: link.interface,
            addresses: link.addresses ?? nodes.map((node) => node.address),
        })),
        bcast: args.bcast ?? [],
        mcast: (args.mcast ?? []).map((link) => ({
            ...link,
            port: link.port ?? defaultHeartbeatPort,
            ttl: link.ttl ?? 1,
        })),
        ping: (args.ping ?? []).map(canonical),
        logfacility: args.logfacility ?? "daemon",
        autoFailback: args.autoFailback ?? true,
        keyVersion: args.keyVersion ?? 1,
    };
}

export function firewallDefaults(isOn: boolean | undefined): boolean {
    return isOn ?? true;
}

export function fencingDefaults(args: Unwrap<FencingArgs> | undefined): Fencing | undefined {
    return args && { command: args.command, timeout: args.timeout ?? defaultFencingTimeout };
}

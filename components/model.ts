/**
 * What the renderers work on: the inputs with every Output resolved and every default filled in.
 * Nothing here is secret, so that files made of it can be shown in a preview.
 */
import type { Unwrap } from "@pulumi/pulumi";
import type {
    BindArgs,
    FencingArgs,
    HeartbeatArgs,
    ListenArgs,
    McastArgs,
    ServerArgs,
    StatsArgs,
    TimeoutArgs,
    VirtualIpArgs,
} from "./args";

/** A host as its peer and its files know it. */
export interface Node {
    name: string;
    address: string;
}

export type VirtualIp = Required<Omit<Unwrap<VirtualIpArgs>, "interface">> & { interface?: string };
export type Fencing = Required<Unwrap<FencingArgs>>;
export type Mcast = Required<Unwrap<McastArgs>>;
export type Ucast = { interface: string; addresses: string[] };
export type Heartbeat = Required<Omit<Unwrap<HeartbeatArgs>, "ucast" | "mcast" | "version">> & {
    ucast: Ucast[];
    mcast: Mcast[];
    version?: string;
};
export type Server = Required<Unwrap<ServerArgs>>;
export type Bind = Required<Unwrap<BindArgs>>;
export type Httpchk = { method: string; uri: string; host?: string };
export type Listen = Omit<Unwrap<ListenArgs>, "bind" | "balance" | "forwardfor" | "servers" | "httpchk"> & {
    bind: Bind[];
    balance: string;
    forwardfor: boolean;
    servers: Server[];
    httpchk?: Httpchk;
};
export type Stats = Required<Omit<Unwrap<StatsArgs>, "password">>;

export interface Haproxy {
    listen: Listen;
    stats: Stats;
    timeout: Required<Unwrap<TimeoutArgs>>;
    logfacility: string;
    version?: string;
}

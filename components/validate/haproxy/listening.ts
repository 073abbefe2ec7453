/** Checks that HAProxy listens on virtual IPs only, and once on each port. */
import type { BindArgs, HaproxyArgs, PeersArgs, PrometheusArgs, VirtualIpArgs } from "../../args";
import { defaultPort, peersPort, prometheusPort } from "../../args/defaults";
import { canonical } from "../../values/canonical";
import { known, knownList } from "../../values/known";
import type { Checker } from "../checker";
import type { Declared } from "./section";

interface Listening {
    path: string;
    /** Absent: every virtual IP, or an address of the hosts. */
    address?: string;
    port: number;
}

export function listening(
    check: Checker,
    args: HaproxyArgs,
    declared: Declared[],
    virtualIps: (VirtualIpArgs | undefined)[] | undefined,
): void {
    const addresses = virtualIps?.map((virtualIp) => canonicalIfValid(known(virtualIp?.address)));
    // The metrics listen on every address of a host, virtual IPs included.
    const all = [
        ...declared.filter(({ keyword }) => keyword !== "backend").flatMap(ofSection),
        ...at("haproxy.prometheus.port", metricsPort(args)),
    ];
    for (const { path, address } of all) {
        if (address !== undefined && addresses?.every((each) => each !== undefined && each !== address)) {
            check.add(`${path}.address`, `"${address}" is not one of the virtual IPs`);
        }
    }
    eachOnce(check, all, "every virtual IP");
    eachOnce(check, onHosts(args, declared), "the hosts");
}

/** `everywhere`: what to call a place without an address. */
function eachOnce(check: Checker, all: Listening[], everywhere: string): void {
    all.forEach((each, i) => {
        const first = all.slice(0, i).find((other) => meet(other, each));
        if (first) {
            check.add(each.path, `port ${each.port} of ${each.address ?? everywhere} is already used by ${first.path}`);
        }
    });
}

/** Ports on the hosts' own addresses. */
function onHosts(args: HaproxyArgs, declared: Declared[]): Listening[] {
    return [
        ...at("haproxy.prometheus.port", metricsPort(args)),
        ...at("haproxy.stats.port", known(args.stats?.port)),
        ...at("haproxy.peers.port", ownPeersPort(args, declared)),
    ];
}

function at(path: string, port: number | undefined): Listening[] {
    return port === undefined ? [] : [{ path, port }];
}

function ownPeersPort({ peers }: HaproxyArgs, declared: Declared[]): number | undefined {
    const between = known(peers) as PeersArgs | undefined;
    if (between === undefined && declared.every(({ args }) => args.stickTable === undefined)) {
        return undefined;
    }
    return between?.port === undefined ? peersPort : known(between.port);
}

function metricsPort({ prometheus }: HaproxyArgs): number | undefined {
    const metrics = known(prometheus) as PrometheusArgs | undefined;
    return metrics && (metrics.port === undefined ? prometheusPort : known(metrics.port));
}

function meet(one: Listening, other: Listening): boolean {
    const isSameAddress = one.address === other.address || one.address === undefined || other.address === undefined;
    return one.port === other.port && isSameAddress;
}

/** The places of a section that are known now. */
function ofSection({ path, args }: Declared): Listening[] {
    const list = args.bind === undefined ? undefined : (knownList<BindArgs>(args.bind) ?? []);
    if (list === undefined) {
        return [{ path, port: defaultPort }];
    }
    return list.flatMap((bind, i) => {
        const port = known(bind?.port);
        const address = known(bind?.address);
        const isKnown = address !== undefined || bind?.address === undefined;
        return port !== undefined && isKnown
            ? [{ path: `${path}.bind[${i}]`, port, address: canonicalIfValid(address) }]
            : [];
    });
}

/** An invalid address stays as it is; another check reports it. */
function canonicalIfValid(address: string | undefined): string | undefined {
    try {
        return address === undefined ? undefined : canonical(address);
    } catch {
        return address;
    }
}

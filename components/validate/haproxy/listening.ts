/** Where HAProxy listens: on virtual IPs only, and on no port of one twice. */
import type { BindArgs, HaproxyArgs, PeersArgs, PrometheusArgs, VirtualIpArgs } from "../../args";
import { canonical } from "../../canonical";
import { peersPort, prometheusPort } from "../../defaults/haproxy";
import { type Checker, known, knownList } from "../../problems";
import type { Declared } from "./section";

interface Listening {
    path: string;
    /** None where it is every virtual IP. */
    address?: string;
    port: number;
}

export function listening(
    check: Checker,
    args: HaproxyArgs,
    declared: Declared[],
    virtualIps: (VirtualIpArgs | undefined)[] | undefined,
): void {
    const addresses = virtualIps?.map((virtualIp) => spelled(known(virtualIp?.address)));
    const all = [...declared.filter(({ keyword }) => keyword !== "backend").flatMap(ofSection), ...ofMetrics(args)];
    for (const { path, address } of all) {
        if (address !== undefined && addresses?.every((each) => each !== undefined && each !== address)) {
            check.add(`${path}.address`, `"${address}" is not one of the virtual IPs`);
        }
    }
    all.forEach((each, i) => {
        const first = all.slice(0, i).find((other) => meet(other, each));
        if (first) {
            check.add(
                each.path,
                `port ${each.port} of ${each.address ?? "every virtual IP"} is already used by ${first.path}`,
            );
        }
    });
    onHosts(check, args, declared);
}

/** What listens on addresses of the hosts. */
function onHosts(check: Checker, args: HaproxyArgs, declared: Declared[]): void {
    const between = known(args.peers) as PeersArgs | undefined;
    const hasPeers = between !== undefined || declared.some((each) => each.args.stickTable !== undefined);
    const ports = Object.entries({
        "haproxy.prometheus.port": metricsPort(args),
        "haproxy.stats.port": known(args.stats?.port),
        "haproxy.peers.port": !hasPeers ? undefined : between?.port === undefined ? peersPort : known(between.port),
    });
    ports.forEach(([path, port], i) => {
        const first = port && ports.slice(0, i).find(([, other]) => other === port);
        if (first) {
            check.add(path, `port ${port} of the hosts is already used by ${first[0]}`);
        }
    });
}

function metricsPort({ prometheus }: HaproxyArgs): number | undefined {
    const metrics = known(prometheus) as PrometheusArgs | undefined;
    return metrics && (metrics.port === undefined ? prometheusPort : known(metrics.port));
}

function meet(one: Listening, other: Listening): boolean {
    const isSameAddress = one.address === other.address || one.address === undefined || other.address === undefined;
    return one.port === other.port && isSameAddress;
}

/** What of a section is known by now. */
function ofSection({ path, args }: Declared): Listening[] {
    const list = args.bind === undefined ? undefined : (knownList<BindArgs>(args.bind) ?? []);
    if (list === undefined) {
        return [{ path, port: 80 }];
    }
    return list.flatMap((bind, i) => {
        const port = known(bind?.port);
        const address = known(bind?.address);
        const isKnown = address !== undefined || bind?.address === undefined;
        return port !== undefined && isKnown ? [{ path: `${path}.bind[${i}]`, port, address: spelled(address) }] : [];
    });
}

/** The metrics are on every address of a host, and so on virtual IPs, too. */
function ofMetrics(args: HaproxyArgs): Listening[] {
    const port = metricsPort(args);
    return port === undefined ? [] : [{ path: "haproxy.prometheus.port", port }];
}

/** What is no address is told elsewhere. */
function spelled(address: string | undefined): string | undefined {
    try {
        return address === undefined ? undefined : canonical(address);
    } catch {
        return address;
    }
}

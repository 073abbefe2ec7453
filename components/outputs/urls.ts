/** The component's outputs: where clients reach the pair, its statistics and its metrics. */
import { defaultPort } from "../args/defaults";
import type { Bind, Haproxy, Node, Section, VirtualIp } from "../model";
import { socketAddress } from "../values/socketAddress";

/** The URL of the first section that listens. If haproxy.cfg is given as text, that of the first virtual IP. */
export function url({ sections }: Haproxy, virtualIps: VirtualIp[]): string {
    const first = sections.find(({ bind }) => bind.length > 0);
    return first
        ? urlOf(first, preferTls(first.bind))
        : `${site({ address: virtualIps[0].address, port: defaultPort })}/`;
}

/** One URL for each address and port of each section. Empty if haproxy.cfg is given as text. */
export function urls({ sections }: Haproxy): string[] {
    return sections.flatMap((section) => section.bind.map((bind) => urlOf(section, bind)));
}

/** `ADDRESS:PORT` of each host's metrics. Empty without `haproxy.prometheus`. */
export function prometheusTargets({ prometheus }: Haproxy, nodes: Node[]): string[] {
    return prometheus ? nodes.map(({ address }) => socketAddress(address, prometheus.port)) : [];
}

function urlOf({ mode }: Section, bind: Bind): string {
    return mode === "http" ? `${site(bind)}/` : `tcp://${socketAddress(bind.address, bind.port)}`;
}

/** The statistics page on a virtual IP, or else the preferred host's. Empty if there is no page. */
export function statisticsUrl({ sections, stats }: Haproxy, [{ address }]: Node[]): string {
    const section = sections.find(({ name }) => name === stats?.section?.name);
    const place = section ? preferTls(section.bind) : stats?.own && { address, port: stats.own.port };
    return stats && place ? `${site(place)}${stats.uri}` : "";
}

function preferTls(binds: Bind[]): Bind {
    return binds.find(({ ssl }) => ssl !== undefined) ?? binds[0];
}

function site({ address, port, ssl }: Pick<Bind, "address" | "port" | "ssl">): string {
    const host = socketAddress(address, port);
    const usual = ssl ? 443 : 80;
    return `${ssl ? "https" : "http"}://${port === usual ? host.slice(0, -`:${port}`.length) : host}`;
}

/** Where clients find the pair, and operators its statistics. */
import { defaultPort } from "../args/defaults";
import type { Bind, Haproxy, Node, VirtualIp } from "../model";
import { socketAddress } from "../values/socketAddress";

/** Of the first section that listens. Where haproxy.cfg is given as text, the first virtual IP. */
export function url({ sections }: Haproxy, virtualIps: VirtualIp[]): string {
    const first = sections.find(({ bind }) => bind.length > 0);
    if (!first) {
        return `${site({ address: virtualIps[0].address, port: defaultPort })}/`;
    }
    const bind = best(first.bind);
    return first.mode === "http" ? `${site(bind)}/` : `tcp://${socketAddress(bind.address, bind.port)}`;
}

/** On a virtual IP, else of the preferred host. Empty where there is no page. */
export function statisticsUrl({ sections, stats }: Haproxy, [{ address }]: Node[]): string {
    const section = sections.find(({ name }) => name === stats?.section?.name);
    const place = section ? best(section.bind) : stats?.own && { address, port: stats.own.port };
    return stats && place ? `${site(place)}${stats.uri}` : "";
}

/** With TLS where there is some. */
function best(binds: Bind[]): Bind {
    return binds.find(({ ssl }) => ssl !== undefined) ?? binds[0];
}

function site({ address, port, ssl }: Pick<Bind, "address" | "port" | "ssl">): string {
    const host = socketAddress(address, port);
    const usual = ssl ? 443 : 80;
    return `${ssl ? "https" : "http"}://${port === usual ? host.slice(0, -`:${port}`.length) : host}`;
}

/** The statistics page of haproxy.cfg. */
import type { StatsArgs } from "../../components/args";
import { receives, type Section } from "./haproxyText";

/** Where the page is that the component can have: the first one. */
export interface Page {
    /** A section of its own, or the first of those that clients come to. */
    section?: Section;
    /** A port of its own. */
    port?: number;
    args: StatsArgs;
    notes: string[];
}

export function isStatsLine(line: string): boolean {
    return /^stats (?!socket|timeout)/.test(line);
}

/** A line's words. */
function read([, what, ...rest]: string[], { args, notes }: Page): void {
    if (what === "uri") {
        args.uri = rest[0];
    } else if (what === "auth" && args.password === undefined) {
        [args.user, args.password] = rest[0].split(/:(.*)/s);
    } else if (what === "auth") {
        notes.push(`haproxy.cfg: the statistics page has one user here; "${rest[0].split(":")[0]}" is left out`);
    } else if (what !== "enable") {
        notes.push(`haproxy.cfg: "stats ${[what, ...rest].join(" ")}" has no counterpart, and is left out`);
    }
}

/** The port of a section that serves only the statistics page, on the virtual IPs; undefined for any other section. */
function ownPort({ keyword, lines }: Section, virtualIps: string[]): number | undefined {
    const isOther = (line: string) =>
        !/^(bind|mode http$|stats|log global$|option httplog$|maxconn|timeout) ?/.test(line);
    const binds = lines.filter((line) => line.startsWith("bind "));
    const [, address, port] = /^bind (\S*):(\d+)$/.exec(binds[0] ?? "") ?? [];
    const isPublic = ["", "*", "0.0.0.0", "::", ...virtualIps].includes(address);
    return keyword === "backend" || binds.length !== 1 || !isPublic || lines.some(isOther) ? undefined : Number(port);
}

/** Finds the statistics page; undefined if the component has no counterpart of it. `isHttp`: whether a section is in mode http. */
export function findPage(
    all: Section[],
    virtualIps: string[],
    isHttp: (section: Section) => boolean,
): Page | undefined {
    const page: Page = { args: {}, notes: [] };
    const has = ({ lines }: Section) => lines.some(isStatsLine);
    const section = all.find((each) => receives(each) && has(each));
    const shared = all.find((each) => each.keyword === "defaults" && has(each));
    const port = section && ownPort(section, virtualIps);
    const firstHttp = all.find((each) => receives(each) && isHttp(each));
    if (!section && !shared) {
        return undefined;
    }
    if (section && port === undefined && section !== firstHttp) {
        return undefined;
    }
    for (const line of [...(shared?.lines ?? []), ...(section?.lines ?? [])].filter(isStatsLine)) {
        read(line.split(/\s+/), page);
    }
    page.notes.push(
        page.args.password === undefined
            ? "haproxy.cfg: the statistics page has no password there; here it has a generated one (statisticsPassword)"
            : "haproxy.cfg: the password of the statistics page is among the arguments: keep it as a secret",
    );
    page.notes.push(
        port === undefined
            ? "haproxy.cfg: the statistics page and its password go over the network in clear where a client does not use TLS, as they did: see " +
                  "that it is meant (haproxy.stats.onVirtualIps), or give each host a port for its own (haproxy.stats.port)"
            : `haproxy.cfg: the statistics page is shown at port ${port} of each host's own address, and to that host alone: name who else is ` +
                  "to see it (haproxy.stats.src)",
    );
    const where = port === undefined ? { onVirtualIps: "clear" } : { port };
    return { ...page, section, port, args: { ...where, ...page.args } };
}

/** The statistics page of haproxy.cfg. */
import type { StatsArgs } from "../../components/args";
import { receives, type Section } from "./haproxyText";

/** The first statistics page of haproxy.cfg that the component can reproduce. */
export interface Page {
    /** The section that shows the page: one only for the page, or the first HTTP section that listens; undefined: only `defaults` has the lines. */
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
        notes.push(
            `haproxy.cfg: user "${rest[0].split(":")[0]}" of the statistics page is left out: the component has one user`,
        );
    } else if (what !== "enable") {
        notes.push(`haproxy.cfg: "stats ${[what, ...rest].join(" ")}" is left out: the component has no field for it`);
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
            ? "haproxy.cfg: the statistics page has no password; the component generates one (output statisticsPassword)"
            : "haproxy.cfg: the arguments contain the password of the statistics page. Keep it as a secret",
    );
    page.notes.push(
        port === undefined
            ? "haproxy.cfg: the statistics page and its password cross the network unencrypted for clients without TLS, as before. " +
                  "To change that, declare haproxy.stats.onVirtualIps: tls, or haproxy.stats.port for a page on each host's own address"
            : `haproxy.cfg: each host serves the statistics page at port ${port} of its own address, only to itself. Declare other ` +
                  "clients in haproxy.stats.src",
    );
    const where = port === undefined ? { onVirtualIps: "clear" } : { port };
    return { ...page, section, port, args: { ...where, ...page.args } };
}

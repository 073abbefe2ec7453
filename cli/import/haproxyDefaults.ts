/** Imports `defaults` sections of haproxy.cfg, and the lines that later sections inherit from them. */
import type { HaproxyArgs } from "../../components/args";
import { timeoutOptions } from "../../components/options";
import { haproxyMilliseconds } from "../../components/values/time";
import type { Section } from "./haproxyText";
import { optionOf } from "./options";

/** What the component has in each section, or writes into `defaults` itself. */
const own = /^(log global|option (dontlognull|redispatch|httplog|tcplog|forwardfor)|retries 3|mode \S+|balance .+)$/;

export interface Defaults {
    mode: string;
    forwardfor: boolean;
    balance?: string;
    /** `option httplog` or the like. */
    log?: string;
    /** The words of all `default-server` lines. */
    defaultServer: string[];
}

/** As HAProxy has them where nothing is said. */
export const noDefaults: Defaults = { mode: "tcp", forwardfor: false, defaultServer: [] };

/** What is behind a keyword, of the last line that begins with it. */
export function last(lines: string[], keyword: string): string | undefined {
    return lines
        .filter((line) => line.startsWith(`${keyword} `))
        .at(-1)
        ?.slice(keyword.length + 1);
}

const logFormat = /^option (httplog|tcplog)\b/;

/** Whether a section is in HTTP mode. */
export function isHttp({ lines }: Section, { mode }: Defaults): boolean {
    return (last(lines, "mode") ?? mode) === "http";
}

/** `base`: what is behind `from`. */
export function readDefaults({ lines }: Section, base = noDefaults): Defaults {
    const servers = lines.filter((line) => line.startsWith("default-server "));
    return {
        mode: last(lines, "mode") ?? base.mode,
        forwardfor: base.forwardfor || lines.includes("option forwardfor"),
        balance: last(lines, "balance") ?? base.balance,
        log: lines.filter((line) => logFormat.test(line)).at(-1) ?? base.log,
        defaultServer: [...base.defaultServer, ...servers.flatMap((line) => line.split(/\s+/).slice(1))],
    };
}

/** The lines that a section inherits, where it has none of its own. */
export function inherited(defaults: Defaults, section: Section): string[] {
    const { keyword, lines } = section;
    const { mode, forwardfor, balance, log, defaultServer } = defaults;
    const isBackend = keyword !== "frontend";
    const says = (word: string) => lines.some((line) => line.startsWith(`${word} `) || line === word);
    return [
        ...(says("mode") ? [] : [`mode ${mode}`]),
        ...(log && keyword !== "backend" && !lines.some((line) => logFormat.test(line)) ? [log] : []),
        ...(forwardfor && isHttp(section, defaults) && !says("option forwardfor") ? ["option forwardfor"] : []),
        ...(balance && isBackend && !says("balance") ? [`balance ${balance}`] : []),
        ...(defaultServer.length > 0 && isBackend ? [`default-server ${defaultServer.join(" ")}`] : []),
    ];
}

/** All sections share the first defaults' lines. Lines of a later one are reported, if they do not go into each section. */
export function importDefaults({ lines }: Section, args: HaproxyArgs, notes: string[], isFirst: boolean): void {
    const timeout: Record<string, string> = {};
    const more: string[] = [];
    for (const line of lines.filter((each) => !own.test(each) && !/^(default-server|stats) /.test(each))) {
        const option = optionOf(timeoutOptions, line);
        if (!isFirst) {
            notes.push(`haproxy.cfg: "${line}" of a later "defaults" is left out. Declare it in the sections after it`);
        } else if (option) {
            timeout[option.field] = String(option.value);
        } else {
            more.push(line);
        }
    }
    Object.assign(args, {
        ...(Object.keys(timeout).length > 0 ? { timeout: completed(timeout) } : {}),
        ...(more.length > 0 ? { defaultsLines: more } : {}),
    });
}

/** Where a timeout is not said another one counts in HAProxy, and a default of its own in the component. See its manual, 4.2. */
function completed(timeout: Record<string, string>): Record<string, string> {
    const { connect, client, server, ...rest } = timeout;
    const httpRequest = rest.httpRequest ?? client;
    const longest = [client, server]
        .filter((time) => time !== undefined)
        .sort((a, b) => (haproxyMilliseconds(a) ?? 0) - (haproxyMilliseconds(b) ?? 0))
        .at(-1);
    const all = {
        ...{ connect, client, server, httpRequest },
        httpKeepAlive: rest.httpKeepAlive ?? httpRequest,
        queue: rest.queue ?? connect,
        check: rest.check,
        tunnel: rest.tunnel ?? longest,
    };
    return Object.fromEntries(Object.entries(all).filter(([, time]) => time !== undefined)) as Record<string, string>;
}

/** From haproxy.cfg to the component's arguments: what has a type by its type, everything else as the line that it is. */
import type { BackendArgs, BindArgs, HaproxyArgs, ListenArgs, ServerArgs, TimeoutArgs } from "../../components/args";
import { importBind, importCookie, importHttpchk, importServer } from "./haproxyServer";
import { type ImportedStats, importedStats, importStats, portOfStatistics } from "./haproxyStats";
import { type Section, sections } from "./haproxyText";
import type { Imported } from "./heartbeat";

/** What the component itself writes into `global` and `defaults`, or by another name. */
const ownGlobal =
    /^(log (\/dev\/log|127\.0\.0\.1|localhost)\b|chroot|user|group|daemon|pidfile|nbproc|maxconn|stats timeout)\b/;
const ownDefaults =
    /^(log global|option (dontlognull|redispatch|httplog|tcplog|forwardfor)|retries 3|mode \S+|balance .+)$/;

const timeouts: Record<string, keyof TimeoutArgs> = {
    "timeout connect": "connect",
    "timeout client": "client",
    "timeout server": "server",
    "timeout http-request": "httpRequest",
    "timeout http-keep-alive": "httpKeepAlive",
    "timeout queue": "queue",
    "timeout check": "check",
    "timeout tunnel": "tunnel",
};

/** What a `defaults` section gives to those behind it, and the component has in each of them. */
interface Defaults {
    mode: string;
    forwardfor: boolean;
    balance?: string;
    defaultServer: string[];
}

interface Context {
    defaults: Defaults;
    virtualIps: string[];
    stats: ImportedStats;
    notes: string[];
}

/** What is behind a keyword, of the last line that begins with it. */
function last(lines: string[], keyword: string): string | undefined {
    return lines
        .filter((line) => line.startsWith(`${keyword} `))
        .at(-1)
        ?.slice(keyword.length + 1);
}

function importGlobal({ lines }: Section, args: HaproxyArgs, notes: string[]): void {
    const sockets = lines.filter((line) => line.startsWith("stats socket "));
    const more = lines.filter((line) => !ownGlobal.test(line) && !sockets.includes(line));
    const maxconn = last(lines, "maxconn");
    const facility = lines.map((line) => /^log \S+ (\w+)/.exec(line)?.[1]).find(Boolean);
    for (const socket of sockets.filter((line) => !line.startsWith("stats socket /run/haproxy/admin.sock"))) {
        notes.push(`haproxy.cfg: "${socket}" is left out; here the socket is /run/haproxy/admin.sock`);
    }
    Object.assign(args, {
        ...(maxconn ? { maxconn: Number(maxconn) } : {}),
        ...(facility && facility !== "local0" ? { logfacility: facility } : {}),
        ...(more.length > 0 ? { globalLines: more } : {}),
    });
}

/** All sections share the first one's; of a later one, only what the component has in each section goes on. */
function importDefaults({ lines }: Section, args: HaproxyArgs, { notes, stats }: Context, isFirst: boolean): Defaults {
    const timeout: Record<string, string> = {};
    const more: string[] = [];
    for (const line of lines) {
        const [, keyword, value] = /^(timeout \S+) (\S+)$/.exec(line) ?? [];
        const name = timeouts[keyword];
        if (line.startsWith("stats ")) {
            importStats(line.split(" ").slice(1), stats);
        } else if (!isFirst && !ownDefaults.test(line) && !line.startsWith("default-server ")) {
            notes.push(`haproxy.cfg: "${line}" of a later "defaults" is left out: give it to the sections behind it`);
        } else if (name) {
            timeout[name] = value;
        } else if (!ownDefaults.test(line) && !line.startsWith("default-server ")) {
            more.push(line);
        }
    }
    Object.assign(args, {
        ...(Object.keys(timeout).length > 0 ? { timeout } : {}),
        ...(more.length > 0 ? { defaultsLines: more } : {}),
    });
    return {
        mode: last(lines, "mode") ?? "tcp",
        forwardfor: lines.includes("option forwardfor"),
        balance: last(lines, "balance"),
        defaultServer: wordsOf(lines),
    };
}

/** The words of all `default-server` lines. */
function wordsOf(lines: string[]): string[] {
    return lines.flatMap((line) => (line.startsWith("default-server ") ? line.split(/\s+/).slice(1) : []));
}

interface Traffic extends ListenArgs {
    bind: BindArgs[];
    servers: ServerArgs[];
    lines: string[];
}

function importTraffic({ keyword, words, lines: own }: Section, context: Context): ListenArgs {
    const { defaults, virtualIps, notes } = context;
    const [name, place] = words;
    const section: Traffic = { name, mode: defaults.mode, bind: [], servers: [], lines: [] };
    // `listen NAME ADDRESS:PORT`, as before 1.5.
    const lines = [...(place ? [`bind ${place}`] : []), ...own];
    const cookie = lines.map((line) =>
        line.startsWith("cookie ") ? importCookie(line.split(" ").slice(1)) : undefined,
    );
    const defaultServer = [...defaults.defaultServer];
    let forwardfor = defaults.forwardfor;
    if (defaults.balance && keyword !== "frontend") {
        section.balance = defaults.balance;
    }
    for (const [i, line] of lines.entries()) {
        const [first, ...rest] = line.split(/\s+/);
        const bind = first === "bind" ? importBind(rest, virtualIps) : undefined;
        const httpchk = /^option httpchk\b/.test(line) ? importHttpchk(rest.slice(1)) : undefined;
        if (bind) {
            section.bind.push(bind);
        } else if (first === "default-server") {
            defaultServer.push(...rest);
        } else if (first === "server") {
            section.servers.push(importServer(rest, defaultServer, cookie.some(Boolean)));
        } else if (cookie[i]) {
            section.cookie = cookie[i];
        } else if (httpchk) {
            section.httpchk = httpchk;
        } else if (first === "mode" || first === "balance") {
            section[first] = rest.join(" ");
        } else if (first === "maxconn") {
            section.maxconn = Number(rest[0]);
        } else if (first === "default_backend") {
            section.defaultBackend = rest[0];
        } else if (line === "option forwardfor") {
            forwardfor = true;
        } else if (first === "stats") {
            importStats(rest, context.stats);
        } else if (!/^(log global|option (httplog|tcplog))$/.test(line)) {
            if (first === "bind") {
                notes.push(
                    `haproxy.cfg: "${line}" stays a line of its own: it is not on a virtual IP alone, or has TLS`,
                );
            }
            section.lines.push(line);
        }
    }
    nameThePorts(section, notes);
    return tidied(section, keyword, forwardfor);
}

/** A server without a port is asked at the port by which the client came. */
function nameThePorts({ name, bind, servers }: Traffic, notes: string[]): void {
    for (const server of servers.filter(({ port }) => port === undefined)) {
        if (bind.length === 1) {
            server.port = bind[0].port;
        } else {
            notes.push(
                `haproxy.cfg: ${name}/${server.name} has no port of its own, and is asked at the one by which a client came; ` +
                    "here a server has one port, 80 where none is given: give it its own",
            );
        }
    }
}

/** Without what a section of its kind has not got, and what is empty. */
function tidied(section: Traffic, keyword: string, forwardfor: boolean): ListenArgs {
    const { bind, lines, servers, mode, ...rest } = section;
    return {
        ...rest,
        ...(mode === "http" ? {} : { mode }),
        ...(mode === "http" && forwardfor === (keyword === "backend") ? { forwardfor } : {}),
        ...(keyword === "backend" ? {} : { bind }),
        ...(keyword === "frontend" ? {} : { servers }),
        ...(lines.length > 0 ? { lines } : {}),
    } as ListenArgs;
}

/** `virtualIps`: their addresses. */
export function importHaproxyCfg(text: string, virtualIps: string[]): Imported<HaproxyArgs> {
    const args: HaproxyArgs = {};
    const stats: ImportedStats = { args: {}, notes: [] };
    const context: Context = {
        defaults: { mode: "tcp", forwardfor: false, defaultServer: [] },
        virtualIps,
        stats,
        notes: [],
    };
    const traffic: Record<string, (ListenArgs | BackendArgs)[]> = { listen: [], frontend: [], backend: [] };
    const others: string[] = [];
    let isFirst = true;
    for (const section of sections(text)) {
        const port = portOfStatistics(section);
        if (section.keyword === "global") {
            importGlobal(section, args, context.notes);
        } else if (section.keyword === "defaults") {
            context.defaults = importDefaults(section, args, context, isFirst);
            isFirst = false;
        } else if (port !== undefined) {
            stats.args.port = port;
            for (const line of section.lines.filter((each) => each.startsWith("stats "))) {
                importStats(line.split(" ").slice(1), stats);
            }
        } else if (section.keyword in traffic) {
            traffic[section.keyword].push(importTraffic(section, context));
        } else {
            const head = [section.keyword, ...section.words].join(" ");
            others.push([head, ...section.lines.map((line) => `    ${line}`), ""].join("\n"));
        }
    }
    const filled = Object.entries(traffic).filter(([, list]) => list.length > 0);
    const told = importedStats(stats);
    if (others.some((section) => /^ +user .*password/m.test(section))) {
        told.notes.push("haproxy.cfg: haproxy.sections has the passwords of a userlist in it");
    }
    return {
        args: {
            ...Object.fromEntries(filled),
            stats: told.args,
            ...args,
            ...(others.length > 0 ? { sections: others.join("\n") } : {}),
        },
        notes: [...context.notes, ...told.notes],
    };
}

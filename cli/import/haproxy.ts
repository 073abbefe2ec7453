/** From haproxy.cfg to the component's arguments: what has a type by its type, everything else as the line that it is. */
import type {
    BackendArgs,
    BindArgs,
    CookieArgs,
    HaproxyArgs,
    HttpchkArgs,
    ListenArgs,
    ServerArgs,
    StatsArgs,
    TimeoutArgs,
} from "../../components/args";
import type { Imported } from "./heartbeat";

interface Section {
    keyword: string;
    /** What is behind the keyword. */
    words: string[];
    lines: string[];
}

const keywords =
    /^(global|defaults|listen|frontend|backend|peers|userlist|resolvers|cache|mailers|program|ring|http-errors|fcgi-app)\b/;

/** But for a line with quotes, in which spaces may matter. */
function singleSpaced(line: string): string {
    return /["'\\]/.test(line) ? line : line.replace(/\s+/g, " ");
}

function sections(text: string): Section[] {
    const all: Section[] = [];
    for (const raw of text.split("\n")) {
        const line = singleSpaced(raw.replace(/(^|\s)#.*/, "").trim());
        if (keywords.test(line)) {
            const [keyword, ...words] = line.split(/\s+/);
            all.push({ keyword, words, lines: [] });
        } else if (line !== "") {
            all.at(-1)?.lines.push(line);
        }
    }
    return all;
}

/** What the component itself writes into `global` and `defaults`, or by another name. */
const ownGlobal = /^(log|chroot|user|group|daemon|pidfile|nbproc|stats (socket|timeout))\b/;
const ownDefaults = /^(log global|option (dontlognull|redispatch|httplog|tcplog)|retries 3|mode)\b/;

const timeouts: Record<string, keyof TimeoutArgs> = {
    "timeout connect": "connect",
    "timeout client": "client",
    "timeout server": "server",
    "timeout http-request": "httpRequest",
    "timeout http-keep-alive": "httpKeepAlive",
    "timeout queue": "queue",
    "timeout check": "check",
    "timeout tunnel": "tunnel",
    // As they were called before 1.5.
    contimeout: "connect",
    clitimeout: "client",
    srvtimeout: "server",
};

interface Defaults {
    mode: string;
    forwardfor: boolean;
}

function importGlobal({ lines }: Section, args: HaproxyArgs): void {
    const more = lines.filter((line) => !ownGlobal.test(line) && !/^maxconn /.test(line));
    const maxconn = lines.map((line) => /^maxconn (\d+)$/.exec(line)?.[1]).find(Boolean);
    const facility = lines.map((line) => /^log \S+ (\w+)/.exec(line)?.[1]).find(Boolean);
    Object.assign(args, {
        ...(maxconn ? { maxconn: Number(maxconn) } : {}),
        ...(facility && facility !== "local0" ? { logfacility: facility } : {}),
        ...(more.length > 0 ? { globalLines: more } : {}),
    });
}

function importDefaults({ lines }: Section, args: HaproxyArgs): Defaults {
    const timeout: Record<string, string> = { ...(args.timeout as object) };
    const more: string[] = [];
    for (const line of lines) {
        const [, keyword, value] = /^(timeout \S+|\w+timeout)\s+(\S+)$/.exec(line) ?? [];
        const name = timeouts[keyword];
        if (name) {
            timeout[name] = value;
        } else if (!ownDefaults.test(line) && line !== "option forwardfor") {
            more.push(line);
        }
    }
    Object.assign(args, {
        ...(Object.keys(timeout).length > 0 ? { timeout } : {}),
        ...(more.length > 0 ? { defaultsLines: more } : {}),
    });
    const mode = lines.map((line) => /^mode (\w+)$/.exec(line)?.[1]).find(Boolean);
    return { mode: mode ?? "tcp", forwardfor: lines.includes("option forwardfor") };
}

/** `*:80`, `:80`, `192.168.0.99:80`, `192.168.0.99:80 accept-proxy`; undefined for anything else. */
function importBind(words: string[], virtualIps: string[]): BindArgs | undefined {
    const [, host, port] = /^(.*):(\d+)$/.exec(words[0] ?? "") ?? [];
    const address = host?.replace(/^(ipv[46]@)?\[?|\]$/g, "");
    const rest = words.slice(1);
    const isEverywhere = ["", "*", "0.0.0.0", "::"].includes(address ?? "?");
    if (port === undefined || rest.includes("ssl") || !(isEverywhere || virtualIps.includes(address))) {
        return undefined;
    }
    return {
        port: Number(port),
        ...(isEverywhere || virtualIps.length === 1 ? {} : { address }),
        ...(rest.length > 0 ? { words: rest } : {}),
    };
}

const serverNumbers = ["weight", "maxconn", "fall", "rise"] as const;
const serverTimes = ["inter", "slowstart"] as const;

function importServer([name, place, ...words]: string[], isCookied: boolean): ServerArgs {
    const [, address, port] = /^(.*?)(?::(\d+))?$/.exec(place) as RegExpExecArray;
    const server: ServerArgs = {
        name,
        address: address.replace(/[[\]]/g, ""),
        ...(port ? { port: Number(port) } : {}),
    };
    const rest: string[] = [];
    let isChecked = false;
    for (let i = 0; i < words.length; i++) {
        const word = words[i];
        if (word === "check") {
            isChecked = true;
        } else if (word === "backup" || word === "disabled") {
            server[word] = true;
        } else if ((serverNumbers as readonly string[]).includes(word)) {
            server[word as "weight"] = Number(words[++i]);
        } else if ((serverTimes as readonly string[]).includes(word)) {
            server[word as "inter"] = words[++i];
        } else if (word === "cookie" && isCookied && words[i + 1] === name) {
            i++;
        } else {
            rest.push(word);
        }
    }
    return { ...server, ...(isChecked ? {} : { check: false }), ...(rest.length > 0 ? { words: rest } : {}) };
}

const cookieFlags = ["indirect", "nocache", "httponly", "secure"] as const;

function importCookie([name, mode, ...flags]: string[]): CookieArgs | undefined {
    if (
        !["prefix", "insert", "rewrite"].includes(mode) ||
        flags.some((flag) => !cookieFlags.includes(flag as "secure"))
    ) {
        return undefined;
    }
    // Three of them are on by default with "insert", and the last one never is.
    const isDefault = (flag: string) => mode === "insert" && flag !== "secure";
    const differing = cookieFlags.filter((flag) => flags.includes(flag) !== isDefault(flag));
    const said = Object.fromEntries(differing.map((flag) => [flag, flags.includes(flag)]));
    return { name, mode, ...said };
}

/** `option httpchk`, with at most a method, a path and HTTP/1.0. */
function importHttpchk(words: string[]): HttpchkArgs | undefined {
    const [method, uri, version] = words.length === 1 ? ["OPTIONS", ...words] : words;
    if (version !== undefined && version !== "HTTP/1.0") {
        return undefined;
    }
    return { method: method ?? "OPTIONS", uri: uri ?? "/" };
}

interface Context {
    defaults: Defaults;
    virtualIps: string[];
    stats: StatsArgs;
    notes: string[];
}

function importTraffic(
    { keyword, words, lines }: Section,
    { defaults, virtualIps, stats, notes }: Context,
): ListenArgs {
    const [name, place] = words;
    const section: ListenArgs & { lines: string[]; servers: ServerArgs[]; bind: BindArgs[] } = {
        name,
        mode: defaults.mode,
        bind: [],
        servers: [],
        lines: [],
    };
    const isCookied = lines.some((line) => line.startsWith("cookie "));
    let forwardfor = defaults.forwardfor;
    // `listen NAME ADDRESS:PORT`, as before 1.5.
    for (const line of [...(place ? [`bind ${place}`] : []), ...lines]) {
        const [first, ...rest] = line.split(/\s+/);
        const bind = first === "bind" ? importBind(rest, virtualIps) : undefined;
        const cookie = first === "cookie" ? importCookie(rest) : undefined;
        const httpchk = /^option httpchk\b/.test(line) ? importHttpchk(rest.slice(1)) : undefined;
        if (bind) {
            section.bind.push(bind);
        } else if (first === "server") {
            section.servers.push(importServer(rest, isCookied));
        } else if (cookie) {
            section.cookie = cookie;
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
            importStats(rest, stats);
        } else if (!/^(log global|option (httplog|tcplog))$/.test(line)) {
            if (first === "bind") {
                notes.push(
                    `haproxy.cfg: "${line}" stays a line of its own: it is not on a virtual IP alone, or has TLS`,
                );
            }
            section.lines.push(line);
        }
    }
    return tidied(section, keyword, forwardfor);
}

function importStats([what, ...rest]: string[], stats: StatsArgs): void {
    if (what === "uri") {
        stats.uri = rest[0];
    } else if (what === "auth") {
        [stats.user, stats.password] = rest[0].split(/:(.*)/s);
    }
}

/** Without what a section of its kind has not got, and what is empty. */
function tidied(
    section: ListenArgs & { lines: string[]; bind: BindArgs[] },
    keyword: string,
    forwardfor: boolean,
): ListenArgs {
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
    const context: Context = { defaults: { mode: "tcp", forwardfor: false }, virtualIps, stats: {}, notes: [] };
    const traffic: Record<string, (ListenArgs | BackendArgs)[]> = { listen: [], frontend: [], backend: [] };
    const others: string[] = [];
    for (const section of sections(text)) {
        if (section.keyword === "global") {
            importGlobal(section, args);
        } else if (section.keyword === "defaults") {
            context.defaults = importDefaults(section, args);
        } else if (section.keyword in traffic) {
            traffic[section.keyword].push(importTraffic(section, context));
        } else {
            const head = [section.keyword, ...section.words].join(" ");
            others.push([head, ...section.lines.map((line) => `    ${line}`), ""].join("\n"));
        }
    }
    const { notes, stats } = context;
    if (stats.password !== undefined) {
        notes.push("haproxy.cfg: the password of the statistics page is among the arguments: keep it as a secret");
    }
    const filled = Object.entries(traffic).filter(([, list]) => list.length > 0);
    return {
        args: {
            ...Object.fromEntries(filled),
            ...(Object.keys(stats).length > 0 ? { stats } : {}),
            ...args,
            ...(others.length > 0 ? { sections: others.join("\n") } : {}),
        },
        notes,
    };
}

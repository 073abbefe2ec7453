/** Imports a `listen`, `frontend` or `backend` section of haproxy.cfg. */
import type { BindArgs, ListenArgs, ServerArgs } from "../../components/args";
import { defaultMode } from "../../components/args/defaults";
import { optionDefaults } from "../../components/defaults/options";
import { type Options, sectionOptions, sectionTimeoutOptions } from "../../components/options";
import { forms } from "../../components/values/forms";
import { type Defaults, isHttp, last } from "./haproxyDefaults";
import { importBind, importCookie, importHttpchk, importServer } from "./haproxyServer";
import { isStatsLine } from "./haproxyStats";
import type { Section } from "./haproxyText";
import { optionOf } from "./options";

export type Keyword = "listen" | "frontend" | "backend";

interface Traffic extends ListenArgs {
    bind: BindArgs[];
    servers: ServerArgs[];
    timeout?: Options;
    lines: string[];
}

interface Context {
    defaults: Defaults;
    virtualIps: string[];
    /** Whether its statistics page becomes the component's `stats`. */
    isPage: boolean;
    notes: string[];
}

export function importTraffic(from: Section, context: Context): ListenArgs {
    const { keyword, words, lines: own } = from;
    const { defaults, virtualIps, isPage, notes } = context;
    const isBalanced = keyword === "frontend" || defaults.balance === undefined || last(own, "balance") !== undefined;
    const lines = isBalanced ? own : [`balance ${defaults.balance}`, ...own];
    const isWeb = isHttp(from, defaults);
    const section: Traffic = { name: words[0], mode: defaults.mode, bind: [], servers: [], lines: [] };
    const cookies = lines.map((line) =>
        line.startsWith("cookie ") ? importCookie(line.split(" ").slice(1)) : undefined,
    );
    // The order of a health check's lines matters, so a check of several lines stays text.
    const isLongCheck = lines.some((line) => /^http-check (?!expect|disable-on-404)/.test(line));
    const defaultServer = [...defaults.defaultServer];
    const options: Options = { forwardfor: defaults.forwardfor };
    for (const [i, line] of lines.entries()) {
        const [first, ...rest] = line.split(/\s+/);
        const option = optionOf(sectionOptions, line);
        const timeout = optionOf(sectionTimeoutOptions, line);
        const bind = first === "bind" ? importBind(rest, virtualIps) : undefined;
        const httpchk =
            /^option httpchk\b/.test(line) && !isLongCheck ? importHttpchk(line.split(" ").slice(2)) : undefined;
        if (bind) {
            section.bind.push(bind);
        } else if (first === "default-server") {
            defaultServer.push(...rest);
        } else if (first === "server") {
            section.servers.push(importServer(rest, defaultServer, cookies.some(Boolean)));
        } else if (cookies[i]) {
            section.cookie = cookies[i];
        } else if (httpchk) {
            section.httpchk = httpchk;
        } else if (first === "mode") {
            section.mode = rest[0];
        } else if (first === "balance" && forms.balance.test(rest.join(" "))) {
            section.balance = rest.join(" ");
        } else if (first === "default_backend") {
            section.defaultBackend = rest[0];
        } else if (option) {
            options[option.field] = option.value;
        } else if (timeout) {
            section.timeout = { ...section.timeout, [timeout.field]: timeout.value };
        } else if (!/^(log global|option (httplog|tcplog))$/.test(line) && !((isPage || !isWeb) && isStatsLine(line))) {
            section.lines.push(line);
        }
    }
    nameThePorts(section, notes);
    return tidied(section, keyword as Keyword, options);
}

/** Declares the ports of servers without one: HAProxy connects to them at the port that the client used. */
function nameThePorts({ name, bind, servers }: Traffic, notes: string[]): void {
    for (const server of servers.filter(({ port, address }) => port === undefined && !/[@+]/.test(String(address)))) {
        if (bind.length === 1) {
            server.port = bind[0].port;
        } else {
            notes.push(
                `haproxy.cfg: ${name}/${server.name} has no port: HAProxy connects to it at the port that the client used. ` +
                    "In the component each server has one port, 80 by default. Declare it",
            );
        }
    }
}

/** Leaves out the fields that a section of this kind does not have, and those whose value is the component's default. */
function tidied(section: Traffic, keyword: Keyword, options: Options): ListenArgs {
    const { bind, lines, servers, mode, ...rest } = section;
    return {
        ...rest,
        ...(mode === defaultMode ? {} : { mode }),
        ...optionsToDeclare(keyword, String(mode), options),
        ...(keyword === "backend" ? {} : { bind }),
        ...(keyword === "frontend" ? {} : { servers }),
        ...(lines.length > 0 ? { lines } : {}),
    } as ListenArgs;
}

/** The options of a section whose value is not the component's default. Those of HTTP have no effect in HAProxy in another mode. */
function optionsToDeclare(keyword: Keyword, mode: string, options: Options): Options {
    const usual = optionDefaults(sectionOptions, {}, { keyword, mode });
    const all = sectionOptions
        .filter((option) => option.mode === undefined || option.mode === mode)
        .map(({ field, kind, ofHaproxy }) => {
            const implied = kind.is === "flag" ? false : ofHaproxy;
            return [field, options[field] ?? (field in usual ? implied : undefined)] as const;
        });
    const differing = all.filter(([field, value]) => value !== undefined && value !== (usual[field] ?? false));
    return Object.fromEntries(differing) as Options;
}

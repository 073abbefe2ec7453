/** From haproxy.cfg to the component's arguments: what has a type by its type, everything else as the text that it is. */
import type { BindArgs, HaproxyArgs, ListenArgs, ServerArgs } from "../../components/args";
import { defaultMode } from "../../components/args/defaults";
import { optionDefaults } from "../../components/defaults/options";
import { type Options, sectionOptions, sectionTimeoutOptions } from "../../components/options";
import { validate } from "../../components/validate";
import { forms } from "../../components/values/forms";
import { type Defaults, importDefaults, inherited, isHttp, last, noDefaults, readDefaults } from "./haproxyDefaults";
import { importBind, importCookie, importHttpchk, importServer } from "./haproxyServer";
import { findPage, isStatsLine } from "./haproxyStats";
import { receives, type Section, sections } from "./haproxyText";
import type { Imported } from "./heartbeat";
import { optionOf } from "./options";

/** What the component itself writes into `global`, or what is without effect. */
const ownGlobal =
    /^(chroot \/var\/lib\/haproxy|(user|group) haproxy|daemon|pidfile .*|nbproc 1|maxconn \d+|stats timeout .*|stats socket .*)$/;

/** The log of this host. */
const localLog = /^log (?:\/dev\/log|127\.0\.0\.1|localhost)(?:\s+len\s+\d+)?\s+([a-z]+[0-7]?)$/;

function importGlobal({ lines }: Section, args: HaproxyArgs, notes: string[]): void {
    const log = lines.find((line) => localLog.test(line));
    const [, facility] = localLog.exec(log ?? "") ?? [];
    const more = lines.filter((line) => !ownGlobal.test(line) && line !== log);
    const maxconn = last(lines, "maxconn");
    for (const socket of lines.filter((line) => /^stats socket (?!\/run\/haproxy\/admin\.sock)/.test(line))) {
        notes.push(`haproxy.cfg: "${socket}" is left out; here the socket is /run/haproxy/admin.sock`);
    }
    for (const other of more.filter((line) => /^(chroot|user|group|nbproc) /.test(line))) {
        notes.push(
            `haproxy.cfg: "${other}" is another one than the component's, and wins over it: see that it is meant`,
        );
    }
    Object.assign(args, {
        ...(maxconn ? { maxconn: Number(maxconn) } : {}),
        ...(facility && facility !== "local0" ? { logfacility: facility } : {}),
        ...(more.length > 0 ? { globalLines: more } : {}),
    });
}

interface Traffic extends ListenArgs {
    bind: BindArgs[];
    servers: ServerArgs[];
    timeout?: Options;
    lines: string[];
}

interface Context {
    defaults: Defaults;
    virtualIps: string[];
    /** Whether its statistics page is the component's. */
    isPage: boolean;
    notes: string[];
}

function importTraffic(from: Section, context: Context): ListenArgs {
    const { keyword, words, lines: own } = from;
    const { defaults, virtualIps, isPage, notes } = context;
    const isBalanced = keyword === "frontend" || defaults.balance === undefined || last(own, "balance") !== undefined;
    const lines = isBalanced ? own : [`balance ${defaults.balance}`, ...own];
    const isWeb = isHttp(from, defaults);
    const section: Traffic = { name: words[0], mode: defaults.mode, bind: [], servers: [], lines: [] };
    const cookies = lines.map((line) =>
        line.startsWith("cookie ") ? importCookie(line.split(" ").slice(1)) : undefined,
    );
    // A check in several lines has an order of its own.
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

/** A server without a port is asked at the port by which the client came. */
function nameThePorts({ name, bind, servers }: Traffic, notes: string[]): void {
    for (const server of servers.filter(({ port, address }) => port === undefined && !/[@+]/.test(String(address)))) {
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

/** A section as it stands there, with what it inherits; in the component's file it inherits less. */
function asText(section: Section, defaults: Defaults): string {
    const head = [section.keyword, ...section.words].join(" ");
    const more = isTraffic(section) ? inherited(defaults, section) : [];
    return [head, ...[...more, ...section.lines].map((line) => `    ${line}`), ""].join("\n");
}

type Keyword = "listen" | "frontend" | "backend";

interface Typed {
    from: Section;
    keyword: Keyword;
    args: ListenArgs;
}

/** Whether a section is typed: the component has more demands of one than HAProxy has. What it refuses stays text. */
function refused(typed: Typed[], virtualIps: string[]): Typed[] {
    const hosts = ["a", "b"].map((name, i) => ({ name, address: `127.0.0.${i + 1}`, hostKey: "ssh-ed25519 AAAA" }));
    const of = (keyword: Keyword) => typed.filter((each) => each.keyword === keyword);
    const haproxy = Object.fromEntries(
        (["listen", "frontend", "backend"] as const)
            .filter((keyword) => of(keyword).length > 0)
            .map((keyword) => [keyword, of(keyword).map(({ args }) => args)]),
    );
    const addresses = virtualIps.length > 0 ? virtualIps : ["192.0.2.1"];
    const problems = validate({ hosts, virtualIps: addresses.map((address) => ({ address })), haproxy });
    return problems.flatMap(({ propertyPath }) => {
        const [, keyword, index] = /^haproxy\.(listen|frontend|backend)\[(\d+)\]/.exec(propertyPath) ?? [];
        return keyword ? [of(keyword as Keyword)[Number(index)]] : [];
    });
}

/** What each section inherits; `global` and `defaults` go into the arguments. */
function readGeneral(all: Section[], args: HaproxyArgs, notes: string[]): (section: Section) => Defaults {
    const named = new Map<string, Defaults>();
    const given = new Map<Section, Defaults>();
    let latest: Defaults | undefined;
    for (const section of all) {
        const base = section.from === undefined ? latest : named.get(section.from);
        given.set(section, base ?? noDefaults);
        if (section.keyword === "global") {
            importGlobal(section, args, notes);
        } else if (section.keyword === "defaults") {
            importDefaults(section, args, notes, latest === undefined);
            latest = readDefaults(section, section.from === undefined ? noDefaults : base);
            named.set(section.words[0], latest);
        }
    }
    return (section) => given.get(section) as Defaults;
}

function isTraffic(section: Section): boolean {
    return receives(section) || section.keyword === "backend";
}

/** What is to be said of sections that have a type, and of those that stay text. */
function notesOn(typed: Typed[], texts: Section[]): string[] {
    const isEverywhere = (line: string) => /^bind (\*|0\.0\.0\.0|::)?:\d/.test(line);
    const binds = typed.flatMap(({ args }) =>
        ((args.lines ?? []) as string[]).filter((line) => line.startsWith("bind ")),
    );
    return [
        ...binds.map(
            (line) =>
                `"${line}" stays a line: it is not on a virtual IP alone, or has a certificate, which both hosts must have`,
        ),
        ...texts
            .filter(isTraffic)
            .map(
                ({ keyword, words }) =>
                    `${keyword} ${words[0]} stays text (haproxy.sections): there is more in it than has a type`,
            ),
        ...(texts.some(({ lines }) => lines.some((line) => /^(user .*password|stats auth) /.test(line)))
            ? ["haproxy.sections has passwords in it, which a preview shows"]
            : []),
        ...(typed.some(({ from }) => from.lines.some(isEverywhere))
            ? ["where it listened on every address of a host, it listens on the virtual IPs alone here"]
            : []),
    ].map((note) => `haproxy.cfg: ${note}`);
}

/** `virtualIps`: their addresses. */
export function importHaproxyCfg(text: string, virtualIps: string[]): Imported<HaproxyArgs> {
    const all = sections(text);
    if (!all.some(receives)) {
        return { args: {}, notes: ["haproxy.cfg: nothing in it receives requests; declare haproxy.listen"] };
    }
    const args: HaproxyArgs = {};
    const notes: string[] = [];
    const defaultsOf = readGeneral(all, args, notes);
    const isWeb = (section: Section) => isHttp(section, defaultsOf(section));
    const page = findPage(all, virtualIps, isWeb);
    const pages = all.filter((section) => section === page?.section && page.port !== undefined);
    let typed: Typed[] = all
        .filter((section) => isTraffic(section) && !pages.includes(section))
        .map((from) => {
            const context = { defaults: defaultsOf(from), virtualIps, isPage: from === page?.section, notes };
            return { from, keyword: from.keyword as Keyword, args: importTraffic(from, context) };
        });
    for (let bad = refused(typed, virtualIps); bad.length > 0; bad = refused(typed, virtualIps)) {
        typed = typed.filter((each) => !bad.includes(each));
    }
    if (typed.every(({ keyword }) => keyword === "backend")) {
        const why = "no section that receives something has a type here; it is taken as it is (haproxy.config)";
        return { args: { config: text }, notes: [`haproxy.cfg: ${why}`] };
    }
    const isTyped = (section: Section) => typed.some(({ from }) => from === section);
    const isGeneral = ({ keyword }: Section) => keyword === "global" || keyword === "defaults";
    const texts = all.filter((each) => !isGeneral(each) && !pages.includes(each) && !isTyped(each));
    const isShown = typed.some(({ from }) => receives(from) && isWeb(from));
    const hasPage = page && (page.section === undefined ? isShown : !texts.includes(page.section));
    const of = (keyword: Keyword) => {
        const list = typed.filter((each) => each.keyword === keyword).map((each) => each.args);
        return list.length > 0 ? { [keyword]: list } : {};
    };
    return {
        args: {
            ...{ ...of("listen"), ...of("frontend"), ...of("backend") },
            ...(hasPage ? { stats: page.args } : {}),
            ...args,
            ...(texts.length > 0 ? { sections: texts.map((each) => asText(each, defaultsOf(each))).join("\n") } : {}),
        },
        notes: [...notes, ...notesOn(typed, texts), ...(hasPage ? page.notes : [])],
    };
}

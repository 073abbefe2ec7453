/** Makes the component's arguments from haproxy.cfg: known directives become fields, all others stay text. */
import type { HaproxyArgs, ListenArgs } from "../../components/args";
import { validate } from "../../components/validate";
import { type Defaults, importDefaults, inherited, isHttp, noDefaults, readDefaults } from "./haproxyDefaults";
import { importGlobal } from "./haproxyGlobal";
import { importTraffic, type Keyword } from "./haproxySection";
import { findPage } from "./haproxyStats";
import { receives, type Section, sections } from "./haproxyText";
import type { Imported } from "./heartbeat";

/** A section as text, with the lines that it inherits: in the component's file it inherits fewer. */
function asText(section: Section, defaults: Defaults): string {
    const head = [section.keyword, ...section.words].join(" ");
    const more = isTraffic(section) ? inherited(defaults, section) : [];
    return [head, ...[...more, ...section.lines].map((line) => `    ${line}`), ""].join("\n");
}

interface Typed {
    from: Section;
    keyword: Keyword;
    args: ListenArgs;
}

/** The typed sections that the component rejects, although HAProxy accepts them: these stay text. */
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

/** Imports `global` and `defaults`, and returns the defaults that each section inherits. */
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

/** Notes on typed sections, and on sections that stay text. */
function notesOn(typed: Typed[], texts: Section[]): string[] {
    const isEverywhere = (line: string) => /^bind (\*|0\.0\.0\.0|::)?:\d/.test(line);
    const binds = typed.flatMap(({ args }) =>
        ((args.lines ?? []) as string[]).filter((line) => line.startsWith("bind ")),
    );
    return [
        ...binds.map(
            (line) =>
                `"${line}" stays a line: it listens on other addresses than the virtual IPs, or has a certificate. Put that certificate on both hosts`,
        ),
        ...texts
            .filter(isTraffic)
            .map(
                ({ keyword, words }) =>
                    `${keyword} ${words[0]} stays text (haproxy.sections): it has directives without a field`,
            ),
        ...(texts.some(({ lines }) => lines.some((line) => /^(user .*password|stats auth) /.test(line)))
            ? ["haproxy.sections contains passwords, and a preview shows them"]
            : []),
        ...(typed.some(({ from }) => from.lines.some(isEverywhere))
            ? ["binds without an address listened on every address of a host; now they listen only on the virtual IPs"]
            : []),
    ].map((note) => `haproxy.cfg: ${note}`);
}

/** `virtualIps`: their addresses. */
export function importHaproxyCfg(text: string, virtualIps: string[]): Imported<HaproxyArgs> {
    const all = sections(text);
    if (!all.some(receives)) {
        return { args: {}, notes: ["haproxy.cfg: no section listens. Declare haproxy.listen"] };
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
        const why = "no section that listens can become fields, so the whole file becomes text (haproxy.config)";
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

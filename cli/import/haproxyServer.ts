/**
 * Imports `bind`, `server`, `cookie` and `option httpchk` lines. An importer returns undefined for a line that its type cannot express; that
 * line stays text.
 */
import type { BindArgs, CookieArgs, HttpchkArgs, ServerArgs } from "../../components/args";
import { serverOptions, type Value } from "../../components/options";
import { parseValue } from "./options";

/** `*:80`, `:80`, `192.168.0.99:80`, `192.168.0.99:80 accept-proxy`. */
export function importBind(words: string[], virtualIps: string[]): BindArgs | undefined {
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

function isOneOf<T extends string>(words: readonly T[], word: string): word is T {
    return (words as readonly string[]).includes(word);
}

/** Imports a `server` line. `defaultServer`: the words of the preceding `default-server` lines; the server's own words override them. */
export function importServer([name, place, ...own]: string[], defaultServer: string[], isCookied: boolean): ServerArgs {
    const [, address, port] = /^(.*?)(?::(\d+))?$/.exec(place) as RegExpExecArray;
    const options: Record<string, Value> = { check: false };
    const words = [...defaultServer, ...own];
    const rest: string[] = [];
    for (let i = 0; i < words.length; i++) {
        const word = words[i];
        const undone = word.replace(/^no-/, "");
        const option = serverOptions.find(({ keyword, kind }) => keyword === (kind.is === "flag" ? undone : word));
        const value = option && parseValue(option, words[i + 1]);
        if (option?.kind.is === "flag") {
            options[option.field] = word === undone;
        } else if (option && value !== undefined) {
            options[option.field] = value;
            i++;
        } else if (word === "enabled") {
            options.disabled = false;
        } else if (word === "cookie" && isCookied && words[i + 1] === name) {
            i++;
        } else {
            rest.push(word);
        }
    }
    const said = serverOptions.filter(
        ({ field, needs, default: usual = false }) =>
            (options[field] ?? usual) !== usual && !(needs !== undefined && options[needs] === false),
    );
    return {
        name,
        address: address.replace(/[[\]]/g, ""),
        ...(port ? { port: Number(port) } : {}),
        ...Object.fromEntries(said.map(({ field }) => [field, options[field]])),
        ...(rest.length > 0 ? { words: rest } : {}),
    };
}

const cookieFlags = ["indirect", "nocache", "httponly", "secure"] as const;

export function importCookie([name, mode, ...flags]: string[]): CookieArgs | undefined {
    if (!["prefix", "insert", "rewrite"].includes(mode) || flags.some((flag) => !isOneOf(cookieFlags, flag))) {
        return undefined;
    }
    // With "insert", the component's defaults are indirect, nocache and httponly. `secure` is a default only in sections with TLS on every bind,
    // and binds with certificates are imported as lines.
    const isDefault = (flag: string) => mode === "insert" && flag !== "secure";
    const differing = cookieFlags.filter((flag) => flags.includes(flag) !== isDefault(flag));
    const said = Object.fromEntries(differing.map((flag) => [flag, flags.includes(flag)]));
    return { name, mode, ...said };
}

/** What is behind `option httpchk`: a method, a path, and a version with at most the site's name, as it was written before 2.2. */
export function importHttpchk(words: string[]): HttpchkArgs | undefined {
    const [method, uri, ...rest] = words.length === 1 ? ["OPTIONS", ...words] : words;
    const [, host] = /^HTTP\/1\.[01]\\r\\nHost:(?:\\ | )?([\w.:-]+)$/i.exec(rest.join(" ")) ?? [];
    if (rest.length > 0 && rest.join(" ") !== "HTTP/1.0" && host === undefined) {
        return undefined;
    }
    return { method: method ?? "OPTIONS", uri: uri ?? "/", ...(host ? { host } : {}) };
}

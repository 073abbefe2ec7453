/** Checks of the simple options (../../options): the kind of each value, and whether it can have an effect. */
import type { Option, SectionKeyword, Value } from "../../options";
import { known } from "../../values/known";
import type { Checker } from "../checker";

/** Of an object with the fields of a table, each may be an Output. */
type Given = Record<string, unknown>;

/** Where the options stand, as far as it is known: the section and its mode, and the version of the Debian package. */
interface Place {
    keyword?: SectionKeyword;
    mode?: string;
    version?: string;
}

export function options(
    check: Checker,
    path: string,
    args: object | undefined,
    table: Option[],
    { keyword, mode, version }: Place = {},
): void {
    const given = (args ?? {}) as Given;
    for (const option of table) {
        const at = `${path}.${option.field}`;
        const value = given[option.field] as Value | undefined;
        kind(check, at, value, option);
        if (keyword !== undefined && value !== undefined && option.sections?.includes(keyword) === false) {
            check.add(at, `has no effect in a ${keyword}. Set it in a ${option.sections.join(" or ")}`);
        }
        if (option.mode === "http" && mode === "tcp" && known(value)) {
            check.needsHttp(at);
        }
        if (
            option.since !== undefined &&
            version !== undefined &&
            known(value) &&
            isEarlier(String(version), option.since)
        ) {
            check.add(at, `needs HAProxy ${option.since} or later; haproxy.version is "${version}"`);
        }
        if (option.needs !== undefined && value !== undefined && known(given[option.needs]) === false) {
            check.add(at, `has no effect while ${option.needs} is false. Remove it, or set ${option.needs} to true`);
        }
    }
}

function kind(check: Checker, path: string, value: Value | undefined, { kind: of }: Option): void {
    if (of.is === "integer") {
        check.integer(path, value as number, of.min, of.max);
    } else if (of.is === "flag") {
        check.flag(path, value as boolean);
    } else if (of.is === "time") {
        check.time(path, value as string);
    } else {
        check.choice(path, value as string, of.words);
    }
}

/** Compares the first two numbers: "2.6.12-1+deb12u3" is earlier than "3.0". An epoch ("1:") is not part of HAProxy's version. */
function isEarlier(debianVersion: string, since: string): boolean {
    const numbers = (version: string) =>
        version
            .replace(/^\d+:/, "")
            .split(".")
            .map((each) => Number.parseInt(each, 10));
    const [major, minor = 0] = numbers(debianVersion);
    const [sinceMajor, sinceMinor] = numbers(since);
    return major < sinceMajor || (major === sinceMajor && minor < sinceMinor);
}

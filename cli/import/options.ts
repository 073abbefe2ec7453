/** The simple options (components/options) of haproxy.cfg, read back. */
import type { Option, Value } from "../../components/options";
import { haproxyMilliseconds } from "../../components/values/time";

/** The value of an option in a text behind its keyword. Undefined where it is none of its kind. */
export function parseValue({ kind }: Option, text: string | undefined): Value | undefined {
    switch (kind.is) {
        case "flag":
            return true;
        case "integer":
            return /^\d+$/.test(text ?? "") ? Number(text) : undefined;
        case "time":
            return haproxyMilliseconds(text ?? "") === undefined ? undefined : text;
        case "choice":
            return kind.words.includes(text ?? "") ? text : undefined;
    }
}

/** The option and the value of a whole line. Undefined where it is none of the table's, or says more. */
export function optionOf(table: Option[], line: string): { field: string; value: Value } | undefined {
    for (const option of table) {
        const isIt = option.kind.is === "flag" ? line === option.keyword : line.startsWith(`${option.keyword} `);
        const value = isIt ? parseValue(option, line.slice(option.keyword.length + 1)) : undefined;
        if (value !== undefined) {
            return { field: option.field, value };
        }
    }
    return undefined;
}

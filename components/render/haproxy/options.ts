/** The simple options (../../options): a keyword and a value each, in the table's order. */
import type { Option, Options } from "../../options";

export function optionLines(table: Option[], options: Options): string[] {
    return table.flatMap(({ field, keyword, kind }) => {
        const value = options[field];
        if (value === undefined || value === false) {
            return [];
        }
        return [kind.is === "flag" ? keyword : `${keyword} ${value}`];
    });
}

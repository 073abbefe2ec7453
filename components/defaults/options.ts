/** The simple options (../options): what is given, and the defaults of what is not. */
import type { Option, Options, SectionKeyword, Value } from "../options";

/** Where the options stand. */
interface Place {
    keyword: SectionKeyword;
    mode: string;
}

/** `args` has the fields of the table; other fields are left out. */
export function optionDefaults(table: Option[], args: object = {}, place?: Place): Options {
    const given = args as Record<string, Value | undefined>;
    const all = table.map((option) => [option.field, given[option.field] ?? defaultOf(option, place)] as const);
    return Object.fromEntries(all.filter((each): each is readonly [string, Value] => each[1] !== undefined));
}

function defaultOf({ default: value, sections, defaultIn = sections, mode }: Option, place?: Place): Value | undefined {
    const isInMode = mode === undefined || place === undefined || place.mode === mode;
    const isInSection = defaultIn === undefined || place === undefined || defaultIn.includes(place.keyword);
    return isInMode && isInSection ? value : undefined;
}

/** The tables of simple options against the schema: each row is a documented field, and the comment names the row's default. */
import { expect, test } from "vitest";
import {
    globalOptions,
    type Option,
    type SectionKeyword,
    sectionOptions,
    serverOptions,
    timeoutOptions,
} from "../../components/options";
import schema from "../../components/schema.json";
import { problemsOf } from "../haproxyInputs";

interface Property {
    type?: string;
    description?: string;
}

function properties(type: string): Record<string, Property> {
    const types: Record<string, { properties: Record<string, Property> }> = schema.types;
    return types[`ha-load-balancer-pair:index:${type}`].properties;
}

const sectionTypes: [SectionKeyword, string][] = [
    ["listen", "Listen"],
    ["frontend", "Frontend"],
    ["backend", "Backend"],
];
const tables: [string, Option[]][] = [
    ["Server", serverOptions],
    ["Timeout", timeoutOptions],
    ["Haproxy", globalOptions],
    ...sectionTypes.map(
        ([keyword, type]) =>
            [
                type,
                sectionOptions.filter(
                    ({ field, sections = [keyword] }) => field in properties(type) && sections.includes(keyword),
                ),
            ] as [string, Option[]],
    ),
];
const rows = tables.flatMap(([type, table]) => table.map((option) => [type, option.field, option] as const));

test("each option of the tables is a field of a section", () => {
    const inSections = tables.slice(3).flatMap(([, table]) => table);
    expect(sectionOptions.filter((option) => !inSections.includes(option))).toEqual([]);
});

test.each(rows)("%s.%s has its type and its default in its documentation", (type, field, { kind, default: value }) => {
    const { type: schemaType, description = "" } = properties(type)[field];
    const types = { integer: "integer number", flag: "boolean", time: "string", choice: "string" };
    expect(types[kind.is].split(" ")).toContain(schemaType);
    if (value !== undefined) {
        expect(description).toMatch(new RegExp(`Default:\\s+\`?${value}\\b`));
    }
});

test.each([
    ["2.6.12-1+deb12u3", ['haproxy.ocspUpdate: needs HAProxy 3.0 or later; haproxy.version is "2.6.12-1+deb12u3"']],
    ["2.9.1-1", ['haproxy.ocspUpdate: needs HAProxy 3.0 or later; haproxy.version is "2.9.1-1"']],
    ["3.0-1", []],
    ["1:3.2.4-1", []],
])("checks an option of HAProxy 3.0 against the declared version %s", (version, expected) => {
    const listen = [{ name: "web", servers: [{ name: "web1", address: "10.0.0.1" }] }];
    expect(problemsOf({ listen, ocspUpdate: true, version })).toEqual(expected);
    expect(problemsOf({ listen, ocspUpdate: false, version })).toEqual([]);
});

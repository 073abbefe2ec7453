/** The component as Pulumi's other languages see it: the schema that Pulumi itself infers from the types. */
import { join } from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { expect, test } from "vitest";
import { fields } from "../../components/fields";

const dir = join(__dirname, "..", "..");
const manifest = require(join(dir, "package.json"));
const { components, typeDefinitions } = new Analyzer(
    dir,
    manifest.name,
    manifest,
    new Set(["HaLoadBalancerPair"]),
).analyze();

test("every input and output is there, with a description", () => {
    const { inputs, outputs } = components.HaLoadBalancerPair;
    expect(Object.keys(inputs)).toEqual(fields.haLoadBalancerPair);
    expect(Object.keys(outputs).sort()).toEqual(
        ["authkeysSecret", "statisticsPassword", "statisticsUrl", "statisticsUser", "url"].sort(),
    );
    const all = [inputs, outputs, ...Object.values(typeDefinitions).map(({ properties }) => properties ?? {})];
    const undescribed = all.flatMap((properties) =>
        Object.entries(properties)
            .filter(([, property]) => !property.description?.trim())
            .map(([name]) => name),
    );
    expect(undescribed).toEqual([]);
});

test("the lists of field names are those of args/", () => {
    for (const [name, { properties = {} }] of Object.entries(typeDefinitions)) {
        const key = `${name[0].toLowerCase()}${name.slice(1).replace(/Args$/, "")}` as keyof typeof fields;
        expect(fields[key], name).toEqual(Object.keys(properties));
    }
    expect(Object.keys(fields)).toHaveLength(Object.keys(typeDefinitions).length + 1);
});

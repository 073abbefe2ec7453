/** The component as Pulumi's other languages see it: the schema that Pulumi itself infers from the types. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { expect, test } from "vitest";
import schema from "../../components/schema.json";
import { componentFields, fieldsOf, type InputType } from "../../components/validate/fields";
import { inputsPage } from "../../toolchain/inputsPage";
import { inputsFile, schemaFile } from "../../toolchain/schema";

const dir = join(__dirname, "..", "..", "components");
const manifest = require(join(dir, "package.json"));
const { components, typeDefinitions } = new Analyzer(
    dir,
    manifest.name,
    manifest,
    new Set(["HaLoadBalancerPair"]),
).analyze();

test("has every input and output with a description", () => {
    const { inputs, outputs } = components.HaLoadBalancerPair;
    expect(Object.keys(inputs).sort()).toEqual([...componentFields].sort());
    expect(Object.keys(outputs).sort()).toEqual(
        [
            ...["url", "urls", "virtualIps", "prometheusTargets"],
            ...["authkeysSecret", "statisticsPassword", "statisticsUrl", "statisticsUser"],
        ].sort(),
    );
    const all = [inputs, outputs, ...Object.values(typeDefinitions).map(({ properties }) => properties ?? {})];
    const undescribed = all.flatMap((properties) =>
        Object.entries(properties)
            .filter(([, property]) => !property.description?.trim())
            .map(([name]) => name),
    );
    expect(undescribed).toEqual([]);
});

test('the checked-in schema has the types and fields of args/; if not, run "npm run schema"', () => {
    for (const [name, { properties = {} }] of Object.entries(typeDefinitions)) {
        expect([...fieldsOf(name as InputType)].sort(), name).toEqual(Object.keys(properties).sort());
    }
    expect(Object.keys(schema.types)).toHaveLength(Object.keys(typeDefinitions).length);
});

test("the plugin has the package's version and dependencies", () => {
    const published = require(join(dir, "..", "package.json"));
    const { version, dependencies } = manifest;
    const known = { ...published.devDependencies, ...published.dependencies, ...published.peerDependencies };
    expect(version).toBe(published.version);
    expect(known).toMatchObject(dependencies);
});

test('docs/inputs.md is made from the checked-in schema; if not, run "npm run schema"', () => {
    expect(readFileSync(inputsFile, "utf8")).toBe(inputsPage(JSON.parse(readFileSync(schemaFile, "utf8"))));
});

/** The component as Pulumi's other languages see it: the schema that Pulumi itself infers from the types. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { expect, test } from "vitest";
import { fields } from "../../components/validate/fields";
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

test("the component as a plugin is of the same version as the package, and needs the same", () => {
    const published = require(join(dir, "..", "package.json"));
    const { version, dependencies } = manifest;
    const known = { ...published.devDependencies, ...published.dependencies, ...published.peerDependencies };
    expect(version).toBe(published.version);
    expect(known).toMatchObject(dependencies);
});

test('the documentation of the inputs is of the schema that is checked in; else "npm run schema"', () => {
    const schema = JSON.parse(readFileSync(schemaFile, "utf8"));
    expect(readFileSync(inputsFile, "utf8")).toBe(inputsPage(schema));
    // The schema itself is compared with Pulumi's own word in lab/languages.test.ts; here at least the names.
    const [component] = Object.values<{ inputProperties: object }>(schema.resources);
    expect(Object.keys(component.inputProperties).sort()).toEqual([...fields.haLoadBalancerPair].sort());
    const checkedIn = Object.entries<{ properties?: object }>(schema.types).map(([token, { properties = {} }]) => [
        token.split(":").at(-1),
        Object.keys(properties).sort(),
    ]);
    const inferred = Object.entries(typeDefinitions).map(([name, { properties = {} }]) => [
        name,
        Object.keys(properties).sort(),
    ]);
    expect(Object.fromEntries(checkedIn)).toEqual(Object.fromEntries(inferred));
});

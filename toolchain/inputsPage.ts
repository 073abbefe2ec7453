/** docs/inputs.md: every input and output, from the schema, each with an example. */
import { exampleInputs } from "./exampleInputs";

interface Property {
    type?: string;
    $ref?: string;
    items?: Property;
    additionalProperties?: Property;
    plain?: boolean;
    description?: string;
}

type Properties = Record<string, Property>;

export interface Schema {
    resources: Record<string, { inputProperties: Properties; requiredInputs?: string[]; properties: Properties }>;
    types: Record<string, { properties: Properties; required?: string[] }>;
}

const nameOf = (ref: string) => ref.split(":").at(-1) as string;

function typeOf({ type, $ref, items, additionalProperties }: Property): string {
    if ($ref) {
        return `[${nameOf($ref)}](#${nameOf($ref).toLowerCase()})`;
    }
    if (items) {
        return `list of ${typeOf(items)}`;
    }
    return additionalProperties ? `map of ${typeOf(additionalProperties)}` : (type ?? "anything");
}

function cell(text: string): string {
    return text.replace(/\s+/g, " ").replaceAll("|", "\\|");
}

/** Longer examples are cut. */
const longestExample = 60;

/** Values and lists of values; what is an object has examples at its own type. */
function exampleOf(value: unknown): string {
    const values = Array.isArray(value) ? value : [value];
    if (value === undefined || values.some((each) => typeof each === "object")) {
        return "";
    }
    const text = JSON.stringify(value);
    return `\`${cell(text.length > longestExample ? `${text.slice(0, longestExample)}…` : text)}\``;
}

/** By the name of a type, the values of its fields in the example inputs. */
function examplesByType(schema: Schema): Record<string, Record<string, unknown>> {
    const found: Record<string, Record<string, unknown>> = {};
    const walk = (name: string, properties: Properties, value: unknown): void => {
        for (const [field, each] of Object.entries((value ?? {}) as Record<string, unknown>)) {
            found[name] ??= {};
            found[name][field] ??= each;
            const reference = properties[field]?.$ref ?? properties[field]?.items?.$ref;
            if (reference) {
                const type = nameOf(reference);
                for (const element of Array.isArray(each) ? each : [each]) {
                    walk(type, typeNamed(schema, type), element);
                }
            }
        }
    };
    const [component] = Object.values(schema.resources);
    const pem = (label: string) => `-----BEGIN ${label}-----\n…`;
    const site = { certificate: pem("CERTIFICATE"), privateKey: pem("PRIVATE KEY") };
    walk(
        "",
        component.inputProperties,
        exampleInputs({ hostKey: "ssh-ed25519 AAAA…", authority: site.certificate, site }),
    );
    return found;
}

function typeNamed({ types }: Schema, name: string): Properties {
    return Object.entries(types).find(([token]) => nameOf(token) === name)?.[1].properties ?? {};
}

function table(properties: Properties, required: string[] = [], examples?: Record<string, unknown>): string {
    const names = Object.keys(properties).sort(
        (a, b) => Number(required.includes(b)) - Number(required.includes(a)) || (a < b ? -1 : 1),
    );
    const rows = names.map((name) => {
        const property = properties[name];
        const marks = [required.includes(name) ? "required" : "", property.plain ? "plain" : ""].filter(Boolean);
        const type = [typeOf(property), ...marks].join(", ");
        const example = examples ? ` ${exampleOf(examples[name])} |` : "";
        return `| \`${name}\` | ${type} | ${cell(property.description ?? "")} |${example}`;
    });
    const head = examples
        ? ["| field | type | what it is | example |", "|---|---|---|---|"]
        : ["| field | type | what it is |", "|---|---|---|"];
    return [...head, ...rows].join("\n");
}

export function inputsPage(schema: Schema): string {
    const { resources, types } = schema;
    const [component] = Object.values(resources);
    const examples = examplesByType(schema);
    const parts = Object.entries(types).map(
        ([token, { properties, required }]) =>
            `## ${nameOf(token)}\n\n${table(properties, required, examples[nameOf(token)] ?? {})}`,
    );
    return `# Inputs and outputs

Every input of the component with its type, meaning, default and an example, and every output. Written by \`npm run schema\` from the types in
[components/args](../components/args/index.ts). "plain": a value, not an Output, because it decides which resources exist. Every other input may be
an Output, also one that is not known yet.

## Inputs

${table(component.inputProperties, component.requiredInputs, examples[""])}

## Outputs

${table(component.properties)}

${parts.join("\n\n")}
`;
}

/** docs/inputs.md: every input and output, by the schema. */

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

function table(properties: Properties, required: string[] = []): string {
    const names = Object.keys(properties).sort(
        (a, b) => Number(required.includes(b)) - Number(required.includes(a)) || (a < b ? -1 : 1),
    );
    const rows = names.map((name) => {
        const property = properties[name];
        const marks = [required.includes(name) ? "required" : "", property.plain ? "plain" : ""].filter(Boolean);
        const type = [typeOf(property), ...marks].join(", ");
        return `| \`${name}\` | ${type} | ${cell(property.description ?? "")} |`;
    });
    return ["| field | type | what it is |", "|---|---|---|", ...rows].join("\n");
}

export function inputsPage({ resources, types }: Schema): string {
    const [component] = Object.values(resources);
    const parts = Object.entries(types).map(
        ([token, { properties, required }]) => `## ${nameOf(token)}\n\n${table(properties, required)}`,
    );
    return `# Inputs and outputs

Written by \`npm run schema\`, from the types in [components/args](../components/args/index.ts). "plain": a value, not an Output,
because it decides which resources there are. Everything else may be an Output, also one that is not known yet.

## Inputs

${table(component.inputProperties, component.requiredInputs)}

## Outputs

${table(component.properties)}

${parts.join("\n\n")}
`;
}

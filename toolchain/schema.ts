/** `npm run schema`: components/schema.json, the component as Pulumi's other languages see it, and docs/inputs.md of it. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../support/interrupt";
import { step } from "../support/progress";
import { run } from "../support/run";
import { inputsPage } from "./inputsPage";
import { root } from "./paths";
import { ensureToolchain, pulumiEnvironment } from "./toolchain";

export const schemaFile = join(root, "components", "schema.json");
export const inputsFile = join(root, "docs", "inputs.md");

/** Puts a copy of the component into `dir`, as a plugin is one: what is installed in it must not meet what is installed here. */
export function copyComponent(dir: string): string {
    const copy = join(dir, "components");
    cpSync(join(root, "components"), copy, { recursive: true });
    return copy;
}

/** What Pulumi infers from the component's types. */
export async function inferredSchema(component: string, env: NodeJS.ProcessEnv): Promise<string> {
    return run(["pulumi", "package", "get-schema", component], { cwd: tmpdir(), env });
}

async function update(): Promise<number> {
    const dir = mkdtempSync(join(tmpdir(), "schema-"));
    try {
        const env = pulumiEnvironment(await ensureToolchain(), join(dir, "state"));
        const schema = await step("asking Pulumi for the schema", () => inferredSchema(copyComponent(dir), env));
        writeFileSync(schemaFile, schema);
        await run(["biome", "check", "--write", schemaFile], { cwd: root });
        writeFileSync(inputsFile, inputsPage(JSON.parse(schema)));
    } finally {
        rmSync(dir, { recursive: true });
    }
    return 0;
}

if (require.main === module) {
    main(update);
}

/** The versions that belong together, read from where they are pinned. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./paths";

function installed(name: string): string {
    return JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")).version;
}

/** The CLI's version is that of the SDK. */
export const versions = {
    pulumi: installed("@pulumi/pulumi"),
    command: installed("@pulumi/command"),
    random: installed("@pulumi/random"),
};

/** Files of a folder, for those who make a fingerprint of them. */
import { readdirSync } from "node:fs";
import { join } from "node:path";

/** The path of every file below a folder, in the order of their names. */
export function filesBelow(dir: string): string[] {
    return readdirSync(dir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .sort();
}

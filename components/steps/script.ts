/** The shell scripts of the steps. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export function script(name: string): string {
    return readFileSync(join(__dirname, "sh", name), "utf8");
}

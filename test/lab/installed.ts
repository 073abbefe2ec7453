/** The package, installed elsewhere, for a file of tests. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { installPackage } from "../../lab/package";

export interface Installed {
    dir: string;
    /** The files in the package. */
    packed: string[];
}

/** A folder with a copy of the project's folder `from`, if any, and the package in it; there while the file's tests run. */
export function useInstalled(from?: string): Installed {
    const dir = mkdtempSync(join(tmpdir(), "package-"));
    const used: Installed = { dir, packed: [] };
    beforeAll(async () => {
        used.packed = await installPackage(dir, from);
    });
    afterAll(() => rmSync(dir, { recursive: true, force: true }));
    return used;
}

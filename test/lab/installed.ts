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
    /** Of the package, in bytes. */
    size: number;
}

/** A folder with a copy of the project's folder `from`, if any, and the package in it; there while the file's tests run. */
export function useInstalled(from?: string): Installed {
    const dir = mkdtempSync(join(tmpdir(), "package-"));
    const used: Installed = { dir, packed: [], size: 0 };
    beforeAll(async () => {
        const { files, size } = await installPackage(dir, from);
        Object.assign(used, { packed: files, size });
    });
    afterAll(() => rmSync(dir, { recursive: true, force: true }));
    return used;
}

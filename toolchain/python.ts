/** Programs and libraries from PyPI, each set in a place of its own. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { attempt, run } from "../support/run";
import { aptInstall } from "./apt";
import { cache, root } from "./paths";

/**
 * The folder of the virtual environment with the packages of toolchain/python/NAME.txt, whose checksums pip verifies. Made where
 * it is not there, or has others.
 */
export async function venv(name: string): Promise<string> {
    const dir = join(cache, "python", name);
    const mark = join(dir, "installed");
    const requirements = join(root, "toolchain", "python", `${name}.txt`);
    const wanted = readFileSync(requirements, "utf8");
    if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) {
        return dir;
    }
    rmSync(dir, { recursive: true, force: true });
    const make = ["python3", "-m", "venv", dir];
    if ((await attempt(make)).code !== 0) {
        await aptInstall(["python3-venv"]);
        await run(make);
    }
    await run([join(dir, "bin", "pip"), "install", "--quiet", "--require-hashes", "--requirement", requirements]);
    writeFileSync(mark, wanted);
    return dir;
}

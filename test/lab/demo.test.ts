/** The demo of the README: a story, with progress and times. */
// @module-tag all
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Lab } from "../../lab/lab";
import { attempt } from "../../support/run";
import { root } from "../../toolchain/paths";
import { copyCheckout, labPrefix, linkCache } from "./fixture";

const name = `${labPrefix}demo`;
/** A checkout of its own: the lab and the stack of who works in the other one stay as they are. */
const dir = mkdtempSync(join(tmpdir(), "demo-"));

afterAll(async () => {
    await Lab.down(name);
    rmSync(dir, { recursive: true, force: true });
});

test("npm run demo prints at most 40 lines", async () => {
    await copyCheckout(dir);
    symlinkSync(join(root, "node_modules"), join(dir, "node_modules"));
    mkdirSync(join(dir, ".cache"));
    linkCache(join(dir, ".cache"));
    const dev = join(dir, "Pulumi.dev.yaml");
    writeFileSync(dev, readFileSync(dev, "utf8").replaceAll("labs/dev/", `labs/${name}/`));
    const env = { ...process.env, HALB_LAB: name, HALB_CACHE: undefined };
    const { code, stdout, stderr } = await attempt(["npm", "run", "demo"], { cwd: dir, env });
    expect(code, stdout + stderr).toBe(0);
    const lines = `${stdout}${stderr}`.trim().split("\n");
    expect(lines.length, lines.join("\n")).toBeLessThanOrEqual(40);
    expect(stdout).toMatch(/^ +\d+\.\d s {2}lb2, the standby, is configured first, and is well$/m);
    expect(stdout).toMatch(/^ +the client saw a gap of \d\.\d\d s/m);
});

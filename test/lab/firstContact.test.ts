/** What a newcomer meets on a machine that is not ready: one line that tells what to do, and no stack trace. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { attempt, type Result, run } from "../../support/run";
import { root } from "../../toolchain/paths";
import { inAll } from "./fixture";

/** A checkout in which nothing is installed yet. */
const dir = mkdtempSync(join(tmpdir(), "first-"));
const bootstrap = ["sh", join(dir, "toolchain", "bootstrap.sh")];

beforeAll(() => {
    mkdirSync(join(dir, "toolchain"));
    for (const file of ["package.json", "package-lock.json", "toolchain/bootstrap.sh"]) {
        cpSync(join(root, file), join(dir, file));
    }
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function lines({ stderr }: Result): string[] {
    return stderr.trim().split("\n");
}

test("an old Node is rejected with the required version", inAll, async () => {
    await run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", join(dir, "old"), "node@16"]);
    const PATH = [join(dir, "old", "node_modules", "node", "bin"), process.env.PATH].join(delimiter);
    const result = await attempt(bootstrap, { env: { ...process.env, PATH } });
    expect(result.code).toBe(1);
    expect(lines(result)).toEqual([
        expect.stringMatching(/^error: Node\.js 20 or later is needed, and here is v16\.\d+\.\d+; install it \(/),
    ]);
});

test("without a network, the unreachable registry is named at once", inAll, async () => {
    const env = { ...process.env, npm_config_cache: join(dir, "empty") };
    mkdirSync(join(dir, "node_modules", "of-an-older-lock"), { recursive: true });
    const result = await attempt(["unshare", "--net", ...bootstrap], { env, timeout: 60_000 });
    expect(result.code).toBe(1);
    expect(lines(result).at(-1)).toBe(
        'error: the npm registry does not answer ("npm config get registry" names it). Restore the connection, or set another registry',
    );
    expect(lines(result).length).toBeLessThan(5);
    // What was there may be all that there is.
    expect(existsSync(join(dir, "node_modules", "of-an-older-lock"))).toBe(true);
});

test("without a network, npm's cache is enough", inAll, async () => {
    const other = join(dir, "cached");
    const env = { ...process.env, npm_config_cache: join(dir, "cache") };
    mkdirSync(join(other, "toolchain"), { recursive: true });
    cpSync(join(root, "toolchain", "bootstrap.sh"), join(other, "toolchain", "bootstrap.sh"));
    const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
    const entry = packages["node_modules/typescript"];
    const itself = { name: "cached", version: "1.0.0", dependencies: { typescript: entry.version } };
    const lock = { ...itself, lockfileVersion: 3, packages: { "": itself, "node_modules/typescript": entry } };
    writeFileSync(join(other, "package.json"), JSON.stringify(itself));
    writeFileSync(join(other, "package-lock.json"), JSON.stringify(lock));
    await run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], { cwd: other, env });
    rmSync(join(other, "node_modules"), { recursive: true });
    const ways = ["unshare", "--net", "sh", join(other, "toolchain", "bootstrap.sh")];
    const result = await attempt(ways, { env, timeout: 60_000 });
    expect(result.code, result.stderr).toBe(0);
    expect(existsSync(join(other, "node_modules", "typescript", "package.json"))).toBe(true);
});

test("without root, the lab says why it needs root", async () => {
    // Without the command tsx, which makes itself a folder by the user's number.
    const demo = [process.execPath, "--import", "tsx", join(root, "lab", "demo.ts")];
    const result = await attempt(["unshare", "--user", ...demo], { cwd: root });
    expect(result.code).toBe(1);
    expect(lines(result)).toEqual([
        "error: the lab needs root (run it with sudo): it makes network namespaces, mounts and control groups",
    ]);
});

test("halb without Pulumi says how to get Pulumi", async () => {
    const halb = [process.execPath, "--import", "tsx", join(root, "cli", "halb.ts"), "status"];
    const result = await attempt(halb, { cwd: root, env: { PATH: "/nowhere" } });
    expect(result.code).toBe(1);
    expect(lines(result)).toEqual([
        'error: pulumi is not installed; put it on PATH (https://www.pulumi.com/docs/install/), or use "npm run halb", which brings one',
    ]);
});

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { releaseDeadLocks } from "../../toolchain/locks";

let dir: string;
const at = (path: string) => join(dir, ".pulumi", path);

beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "locks-"));
    mkdirSync(at("locks/organization/project/dev"), { recursive: true });
    mkdirSync(at("stacks/project"), { recursive: true });
    writeFileSync(at("stacks/project/dev.json.attrs"), "");
});
afterEach(() => rmSync(dir, { recursive: true }));

function lock(pid: number | undefined, host = hostname()): string {
    const file = at("locks/organization/project/dev/lock.json");
    writeFileSync(file, JSON.stringify({ pid, hostname: host }));
    return file;
}

const release = () => releaseDeadLocks({ PULUMI_BACKEND_URL: `file://${dir}` });
const deadPid = () => spawnSync("true").pid;

test("deletes the lock of a dead process and an incomplete file beside the state", () => {
    const pid = deadPid();
    const file = lock(pid);
    expect(release()).toEqual([`released the lock of a pulumi that was killed (process ${pid})`]);
    expect([file, at("stacks/project/dev.json.attrs")].map((path) => existsSync(path))).toEqual([false, false]);
});

test.each([
    ["a process that runs", () => lock(process.pid)],
    ["another machine", () => lock(deadPid(), "elsewhere")],
])("keeps the lock of %s", (_, make) => {
    const file = make();
    expect(release()).toEqual([]);
    expect([file, at("stacks/project/dev.json.attrs")].map((path) => existsSync(path))).toEqual([true, true]);
});

test("leaves a remote state alone", () => {
    expect(releaseDeadLocks({ PULUMI_BACKEND_URL: "s3://bucket" })).toEqual([]);
    expect(releaseDeadLocks({})).toEqual([]);
});

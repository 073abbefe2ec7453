/** Turns for what burns CPU. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../../support/run";
import { sleep } from "../../support/wait";
import { behindOthers, inTurn, keepBudget } from "../../toolchain/budget";

const dir = mkdtempSync(join(tmpdir(), "budget-"));
const path = join(dir, "budget");
const before = process.env.HALB_BUDGET;
let server: ReturnType<typeof keepBudget>;

beforeAll(() => {
    server = keepBudget(path, 1);
});
afterAll(() => {
    server.close();
    restore(before);
    rmSync(dir, { recursive: true, force: true });
});

/** Assigned, undefined would become a text. */
function restore(value: string | undefined): void {
    if (value === undefined) {
        Reflect.deleteProperty(process.env, "HALB_BUDGET");
    } else {
        process.env.HALB_BUDGET = value;
    }
}

test("makes one command wait for the other, and returns both results", async () => {
    let underWay = 0;
    const work = (result: number) =>
        inTurn(async () => {
            underWay++;
            expect(underWay).toBe(1);
            await sleep(20);
            underWay--;
            return result;
        });
    expect(await Promise.all([work(1), work(2), work(3)])).toEqual([1, 2, 3]);
});

test("releases the turn of a command that fails", async () => {
    await expect(inTurn(() => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
    expect(await inTurn(async () => "next")).toBe("next");
});

test("releases the turn of a process that dies", async () => {
    const program =
        'const s = require("node:net").connect(process.argv[1]); s.once("data", () => console.log("mine"));';
    const child = spawn(process.execPath, ["-e", program, path], { stdio: ["ignore", "pipe", "ignore"] });
    await once(child.stdout, "data");
    const next = inTurn(async () => "next");
    child.kill("SIGKILL");
    expect(await next).toBe("next");
});

test("runs a command at a lower priority", async () => {
    const look = behindOthers(["sh", "-c", "nice"]);
    const own = Number(await run(["nice"]));
    expect(Number(await run(look))).toBe(Math.min(own + 10, 19));
});

test("runs commands at once without a budget", async () => {
    const kept = process.env.HALB_BUDGET;
    restore(undefined);
    expect(await inTurn(async () => "at once")).toBe("at once");
    expect(behindOthers(["true"])).toEqual(["true"]);
    restore(kept);
});

/** What a test file costs: its CPU, that of the programs it has run, and that of the hosts of its labs. For run.ts's table. */
import { appendFileSync, readFileSync } from "node:fs";
import { afterAll, expect } from "vitest";
import { secondsOfHosts } from "../lab/kernel";

/** Of a process and of its children that have ended, in seconds; see proc(5), /proc/pid/stat, fields 14 to 17. */
function secondsOfPrograms(): number {
    const fields = readFileSync("/proc/self/stat", "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
}

const file = process.env.HALB_TEST_COSTS;

// Registered first, it is called last: when the file's own labs are gone.
afterAll(() => {
    if (file && process.platform === "linux") {
        const cpu = secondsOfPrograms() + secondsOfHosts();
        appendFileSync(file, `${JSON.stringify({ name: expect.getState().testPath, cpu })}\n`);
    }
});

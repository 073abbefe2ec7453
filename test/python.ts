/** The suites that are in Python: the keeper's own tests, and the simulation. */
import { existsSync } from "node:fs";
import { attempt } from "../support/run";
import { root } from "../toolchain/paths";
import type { Report } from "./report";

/** How many schedules of faults the simulation tries: in `npm test`, and in `npm run test:all`. */
const schedules = { some: 1840, all: 10_000 };

/** The system's own Python, as on the load balancers; one that somebody built is up to a fifth slower. */
const interpreter = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

function command(suite: "keeper" | "simulation", isAll: boolean): string[] {
    return suite === "keeper"
        ? ["-m", "unittest", "discover", "-s", "test/keeper", "-t", "test/keeper"]
        : ["test/simulation", "--schedules", String(isAll ? schedules.all : schedules.some)];
}

/** What unittest prints at its end, and the simulation as well: `Ran 70 tests in 2.1s`, `FAILED (failures=1, errors=2)`. */
export async function python(suite: "keeper" | "simulation", isAll: boolean): Promise<Report> {
    const began = performance.now();
    const { code, stdout, stderr } = await attempt([interpreter, "-B", ...command(suite, isAll)], {
        cwd: root,
        timeout: 3_600_000,
        onLine: (line) => console.log(line),
    });
    const said = stdout + stderr;
    const count = (what: string) => Number(new RegExp(`^FAILED \\(.*\\b${what}=(\\d+)`, "m").exec(said)?.[1] ?? 0);
    const ran = Number(/^Ran (\d+) tests? in/m.exec(said)?.[1] ?? 0);
    const failed = count("failures") + count("errors");
    // One that could not even begin counts as one failure.
    const totals = { passed: ran - failed, failed: code !== 0 && failed === 0 ? 1 : failed, skipped: count("skipped") };
    const names = [...said.matchAll(/^(?:FAIL: |ERROR: |to see one again: )(.*)$/gm)].map(([, name]) => name);
    return {
        totals,
        files: [{ name: suite, waited: (performance.now() - began) / 1000 }],
        left: [],
        failures: (totals.failed > 0 && names.length === 0 ? [`exit status ${code}`] : names).map((name) => ({
            name: `${suite}: ${name}`,
            message: "",
        })),
    };
}

/** What vitest says of a suite: totals, what each file cost, and what was left out. */
import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { root } from "../toolchain/paths";

export interface Totals {
    passed: number;
    failed: number;
    skipped: number;
}

export interface FileCost {
    name: string;
    /** Seconds from its first test to its end. */
    waited: number;
    /** Seconds of CPU: of the file, of the programs that it has run, and of its hosts. */
    cpu?: number;
}

export interface Report {
    totals: Totals;
    files: FileCost[];
    /** Tests that only `npm run test:all` runs: `lab/links.test.ts: one cable is cut and mended`. */
    left: string[];
}

/** Of vitest's JSON report, what is used here. */
interface Output {
    success: boolean;
    numPassedTests: number;
    numFailedTests: number;
    numTodoTests: number;
    testResults: {
        name: string;
        startTime: number;
        endTime: number;
        assertionResults: { fullName: string; status: string; tags: string[] }[];
    }[];
}

/** A suite that could not even start counts as one failure. */
export function read(output: string, costs: string, exitCode: number): Report {
    if (!existsSync(output)) {
        return { totals: { passed: 0, failed: 1, skipped: 0 }, files: [], left: [] };
    }
    const report: Output = JSON.parse(readFileSync(output, "utf8"));
    const tests = report.testResults.flatMap(({ name, assertionResults }) =>
        assertionResults.map((test) => ({ ...test, file: short(name) })),
    );
    const notRun = tests.filter(({ status }) => status === "skipped" || status === "pending");
    const left = notRun.filter(({ tags }) => tags.includes("all"));
    const failed = report.numFailedTests;
    const cpu = cpuOf(costs);
    return {
        totals: {
            passed: report.numPassedTests,
            failed: failed === 0 && (exitCode !== 0 || !report.success) ? 1 : failed,
            skipped: notRun.length - left.length + report.numTodoTests,
        },
        files: report.testResults
            .filter(({ assertionResults }) => assertionResults.some(({ status }) => /passed|failed/.test(status)))
            .map(({ name, startTime, endTime }) => ({
                name: short(name),
                waited: (endTime - startTime) / 1000,
                cpu: cpu.get(name),
            })),
        left: left.map(({ file, fullName }) => `${file}: ${fullName}`),
    };
}

function short(path: string): string {
    return relative(`${root}/test`, path);
}

function cpuOf(costs: string): Map<string, number> {
    const lines = existsSync(costs) ? readFileSync(costs, "utf8").trim().split("\n") : [];
    return new Map(lines.map((line) => JSON.parse(line)).map(({ name, cpu }) => [name, cpu]));
}

/** The 15 files that took longest, as a table. */
export function slowest(files: FileCost[]): string[] {
    const rows = [...files].sort((a, b) => b.waited - a.waited).slice(0, 15);
    const row = (waited: string, cpu: string, name: string) => `${waited.padStart(8)} ${cpu.padStart(8)}  ${name}`;
    return [
        row("waited", "CPU", "the slowest files, in seconds"),
        ...rows.map(({ name, waited, cpu }) => row(waited.toFixed(1), cpu?.toFixed(1) ?? "–", name)),
    ];
}

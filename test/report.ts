/** What vitest says of a suite: totals, what each file cost, and what was left out. */
import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
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
    /** Tests that only `npm run test:all` runs: `lab/links.test.ts: drops no request while the cable of one link is cut`. */
    left: string[];
    failures: Failure[];
}

export interface Failure {
    /** `lab/links.test.ts: one cable is cut`, or what failed as a whole: `lint: style (biome)`. */
    name: string;
    /** The test's error, without its stack. Empty where the tool prints the error above. */
    message: string;
}

/** Of vitest's JSON report, what is used here. */
interface Output {
    success: boolean;
    numPassedTests: number;
    numTodoTests: number;
    testResults: {
        name: string;
        startTime: number;
        endTime: number;
        /** Why the file failed as a whole; empty where its tests ran. */
        message: string;
        assertionResults: { fullName: string; status: string; tags: string[]; failureMessages: string[] }[];
    }[];
}

/** A suite that could not even start counts as one failure. */
export function read(output: string, costs: string, exitCode: number): Report {
    if (!existsSync(output)) {
        return {
            totals: { passed: 0, failed: 1, skipped: 0 },
            files: [],
            left: [],
            failures: [endedBadly(exitCode)],
        };
    }
    const report: Output = JSON.parse(readFileSync(output, "utf8"));
    const tests = report.testResults.flatMap(({ name, assertionResults }) =>
        assertionResults.map((test) => ({ ...test, file: short(name) })),
    );
    const notRun = tests.filter(({ status }) => status === "skipped" || status === "pending");
    const left = notRun.filter(({ tags }) => tags.includes("all"));
    const failures = failuresOf(report);
    if (failures.length === 0 && (exitCode !== 0 || !report.success)) {
        failures.push(endedBadly(exitCode));
    }
    const cpu = cpuOf(costs);
    return {
        totals: {
            passed: report.numPassedTests,
            failed: failures.length,
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
        failures,
    };
}

function endedBadly(exitCode: number): Failure {
    return { name: `vitest: exit status ${exitCode}`, message: "" };
}

/** Failed tests, and files that failed as a whole. */
function failuresOf({ testResults }: Output): Failure[] {
    return testResults.flatMap(({ name, message, assertionResults }) => [
        ...(message === "" ? [] : [{ name: short(name), message: withoutStack(message) }]),
        ...assertionResults
            .filter(({ status }) => status === "failed")
            .map(({ fullName, failureMessages }) => ({
                name: `${short(name)}: ${fullName}`,
                message: failureMessages.map(withoutStack).join("\n"),
            })),
    ]);
}

const longestMessage = 1_000;

/** A CI service often keeps only the end of a long output: the messages must fit there. */
function withoutStack(message: string): string {
    const plain = stripVTControlCharacters(message).replace(/\n\s+at .*/g, "");
    return plain.length <= longestMessage ? plain : `${plain.slice(0, longestMessage)} …`;
}

/** Every failed test with its error. */
export function failed(failures: Failure[]): string[] {
    return failures.flatMap(({ name, message }) => [
        `  ${name}`,
        ...message
            .split("\n")
            .filter(Boolean)
            .map((line) => `      ${line}`),
    ]);
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

/** What a change touches, and what is said of a run. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { chosen } from "../changed";
import { failed, read, slowest } from "../report";

describe("npm test -- --changed runs", () => {
    test.each([
        [
            ["components/host/lib/keeper/decision/decide.py"],
            { lint: [], unit: ["runbook"], keeper: [], simulation: [], lab: ["Events"] },
        ],
        [["components/render/haCf.ts"], { lint: [], unit: [], engine: [], lab: ["program"] }],
        [["test/unit/time.test.ts", "docs/runbook.md"], { lint: [], unit: ["time", "docs", "runbook"] }],
        [["cli/look.ts", "test/unit/time.test.ts"], { lint: [], unit: [], lab: ["halb"] }],
        [["lab/events/network.ts"], { lint: [], lab: ["networkEvents"] }],
        [["LICENSE"], { lint: [] }],
    ])("after a change of %j: %j", (files, expected) => {
        expect(Object.fromEntries(chosen(files))).toEqual(expected);
    });
});

describe("the report of a suite", () => {
    const dir = mkdtempSync(join(tmpdir(), "report-"));
    afterAll(() => rmSync(dir, { recursive: true, force: true }));

    const report = (success: boolean, statuses: [string, string[]][]) => {
        const assertionResults = statuses.map(([status, tags], i) => ({
            fullName: `test ${i}`,
            status,
            tags,
            failureMessages: status === "failed" ? ["Error: one\n    at somewhere\ntwo"] : [],
        }));
        const count = (wanted: string) => statuses.filter(([status]) => status === wanted).length;
        const file = join(dir, "report.json");
        writeFileSync(
            file,
            JSON.stringify({
                success,
                numPassedTests: count("passed"),
                numTodoTests: 0,
                testResults: [
                    { name: "/nowhere/a.test.ts", startTime: 1000, endTime: 3500, message: "", assertionResults },
                ],
            }),
        );
        return file;
    };

    test("counts tests left to test:all apart from skipped tests, and names them", () => {
        const statuses: [string, string[]][] = [
            ["passed", []],
            ["skipped", ["all"]],
            ["skipped", []],
        ];
        const { totals, left, files } = read(report(true, statuses), join(dir, "none"), 0);
        expect(totals).toEqual({ passed: 1, failed: 0, skipped: 1 });
        expect(left).toEqual([expect.stringMatching(/a\.test\.ts: test 1$/)]);
        expect(files).toEqual([{ name: expect.stringMatching(/a\.test\.ts$/), waited: 2.5, cpu: undefined }]);
    });

    test("counts a suite that could not start, or ended badly without a failed test, as one failure", () => {
        expect(read(join(dir, "none"), join(dir, "none"), 1).totals).toEqual({ passed: 0, failed: 1, skipped: 0 });
        expect(read(report(true, [["passed", []]]), join(dir, "none"), 1).totals.failed).toBe(1);
        expect(read(report(false, [["passed", []]]), join(dir, "none"), 0).totals.failed).toBe(1);
    });

    test("names each failed test with its error, without the stack", () => {
        const { failures } = read(report(false, [["failed", []]]), join(dir, "none"), 1);
        expect(failed(failures)).toEqual([
            expect.stringMatching(/^ {2}\S*a\.test\.ts: test 0$/),
            "      Error: one",
            "      two",
        ]);
        const without = [read(join(dir, "none"), join(dir, "none"), 1), read(report(true, []), join(dir, "none"), 1)];
        expect(without.map((each) => failed(each.failures))).toEqual(Array(2).fill(["  vitest: exit status 1"]));
    });

    test("lists the 15 slowest files, the slowest first", () => {
        const files = Array.from({ length: 20 }, (_, i) => ({ name: `file ${i}`, waited: i, cpu: i / 2 }));
        const lines = slowest(files);
        expect(lines).toHaveLength(16);
        expect(lines[1]).toBe("    19.0      9.5  file 19");
    });
});

/** Mutants of the TypeScript sources, by StrykerJS. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../support/errors";
import { attempt } from "../../support/run";
import { root } from "../../toolchain/paths";
import type { Mutant } from "./mutant";

/** Of StrykerJS's JSON report, what is used here. */
interface Output {
    files: Record<
        string,
        { mutants: { status: string; replacement: string; location: { start: { line: number } } }[] }
    >;
}

function configuration(sources: string[], scratch: string, report: string, isStatic: boolean): object {
    return {
        testRunner: "vitest",
        plugins: ["@stryker-mutator/vitest-runner"],
        vitest: { configFile: "test/mutants/vitest.config.mts", related: false },
        mutate: sources,
        reporters: ["progress-append-only", "json"],
        jsonReporter: { fileName: report },
        // A mutant's run ends with the first test that fails.
        disableBail: false,
        ignoreStatic: !isStatic,
        ignorePatterns: [".cache", "dist"],
        tempDirName: join(scratch, "stryker"),
        allowConsoleColors: false,
    };
}

/**
 * `scratch`: a folder for the copy of the project that is mutated. `isStatic`: also mutants of what runs once, when a module is loaded.
 * Each of those needs a run of all tests (25 s), the others need the tests that reach them (about a second).
 */
export async function typescriptMutants(sources: string[], scratch: string, isStatic: boolean): Promise<Mutant[]> {
    if (sources.length === 0) {
        return [];
    }
    const file = join(scratch, "stryker.json");
    const report = join(scratch, "report.json");
    writeFileSync(file, JSON.stringify(configuration(sources, scratch, report, isStatic)));
    const { code } = await attempt(["stryker", "run", file], {
        cwd: root,
        timeout: 10_800_000,
        onLine: (line) => console.log(line),
    });
    if (code !== 0 || !existsSync(report)) {
        throw new UserError("StrykerJS failed (see above)");
    }
    const { files }: Output = JSON.parse(readFileSync(report, "utf8"));
    return Object.entries(files).flatMap(([source, { mutants }]) =>
        mutants
            .filter(({ status }) => status !== "Ignored")
            .map(({ status, replacement, location }) => ({
                file: source,
                line: location.start.line,
                change: replacement,
                isKilled: status !== "Survived" && status !== "NoCoverage",
            })),
    );
}

/** Mutants of the TypeScript sources, by StrykerJS. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../toolchain/paths";
import { attempt, UserError } from "../../toolchain/shell";
import type { Mutant } from "./mutant";

/** Of StrykerJS's JSON report, what is used here. */
interface Output {
    files: Record<
        string,
        { mutants: { status: string; replacement: string; location: { start: { line: number } } }[] }
    >;
}

function configuration(sources: string[], scratch: string, report: string): object {
    return {
        testRunner: "vitest",
        plugins: ["@stryker-mutator/vitest-runner"],
        vitest: { configFile: "test/mutants/vitest.config.mts", related: false },
        mutate: sources,
        reporters: ["progress-append-only", "json"],
        jsonReporter: { fileName: report },
        // A test that kills a mutant ends its turn.
        disableBail: false,
        ignorePatterns: [".cache", "dist"],
        tempDirName: join(scratch, "stryker"),
        allowConsoleColors: false,
    };
}

/** `scratch`: a folder for the copy of the project that is mutated. */
export async function typescriptMutants(sources: string[], scratch: string): Promise<Mutant[]> {
    if (sources.length === 0) {
        return [];
    }
    const file = join(scratch, "stryker.json");
    const report = join(scratch, "report.json");
    writeFileSync(file, JSON.stringify(configuration(sources, scratch, report)));
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
        mutants.map(({ status, replacement, location }) => ({
            file: source,
            line: location.start.line,
            change: replacement,
            isKilled: status !== "Survived" && status !== "NoCoverage",
        })),
    );
}

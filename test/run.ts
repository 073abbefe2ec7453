/** `npm test`: every suite, and the totals over all of them. */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureImage, releases } from "../lab/image";
import { Lab } from "../lab/lab";
import { ensureObjectStore } from "../lab/objectStore";
import { ensureRequirements, needs, obstacles } from "../lab/requirements";
import { isRunning } from "../toolchain/locks";
import { ensureLanguages } from "../toolchain/offline";
import { root } from "../toolchain/paths";
import { attempt, main, onInterrupt, UserError } from "../toolchain/shell";
import { ensureToolchain } from "../toolchain/toolchain";
import { lint } from "./lint";

const help = `usage: npm test [-- OPTION …]

Runs lint, types, and the suites unit, engine and lab, and ends with the totals over all.

  --suite NAME    only this one: lint, unit, engine or lab (can be repeated)
  --no-lab        leave the lab tests out (they need root on Linux); without it they fail where they cannot run
  --name PATTERN  only tests whose name matches

exit codes: 0 all passed, 1 something failed, 2 the command line is wrong
`;

const suites = ["lint", "unit", "engine", "lab"];

export interface Totals {
    passed: number;
    failed: number;
    skipped: number;
}

/** What vitest's JSON report says. A suite that could not even start counts as one failure. */
function totalsOf(file: string, exitCode: number): Totals {
    const report = JSON.parse(readFileSync(file, "utf8"));
    const failed: number = report.numFailedTests;
    return {
        passed: report.numPassedTests,
        failed: failed === 0 && (exitCode !== 0 || !report.success) ? 1 : failed,
        skipped: report.numPendingTests + report.numTodoTests,
    };
}

/** `scratch`: for whatever its tests put into the folder for temporary files. */
async function vitest(suite: string, pattern: string | undefined, labs: string, scratch: string): Promise<Totals> {
    const file = join(scratch, `${suite}.json`);
    const command = ["vitest", "run", "--config", "test/vitest.config.mts", "--project", suite];
    const reporters = ["--reporter=verbose", "--reporter=json", `--outputFile.json=${file}`];
    const { code } = await attempt([...command, ...reporters, ...(pattern ? ["-t", pattern] : [])], {
        cwd: root,
        env: { ...process.env, HALB_TEST_LABS: labs, TMPDIR: scratch },
        timeout: 5_400_000,
        onLine: (line) => console.log(line),
    });
    return totalsOf(file, code);
}

/** The labs of a run carry its process id; those of runs that are gone are left-overs. */
async function removeLabs(isOurs: (pid: number) => boolean): Promise<void> {
    for (const name of Lab.names()) {
        const pid = Number(/^t(\d+)-/.exec(name)?.[1]);
        if (pid && isOurs(pid)) {
            await Lab.down(name);
        }
    }
}

async function prepareLab(): Promise<void> {
    const found = obstacles();
    if (found.length > 0) {
        throw new UserError(`${needs("the lab tests need", found)}\nTo leave them out: npm test -- --no-lab`);
    }
    await ensureRequirements();
    await ensureLanguages(await ensureToolchain());
    await ensureObjectStore();
    for (const release of releases) {
        await ensureImage(release);
    }
    await removeLabs((pid) => !isRunning(pid));
}

function usage(message: string): number {
    process.stderr.write(`error: ${message}\n\n${help}`);
    return 2;
}

async function command(args: string[]): Promise<number> {
    let values: { help?: boolean; "no-lab"?: boolean; suite?: string[]; name?: string };
    try {
        const option = { type: "string" } as const;
        const flag = { type: "boolean" } as const;
        const options = { help: flag, "no-lab": flag, suite: { ...option, multiple: true }, name: option } as const;
        values = parseArgs({ args, options }).values;
    } catch (error) {
        return usage((error as Error).message);
    }
    if (values.help) {
        process.stdout.write(help);
        return 0;
    }
    const wrong = values.suite?.find((name) => !suites.includes(name));
    if (wrong) {
        return usage(`--suite: "${wrong}" is not one of ${suites.join(", ")}`);
    }
    const wanted = (values.suite ?? suites).filter((name) => !(name === "lab" && values["no-lab"]));
    const scratch = mkdtempSync(join(tmpdir(), "test-"));
    // Tests run programs as other users, too.
    chmodSync(scratch, 0o1777);
    const remove = async () => {
        await removeLabs((pid) => pid === process.pid);
        rmSync(scratch, { recursive: true, force: true });
    };
    onInterrupt(remove);
    const sum: Totals = { passed: 0, failed: 0, skipped: 0 };
    for (const suite of wanted) {
        console.log(`\n== ${suite}`);
        if (suite === "lab") {
            await prepareLab();
        }
        const totals = suite === "lint" ? await lint() : await vitest(suite, values.name, `t${process.pid}-`, scratch);
        sum.passed += totals.passed;
        sum.failed += totals.failed;
        sum.skipped += totals.skipped;
    }
    await remove();
    if (values["no-lab"]) {
        console.log("\nthe lab tests were left out (--no-lab)");
    }
    console.log(`\n${sum.passed} passed, ${sum.failed} failed${sum.skipped ? `, ${sum.skipped} skipped` : ""}`);
    return sum.failed === 0 && sum.passed > 0 ? 0 : 1;
}

main(() => command(process.argv.slice(2)));

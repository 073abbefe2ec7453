/** `npm test` and `npm run test:all`: the suites, their cost, and the totals over all of them. */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureConverged } from "../lab/converged";
import { ensureImage, releases } from "../lab/image";
import { Lab } from "../lab/lab";
import { ensureObjectStore } from "../lab/objectStore";
import { ensureRequirements, needs, obstacles } from "../lab/requirements";
import { UserError } from "../support/errors";
import { main, onInterrupt } from "../support/interrupt";
import { attempt, run } from "../support/run";
import { allEnded } from "../support/wait";
import { keepBudget } from "../toolchain/budget";
import { isRunning } from "../toolchain/locks";

import { cache, root } from "../toolchain/paths";
import { ensureLanguages, ensureToolchain } from "../toolchain/toolchain";
import { changedFiles, chosen } from "./changed";
import { lint } from "./lint";
import { python } from "./python";
import { failed, type Report, read, slowest, type Totals } from "./report";
import { yardstick } from "./yardstick";

const suites = ["lint", "unit", "keeper", "engine", "simulation", "lab"];

const help = `usage: npm test [-- OPTION …]
       npm run test:all [-- OPTION …]

Runs the suites ${suites.join(", ")}, and ends with the slowest files and the totals over all. \`npm test\`
proves each mechanism once; \`npm run test:all\` runs every test there is.

  --suite NAME    only this one: ${suites.join(", ")} (can be repeated)
  --no-lab        leave the lab tests out (they need root on Linux); without it they fail where they cannot run
  --name PATTERN  only tests whose name matches, whichever of the two they belong to
  --file PATTERN  only test files whose path contains this (can be repeated)
  --changed       only what the changes since the last commit touch

exit codes: 0 all passed, 1 something failed, 2 the command line is wrong
`;
/** How many things that burn CPU run side by side in the lab. A pulumi up spends half of its time waiting for Heartbeat. */
const turns = 2;

interface Choice {
    suites: string[];
    isAll: boolean;
    name?: string;
    /** Parts of the names of the files that are run, of all suites; none: all files. */
    files: string[];
    /** Whether only what has changed is run. */
    isChanged: boolean;
}

/** `scratch`: for whatever its tests put into the folder for temporary files. */
async function vitest(suite: string, { isAll, name, files }: Choice, scratch: string): Promise<Report> {
    const output = join(scratch, `${suite}.json`);
    const costs = join(scratch, `${suite}.costs`);
    const command = ["vitest", "run", "--config", "test/vitest.config.mts", "--project", suite, "--passWithNoTests"];
    const reporters = ["--reporter=verbose", "--reporter=json", `--outputFile.json=${output}`];
    const tags = isAll || name !== undefined ? [] : ["--tags-filter=!all"];
    const { code } = await attempt([...command, ...reporters, ...tags, ...(name ? ["-t", name] : []), ...files], {
        cwd: root,
        env: {
            ...process.env,
            HALB_TEST_LABS: `t${process.pid}-`,
            HALB_TEST_COSTS: costs,
            HALB_TEST_ALL: isAll ? "1" : undefined,
            TMPDIR: scratch,
        },
        timeout: 5_400_000,
        onLine: (line) => console.log(line),
    });
    return read(output, costs, code);
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

async function ensureImages(): Promise<void> {
    for (const release of releases) {
        await ensureImage(release);
    }
}

async function prepareLab({ isAll, name }: Choice, scratch: string): Promise<void> {
    const found = obstacles();
    if (found.length > 0) {
        throw new UserError(`${needs("the lab tests need", found)}\nTo leave them out: npm test -- --no-lab`);
    }
    await ensureRequirements();
    // What builds the one waits for the network while what builds the other does not.
    await allEnded([ensureToolchain(), ensureImages()]);
    if (isAll || name !== undefined) {
        await ensureLanguages(await ensureToolchain());
        await ensureObjectStore();
    }
    await removeLabs((pid) => !isRunning(pid));
    await ensureConverged(releases[0]);
    process.env.HALB_TEST_COMPILED = await compile();
    // A folder of this run's: the lab's tests run programs in folders of their own, of which nothing is worth keeping.
    process.env.NODE_COMPILE_CACHE = join(scratch, "node");
}

/** The package's programs, compiled as they are published; the tests start them some hundred times. */
async function compile(): Promise<string> {
    const folder = join(root, ".cache", "compiled");
    await run(["sh", "toolchain/build.sh", folder], { cwd: root });
    return folder;
}

function usage(message: string): number {
    process.stderr.write(`error: ${message}\n\n${help}`);
    return 2;
}

/** What the command line asks for; a text where it is wrong. */
function choose(args: string[]): Choice | string | undefined {
    const text = { type: "string" } as const;
    const flag = { type: "boolean" } as const;
    const list = { ...text, multiple: true } as const;
    const options = {
        help: flag,
        all: flag,
        "no-lab": flag,
        suite: list,
        name: text,
        file: list,
        changed: flag,
    } as const;
    try {
        const { values } = parseArgs({ args, options });
        const unknown = values.suite?.find((name) => !suites.includes(name));
        if (values.help) {
            return undefined;
        }
        if (unknown) {
            return `--suite: "${unknown}" is not one of ${suites.join(", ")}`;
        }
        const asked = values.suite ?? (values.name || values.file ? suites.filter((name) => name !== "lint") : suites);
        return {
            suites: asked.filter((name) => !(name === "lab" && values["no-lab"])),
            isAll: values.all ?? false,
            name: values.name,
            files: values.file ?? [],
            isChanged: values.changed ?? false,
        };
    } catch (error) {
        return (error as Error).message;
    }
}

/** Which suites are run, and which files of each. */
async function filesOfSuites({ suites: asked, files, isChanged }: Choice): Promise<[string, string[]][]> {
    if (!isChanged) {
        return asked.map((suite) => [suite, files]);
    }
    const touched = chosen(await changedFiles());
    return asked.flatMap((suite) => {
        const names = touched.get(suite);
        return names === undefined ? [] : [[suite, [...names, ...files]] as [string, string[]]];
    });
}

async function runSuite(suite: string, choice: Choice, scratch: string): Promise<Report> {
    console.log(`\n== ${suite}`);
    if (suite === "lint") {
        return lint();
    }
    if (suite === "keeper" || suite === "simulation") {
        return python(suite, choice.isAll);
    }
    if (suite === "lab") {
        await prepareLab(choice, scratch);
    }
    return vitest(suite, choice, scratch);
}

const minutes = (milliseconds: number) => (milliseconds / 60_000).toFixed(1);

async function command(args: string[]): Promise<number> {
    const choice = choose(args);
    if (choice === undefined) {
        process.stdout.write(help);
        return 0;
    }
    if (typeof choice === "string") {
        return usage(choice);
    }
    const began = performance.now();
    const scratch = mkdtempSync(join(tmpdir(), "test-"));
    // Tests run programs as other users, too.
    chmodSync(scratch, 0o1777);
    // Node.js keeps what it has compiled: the tests start it some thousand times.
    process.env.NODE_COMPILE_CACHE = join(cache, "node");
    const budget = keepBudget(join(scratch, "budget"), turns);
    const remove = async () => {
        budget.close();
        await removeLabs((pid) => pid === process.pid);
        rmSync(scratch, { recursive: true, force: true });
    };
    onInterrupt(remove);
    const reports: Report[] = [];
    for (const [suite, files] of await filesOfSuites(choice)) {
        reports.push(await runSuite(suite, { ...choice, files }, scratch));
    }
    await remove();
    return conclude(reports, choice, performance.now() - began);
}

function conclude(reports: Report[], choice: Choice, took: number): number {
    const left = reports.flatMap((report) => report.left);
    if (left.length > 0) {
        console.log(`\n${left.length} tests were left to "npm run test:all":`);
        for (const line of left) {
            console.log(`  ${line}`);
        }
    }
    console.log(`\n${slowest(reports.flatMap((report) => report.files)).join("\n")}`);
    const failures = reports.flatMap((report) => report.failures);
    if (failures.length > 0) {
        console.log(`\nfailed:\n${failed(failures).join("\n")}`);
    }
    console.log(
        `\n${minutes(took)} minutes; the yardstick, a fixed piece of computing, takes ${yardstick().toFixed(2)} s here`,
    );
    if (!choice.suites.includes("lab")) {
        console.log("the lab tests were left out");
    }
    const sum: Totals = { passed: 0, failed: 0, skipped: 0 };
    for (const { totals } of reports) {
        sum.passed += totals.passed;
        sum.failed += totals.failed;
        sum.skipped += totals.skipped;
    }
    console.log(`\n${sum.passed} passed, ${sum.failed} failed${sum.skipped ? `, ${sum.skipped} skipped` : ""}`);
    return sum.failed === 0 && sum.passed > 0 ? 0 : 1;
}

main(() => command(process.argv.slice(2)));

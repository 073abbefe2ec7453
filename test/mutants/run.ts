/** `npm run mutants`: changes the sources by one token at a time, and reports which changes no fast test notices. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { UserError } from "../../support/errors";
import { main, onInterrupt } from "../../support/interrupt";
import { run } from "../../support/run";
import { root } from "../../toolchain/paths";
import { changedFiles } from "../changed";
import { keeperMutants } from "./keeper";
import type { Mutant } from "./mutant";
import { typescriptMutants } from "./typescript";

/** What is mutated. In each of these folders the fast tests must kill at least `minimumScore` percent of the mutants. */
const folders = [
    "components/validate",
    "components/defaults",
    "components/render",
    "components/survey",
    "components/host/lib",
    "cli",
];
const minimumScore = 85;

const help = `usage: npm run mutants [-- OPTION … PATH …]

Changes one token of the sources at a time (a mutant) and runs the unit, engine and keeper tests and the
simulation's named schedules against it. Prints each mutant that no test notices, and the score of each folder:
the share of mutants that a test notices.

sources: ${folders.slice(0, 3).join(", ")},
         ${folders.slice(3).join(", ")}

  PATH      only sources below this path; without one: the sources that changed since the last commit
  --all     every source; takes some three hours on two cores
  --static  also TypeScript that runs once, when its module is loaded: such a mutant needs all tests, 25 s

exit codes: 0 each folder scores ${minimumScore} % or more, 1 one scores less, 2 the command line is wrong
`;

/** The sources that the command line asks for; a text where it is wrong, nothing where it asks for help. */
async function choose(args: string[]): Promise<{ sources: string[]; isStatic: boolean } | string | undefined> {
    try {
        const flag = { type: "boolean", default: false } as const;
        const options = { help: flag, all: flag, static: flag };
        const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
        if (values.help) {
            return undefined;
        }
        const tracked = (await run(["git", "ls-files", ...folders], { cwd: root })).split("\n").filter(isSource);
        const paths = values.all ? folders : positionals.length > 0 ? positionals : await changedFiles();
        const isChosen = (file: string) => paths.some((path) => file === path || file.startsWith(`${path}/`));
        const unknown = positionals.find(
            (path) => !tracked.some((file) => file === path || file.startsWith(`${path}/`)),
        );
        return unknown === undefined
            ? { sources: tracked.filter(isChosen), isStatic: values.static }
            : `no source to mutate below "${unknown}"`;
    } catch (error) {
        return (error as Error).message;
    }
}

function isSource(file: string): boolean {
    return /\.(ts|py)$/.test(file);
}

/** One line for each folder, the whole folders of `folders` first. Returns whether each score is high enough. */
function report(mutants: Mutant[]): boolean {
    for (const { file, line, change } of mutants.filter(({ isKilled }) => !isKilled)) {
        console.log(`survived: ${file}:${line}: ${change}`);
    }
    console.log(`\n${"mutants".padStart(8)} ${"killed".padStart(8)} ${"score".padStart(7)}  folder`);
    const scores = folders.map((folder) => {
        const own = mutants.filter(({ file }) => file.startsWith(`${folder}/`));
        const killed = own.filter(({ isKilled }) => isKilled).length;
        const score = (100 * killed) / own.length;
        if (own.length > 0) {
            const cells = [
                String(own.length).padStart(8),
                String(killed).padStart(8),
                `${score.toFixed(1)} %`.padStart(7),
            ];
            console.log(`${cells.join(" ")}  ${folder}`);
        }
        return own.length === 0 || score >= minimumScore;
    });
    return scores.every(Boolean);
}

async function command(args: string[]): Promise<number> {
    const choice = await choose(args);
    if (choice === undefined) {
        process.stdout.write(help);
        return 0;
    }
    if (typeof choice === "string") {
        process.stderr.write(`error: ${choice}\n\n${help}`);
        return 2;
    }
    const { sources, isStatic } = choice;
    if (sources.length === 0) {
        throw new UserError(`no source changed since the last commit; pass a path or --all`);
    }
    const scratch = mkdtempSync(join(tmpdir(), "mutants-"));
    const remove = async () => rmSync(scratch, { recursive: true, force: true });
    onInterrupt(remove);
    const isKeeper = (file: string) => file.startsWith("components/host/lib/");
    const began = performance.now();
    const mutants = [
        ...(await typescriptMutants(
            sources.filter((file) => file.endsWith(".ts")),
            scratch,
            isStatic,
        )),
        ...(await keeperMutants(sources.filter(isKeeper), scratch)),
    ];
    await remove();
    const isEnough = report(mutants);
    console.log(`\n${((performance.now() - began) / 60_000).toFixed(1)} minutes`);
    return isEnough ? 0 : 1;
}

main(() => command(process.argv.slice(2)));

/** Mutants of the keeper, by cosmic-ray: each core has a copy of the keeper and its tests, and some of its modules to mutate. */
import { cpSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { UserError } from "../../support/errors";
import { attempt, run } from "../../support/run";
import { allEnded } from "../../support/wait";
import { root } from "../../toolchain/paths";
import { venv } from "../../toolchain/python";
import type { Mutant } from "./mutant";

/** Seconds after which a mutant counts as killed: unmutated, keeper.sh takes 3 to 6 s. */
const limit = 40;
/** The modules that the simulation has stand-ins for: it cannot notice their mutants. */
const ports = /\/(ports\/(system|network|netlink|announcement)|prove|announce|__main__)\.py$/;
/** How often the progress is printed, in milliseconds. */
const printEvery = 60_000;

/**
 * The operators that are used, as patterns of names: what StrykerJS does to TypeScript. Most others, such as the shift of a difference
 * of times, fail in every test and would flatter the score. Left out because no test can notice them: `>=` for `>` between two
 * times, which are never equal, and 16 s for 15 s.
 */
const operators = [
    "AddNot",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceUnaryOperator_Delete_Not",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "ZeroIterationForLoop",
    "ExceptionReplacer",
    "RemoveDecorator",
    "ReplaceComparisonOperator_(Eq_NotEq|NotEq_Eq|Is_IsNot|IsNot_Is|Lt_GtE|LtE_Gt|Gt_LtE|GtE_Lt)",
    "ReplaceBinaryOperator_(Add_Sub|Sub_Add|Mul_Div|Div_Mul|FloorDiv_Mul|Mod_Mul|BitAnd_BitOr|BitOr_BitAnd|LShift_RShift|RShift_LShift)",
];

const configuration = (modules: string[], suites: string) => `[cosmic-ray]
module-path = ${JSON.stringify(modules)}
timeout = ${limit + 10}.0
excluded-modules = []
test-command = "timeout -k 1 ${limit} sh test/mutants/keeper.sh ${suites}"
[cosmic-ray.distributor]
name = "local"
[cosmic-ray.filters.operators-filter]
exclude-operators = [${JSON.stringify(`core/(?!(${operators.join("|")})$).*`)}]
`;

/** Of a line of `cosmic-ray dump`, what is used here: the work, and its result once there is one. */
type Line = [
    { mutations: { module_path: string; start_pos: [number, number] }[] },
    { worker_outcome: string; test_outcome: string; diff: string } | null,
];

const isSimulated = (module: string) => !ports.test(module);

/** Divides the modules among the cores, so that each core has as much text to mutate. */
function shares(modules: string[]): string[][] {
    // The keeper's tests wait for a second in all: one process more than cores.
    const cores = Array.from({ length: Math.min(availableParallelism() + 1, modules.length) }, () => ({
        modules: [] as string[],
        size: 0,
    }));
    const size = (module: string) => statSync(join(root, module)).size;
    for (const module of [...modules].sort((a, b) => size(b) - size(a))) {
        const core = cores.reduce((least, each) => (each.size < least.size ? each : least));
        core.modules.push(module);
        core.size += size(module);
    }
    return cores.map((core) => core.modules);
}

class Session {
    constructor(
        private readonly programs: string,
        private readonly folder: string,
        private readonly modules: string[],
        /** What keeper.sh runs beside the keeper's tests. */
        private readonly suites: "simulation" | "",
    ) {}

    async prepare(): Promise<void> {
        for (const path of ["components/host/lib", "test/keeper", "test/simulation", "test/mutants/keeper.sh"]) {
            mkdirSync(join(this.folder, path, ".."), { recursive: true });
            cpSync(join(root, path), join(this.folder, path), { recursive: true });
        }
        writeFileSync(join(this.folder, "config.toml"), configuration(this.modules, this.suites));
        await run([`${this.programs}/cosmic-ray`, "init", "config.toml", "session"], { cwd: this.folder });
        await run([`${this.programs}/cr-filter-operators`, "session", "config.toml"], { cwd: this.folder });
    }

    get isNeeded(): boolean {
        return this.modules.length > 0;
    }

    async testUnmutated(): Promise<void> {
        const { code, stdout, stderr } = await attempt(["sh", "test/mutants/keeper.sh", "simulation"], {
            cwd: this.folder,
        });
        if (code !== 0) {
            throw new UserError(`the keeper's tests fail without a mutant:\n${stdout}${stderr}`);
        }
    }

    async exec(): Promise<void> {
        await run([`${this.programs}/cosmic-ray`, "exec", "config.toml", "session"], {
            cwd: this.folder,
            timeout: 10_800_000,
        });
    }

    async lines(): Promise<Line[]> {
        const output = await run([`${this.programs}/cosmic-ray`, "dump", "session"], { cwd: this.folder });
        const lines: Line[] = output.split("\n").map((line) => JSON.parse(line));
        return lines.filter(([, result]) => result?.worker_outcome !== "skipped");
    }
}

async function printProgress(sessions: Session[]): Promise<void> {
    const lines = (await Promise.all(sessions.map((session) => session.lines()))).flat();
    const tested = lines.filter(([, result]) => result !== null);
    const survived = tested.filter(([, result]) => result?.test_outcome === "survived");
    console.log(`keeper: tested ${tested.length} of ${lines.length} mutants, ${survived.length} survived`);
}

/** The line that the mutant has in place of another one. */
function changedLine(diff: string): string {
    return diff
        .split("\n")
        .filter((line) => /^\+(?!\+)/.test(line))
        .map((line) => line.slice(1).trim())
        .join(" ");
}

function mutantOf([{ mutations }, result]: Line): Mutant {
    return {
        file: mutations[0].module_path,
        line: mutations[0].start_pos[0],
        change: changedLine(result?.diff ?? ""),
        isKilled: result?.test_outcome !== "survived",
    };
}

/** `scratch`: a folder for the copies that are mutated. */
export async function keeperMutants(modules: string[], scratch: string): Promise<Mutant[]> {
    if (modules.length === 0) {
        return [];
    }
    const programs = join(await venv("mutants"), "bin");
    const cores = shares(modules).map((share, i) =>
        [
            new Session(programs, join(scratch, `keeper-${i}`), share.filter(isSimulated), "simulation"),
            new Session(
                programs,
                join(scratch, `ports-${i}`),
                share.filter((module) => !isSimulated(module)),
                "",
            ),
        ].filter((session) => session.isNeeded),
    );
    const sessions = cores.flat();
    for (const session of sessions) {
        await session.prepare();
    }
    await sessions[0].testUnmutated();
    const timer = setInterval(() => printProgress(sessions).catch(() => {}), printEvery);
    const execAll = async (own: Session[]) => {
        for (const session of own) {
            await session.exec();
        }
    };
    try {
        await allEnded(cores.map(execAll));
    } finally {
        clearInterval(timer);
    }
    return (await Promise.all(sessions.map((session) => session.lines()))).flat().map(mutantOf);
}

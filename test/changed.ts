/** `npm test -- --changed`: what a change touches. */

import { run } from "../support/run";
import { root } from "../toolchain/paths";

/** Suites, and of each the parts of names of the files that are run; none: all of them. */
export type Chosen = Map<string, string[]>;

/** By the path of a file: which suites look at it, `suite` or `suite: part of a file's name`. The first one that matches counts. */
const touched: [RegExp, (...groups: string[]) => string[]][] = [
    [/^test\/(unit|engine|lab)\/(.+)\.test\.ts$/, (suite, name) => [`${suite}: ${name}`]],
    [/^test\/simulation\/heartbeat/, () => ["simulation", "lab: model"]],
    [/^test\/(keeper|simulation)\//, (suite) => [suite]],
    [/^test\/lab\//, () => ["lab"]],
    [/^components\/host\/lib\//, () => ["unit: runbook", "keeper", "simulation", "lab: Events"]],
    [/^components\/(host|steps\/sh)\//, () => ["unit", "lab: classic", "lab: rolling", "lab: openConnections"]],
    [/^components\/steps\//, () => ["unit", "engine", "lab: classic"]],
    [/^components\/survey\//, () => ["unit", "engine", "lab: drift", "lab: program"]],
    [/^(components\/|index\.ts|Pulumi)/, () => ["unit", "engine", "lab: program"]],
    [/^cli\//, () => ["unit", "lab: halb"]],
    [/^lab\/events\/(power|processes|network|haproxy)\.ts$/, (kind) => [`lab: ${kind}Events`]],
    [/^bench\//, () => ["unit: availability", "lab: powerEvents"]],
    [/^lab\//, () => ["lab: lab.test", "lab: powerEvents"]],
    [/^(toolchain|support)\//, () => ["unit", "lab: program"]],
    [/^(examples|docs)\/|\.md$/, () => ["unit: docs", "unit: runbook"]],
    [/^(package|tsconfig|biome)/, () => ["unit", "engine"]],
    [/^test\//, () => ["unit", "engine"]],
];

export function chosen(files: string[]): Chosen {
    const found: Chosen = new Map([["lint", []]]);
    const isWhole = new Set<string>();
    for (const file of files) {
        const [pattern, words] = touched.find(([each]) => each.test(file)) ?? [];
        const groups = pattern?.exec(file)?.slice(1) ?? [];
        for (const word of words?.(...groups) ?? []) {
            const [suite, name] = word.split(": ");
            if (name === undefined) {
                isWhole.add(suite);
            }
            found.set(suite, [...(found.get(suite) ?? []), ...(name === undefined ? [] : [name])]);
        }
    }
    return new Map([...found].map(([suite, names]) => [suite, isWhole.has(suite) ? [] : [...new Set(names)]]));
}

/** Against the last commit, with what git does not know yet. */
export async function changedFiles(): Promise<string[]> {
    const changed = await run(["git", "diff", "--name-only", "HEAD"], { cwd: root });
    const added = await run(["git", "ls-files", "--others", "--exclude-standard"], { cwd: root });
    return `${changed}\n${added}`.split("\n").filter(Boolean);
}

/** The documentation: no link leads nowhere, and no command in it is one that does not exist. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import manifest from "../../package.json";

const root = join(__dirname, "..", "..");
const pages = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.md"], { cwd: root, encoding: "utf8" })
    .trim()
    .split("\n")
    .filter((page) => existsSync(join(root, page)));
const text = (page: string) => readFileSync(join(root, page), "utf8");

/** A heading's anchor, as GitHub makes it. */
function anchor(heading: string): string {
    return heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-");
}

function anchorsOf(page: string): string[] {
    return [...text(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchor(heading));
}

test.each(pages)("%s: every link has a target", (page) => {
    const links = [...text(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link);
    const broken = links.filter((link) => {
        if (/^https?:/.test(link)) {
            return false;
        }
        const [path, fragment] = link.split("#");
        const target = path === "" ? page : join(dirname(page), path);
        const isThere = existsSync(join(root, target));
        return !isThere || (fragment !== undefined && target.endsWith(".md") && !anchorsOf(target).includes(fragment));
    });
    expect(broken).toEqual([]);
});

/** What is between backquotes and in blocks of commands. */
function code(page: string): string[] {
    const blocks = [...text(page).matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block]) =>
        block.split("\n").map((line) => line.replace(/(^|\s)#.*/, "")),
    );
    const words = [
        ...text(page)
            .replace(/^```.*?^```$/gms, "")
            .matchAll(/`([^`]+)`/g),
    ].map(([, word]) => word);
    return [...blocks, ...words];
}

test("every npm task in the documents exists", () => {
    const named = pages.flatMap(code).flatMap((line) => [...line.matchAll(/npm run (?:--silent )?([a-z][\w-]*)/g)]);
    expect(named.length).toBeGreaterThan(20);
    expect([...new Set(named.map(([, name]) => name))].filter((name) => !(name in manifest.scripts))).toEqual([]);
});

const helps = new Map<string, string>();

/** A program's own help, and all that it can be asked for. */
function helpOf(program: string, ...words: string[]): string {
    const command = ["--import", "tsx", join(root, program), ...words, "--help"];
    const known = helps.get(command.join(" "));
    const help = known ?? execFileSync(process.execPath, command, { cwd: root, encoding: "utf8" });
    helps.set(command.join(" "), help);
    return help;
}

const programs: [string, RegExp, string][] = [
    ["halb", /(?:^|\s)halb (?:-- )?([a-z][\w-]*)([^|&#`]*)/g, "cli/halb.ts"],
    ["bench", /npm run bench -- ([a-z][\w-]*)([^|&#`]*)/g, "bench/cli.ts"],
    ["lab", /npm run lab -- ([a-z][\w-]*)((?:(?! -- )[^|&#`])*)/g, "lab/cli.ts"],
];

test.each(programs)(
    "every command and option of %s in the documents exists",
    { tags: ["all"] },
    (name, pattern, program) => {
        const general = helpOf(program);
        const named = pages.flatMap(code).flatMap((line) => [...line.matchAll(pattern)]);
        expect(named.length).toBeGreaterThan(4);
        for (const [line, command, rest] of named) {
            expect(general, line).toMatch(new RegExp(`^ +(?:halb )?${command}\\b`, "m"));
            const options = [...rest.matchAll(/(?<=\s)--([a-z][\w-]*)/g)].map(([, option]) => `--${option}`);
            const help = name === "halb" ? helpOf(program, command) : general;
            expect(
                options.filter((option) => !help.includes(option)),
                line,
            ).toEqual([]);
        }
    },
);

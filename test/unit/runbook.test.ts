/** The runbook knows every error that a step can end with, and every line that the keeper can write. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(__dirname, "..", "..");
const runbook = readFileSync(join(root, "docs", "runbook.md"), "utf8");

function texts(dir: string, ending: string): string {
    const all = readdirSync(join(root, dir), { recursive: true, encoding: "utf8" });
    const names = all.filter((name) => name.endsWith(ending));
    return names.map((name) => readFileSync(join(root, dir, name), "utf8")).join("\n");
}

/** The longest part of a message in which nothing is filled in. */
function constantPart(message: string): string {
    const fixed = message.replace(/\$\(.*$/s, "").split(/\\?"|\$\{[^}]*\}|\$[a-z0-9_@]+|\{[^}]*\}|[:;] here are/);
    return fixed.map((part) => part.replace(/^[:; ]+|[:( ]+$/g, "")).reduce((a, b) => (b.length > a.length ? b : a));
}

const errors = [
    ...`${texts("components/steps/sh", ".sh")}\n${texts("cli/sh", ".sh")}`.matchAll(
        /\b(?:fail |refuse |none=|why=)(?:'([^']+)'|"((?:[^"\\]|\\.)+))/g,
    ),
]
    .map(([, single, double]) => constantPart(single ?? double))
    .filter((part) => !["", "@", "unknown action"].includes(part));

describe("errors of the steps are in the runbook", () => {
    test.each([...new Set(errors)])("%s", (part) => {
        expect(runbook).toContain(part);
    });
    test("finds more than a few", () => expect(errors.length).toBeGreaterThan(30));
});

const lines = [...texts("components/host/lib", ".py").matchAll(/\blog\(\s*f?"((?:[^"\\]|\\.)+)"/g)]
    .map(([, text]) => constantPart(text))
    .filter((part) => part.length > 3);

describe("log lines of the keeper are in the runbook", () => {
    test.each([...new Set(lines)])("%s", (part) => {
        expect(runbook).toContain(part);
    });
    test("finds more than a few", () => expect(lines.length).toBeGreaterThan(8));
});

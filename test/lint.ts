/** Style and types, each tool counted as one test. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { attempt, run } from "../support/run";
import { aptInstall } from "../toolchain/apt";
import { buildGoTool } from "../toolchain/go";
import { cache, root } from "../toolchain/paths";
import { venv } from "../toolchain/python";
import type { Report } from "./report";

/** The shell scripts without the ending .sh: programs on the load balancers, named as the field names them. */
const scriptsWithoutEnding = ["components/host/VirtualIp"];

async function shellScripts(): Promise<string[]> {
    const listed = await run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.sh"], { cwd: root });
    return [...listed.split("\n").filter((file) => existsSync(`${root}/${file}`)), ...scriptsWithoutEnding];
}

async function ensureShellTools(): Promise<void> {
    const missing = ["shellcheck", "shfmt"].filter((tool) => !existsSync(`/usr/bin/${tool}`));
    if (missing.length > 0 && existsSync("/usr/bin/apt-get") && process.getuid?.() === 0) {
        console.log(`installing ${missing.join(" and ")} …`);
        // Where that fails, the check that lacks its tool says so.
        await aptInstall(missing).catch(() => {});
    }
}

interface Check {
    what: string;
    passed: boolean;
}

async function check(what: string, command: string[]): Promise<Check> {
    let output = "";
    let passed = false;
    try {
        const result = await attempt(command, { cwd: root });
        output = result.stdout + result.stderr;
        passed = result.code === 0;
    } catch (error) {
        output = (error as Error).message;
    }
    console.log(` ${passed ? "✓" : "×"} ${what}`);
    if (!passed) {
        console.log(output);
    }
    return { what, passed };
}

/** The Python of the load balancers (mypy.ini), its tests and its simulation (ruff.toml). */
async function checkPython(): Promise<Check[]> {
    const bin = join(await venv("lint"), "bin");
    const ruff = join(bin, "ruff");
    const folders = ["components/host/lib", "test/keeper", "test/simulation"];
    return [
        await check("types of the keeper (mypy)", [join(bin, "mypy"), "--cache-dir", join(cache, "mypy")]),
        await check("Python (ruff)", [ruff, "check", "--no-cache", ...folders]),
        await check("Python style (ruff format)", [ruff, "format", "--no-cache", "--check", ...folders]),
    ];
}

/** GitHub's and GitLab's pipelines; the linters come from where their languages keep programs. */
async function checkPipelines(): Promise<Check[]> {
    const dir = "examples/pipelines";
    const actionlint = await buildGoTool("actionlint", "github.com/rhysd/actionlint/cmd/actionlint");
    const python = await venv("lint");
    const gitlab = [`${python}/bin/check-jsonschema`, "--builtin-schema", "vendor.gitlab-ci"];
    return [
        await check("pipelines (actionlint)", [
            actionlint,
            "-shellcheck=shellcheck",
            "-config-file",
            `${dir}/actionlint.yaml`,
            `${dir}/github-actions.yml`,
            ".github/workflows/release.yml",
        ]),
        await check("pipelines (GitLab's schema)", [
            ...gitlab,
            "--data-transform",
            "gitlab-ci",
            `${dir}/gitlab-ci.yml`,
        ]),
    ];
}

/** What layers.cjs has rules for. */
const sources = ["index.ts", "components", "support", "cli", "toolchain", "lab", "bench", "test", "examples"];

export async function lint(): Promise<Report> {
    await ensureShellTools();
    const scripts = await shellScripts();
    const results = [
        await check("style (biome)", ["biome", "ci", "--error-on-warnings"]),
        // Pulumi reads noCheck from tsconfig.json: without it, every first preview of a checkout takes 2 s longer.
        await check("types (tsc)", ["tsc", "--project", ".", "--noCheck", "false"]),
        await check("layers (dependency-cruiser)", ["depcruise", "--config", "layers.cjs", ...sources]),
        await check("dead code (knip)", ["knip", "--no-progress"]),
        await check("shell scripts (shellcheck)", ["shellcheck", ...scripts]),
        await check("shell style (shfmt)", ["shfmt", "-i", "4", "-ci", "-d", ...scripts]),
        ...(await checkPython()),
        ...(await checkPipelines()),
    ];
    const failures = results
        .filter(({ passed }) => !passed)
        .map(({ what }) => ({ name: `lint: ${what}`, message: "" }));
    const failed = failures.length;
    return { totals: { passed: results.length - failed, failed, skipped: 0 }, files: [], left: [], failures };
}

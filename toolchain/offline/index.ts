/** Builds Pulumi from the package registries, for machines without an installed one: see README.md. Called by toolchain.ts. */
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { UserError } from "../../support/errors";
import { step } from "../../support/progress";
import { run } from "../../support/run";
import { filesBelow } from "../files";
import { goEnvironment } from "../go";
import { cache, root } from "../paths";
import { versions } from "../versions";
import { leaner } from "./cli/leaner";

const sources = join(root, "toolchain", "offline");
const target = join(cache, "toolchain", "offline");
const bin = join(target, "bin");
const home = join(target, "home");

/** Smaller binaries that do not depend on where they were built. */
const goFlags = ["-tags", "osusergo,grpcnotrace", "-trimpath"];

/** Changes with what a part is built from. */
function recipe(dir: string): string {
    const hash = createHash("sha256").update(JSON.stringify([versions, goFlags]));
    for (const file of filesBelow(dir)) {
        hash.update(readFileSync(file));
    }
    return hash.digest("hex");
}

interface Part {
    name: string;
    what: string;
    /** The folder whose content decides whether the part must be built again. */
    from: string;
    build: () => Promise<void>;
}

const parts: Part[] = [
    {
        name: "cli",
        what: "building the Pulumi CLI from its Go module (about 3 minutes, once)",
        from: join(sources, "cli"),
        build: buildCli,
    },
    ...(["command", "random"] as const).map((name) => ({
        name,
        what: `building the stand-in for the ${name} plugin (about a minute, once)`,
        from: join(sources, "plugins"),
        build: () => buildPlugin(name),
    })),
    {
        name: "language-host",
        what: "bundling the stand-in for the Node.js language host",
        from: join(sources, "language-host"),
        build: installLanguageHost,
    },
];

/** Needed only by those who use the component from another language. */
const languages: Part = {
    name: "languages",
    what: "building the YAML language host and the SDK generators (about 3 minutes, once)",
    from: join(sources, "languages"),
    build: buildLanguages,
};

function mark(part: Part): string {
    return join(target, `${part.name}.recipe`);
}

function isBuilt(part: Part): boolean {
    return existsSync(mark(part)) && readFileSync(mark(part), "utf8") === recipe(part.from);
}

async function goBuild(dir: string, what: string, output: string, symbols: string, more: string[] = []): Promise<void> {
    const command = ["go", "build", ...goFlags, ...more, "-ldflags", `-s -w -X ${symbols}`, "-o", output, what];
    // The compilers live for seconds: to collect their garbage costs more than the memory.
    const env = { ...(await goEnvironment()), GOGC: "400" };
    await run(command, { cwd: dir, env, timeout: 3_600_000 });
}

function checkVersions(): void {
    const pinned = /pulumi\/pkg\/v3 v(\S+)/.exec(readFileSync(join(sources, "cli", "go.mod"), "utf8"))?.[1];
    if (pinned !== versions.pulumi) {
        throw new UserError(
            `toolchain/offline/cli/go.mod has Pulumi ${pinned}, package-lock.json has ${versions.pulumi}; make them the same`,
        );
    }
}

async function buildCli(): Promise<void> {
    const dir = join(sources, "cli");
    const list = ["go", "list", "-m", "-f", "{{.Dir}}", "github.com/pulumi/pulumi/pkg/v3"];
    await run(["go", "mod", "download"], { cwd: dir, env: await goEnvironment(), timeout: 1_800_000 });
    const module = await run(list, { cwd: dir, env: await goEnvironment() });
    await goBuild(
        dir,
        "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        join(bin, "pulumi"),
        `github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${versions.pulumi}`,
        ["-mod=mod", "-modfile", leaner(module, dir, join(target, "leaner"))],
    );
}

async function buildPlugin(name: "command" | "random"): Promise<void> {
    const binary = join(target, `pulumi-resource-${name}`);
    await goBuild(join(sources, "plugins"), `./cmd/pulumi-resource-${name}`, binary, `main.version=${versions[name]}`);
    rmSync(join(home, "plugins", `resource-${name}-v${versions[name]}`), { recursive: true, force: true });
    await run([join(bin, "pulumi"), "plugin", "install", "resource", name, versions[name], "--file", binary], {
        env: { ...process.env, ...environment, PULUMI_BACKEND_URL: `file://${target}` },
    });
}

async function buildLanguages(): Promise<void> {
    const dir = join(sources, "languages");
    const yaml = "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml";
    await goBuild(dir, yaml, join(bin, "pulumi-language-yaml"), "main.version=offline");
    const generator = join(bin, "pulumi-language-python");
    await goBuild(dir, "./cmd/pulumi-language-sdk", generator, `main.version=${versions.pulumi}`);
    copyFileSync(generator, join(bin, "pulumi-language-go"));
}

/**
 * A real file beside the CLI: one found elsewhere on PATH makes the CLI warn at every run. It runs the first `node` on PATH, because several
 * checkouts can share the cache: a path into node_modules is gone with the checkout that built the file.
 */
async function installLanguageHost(): Promise<void> {
    const bundle = join(target, "language-host.cjs");
    await build({
        entryPoints: [join(sources, "language-host", "host.ts")],
        outfile: bundle,
        bundle: true,
        platform: "node",
        define: { SDK_VERSION: JSON.stringify(versions.pulumi) },
        logLevel: "error",
    });
    const wrapper = join(bin, "pulumi-language-nodejs");
    writeFileSync(wrapper, `#!/bin/sh\nexec node "${bundle}" "$@"\n`);
    chmodSync(wrapper, 0o755);
}

const environment = {
    PULUMI_HOME: home,
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
};

/**
 * Pulumi logs every call of its engine to PULUMI_HOME/logs, and has no option against it. In some hundred runs of the tests that takes
 * a tenth of the CPU and half a gigabyte. A file in the folder's place stops it: Pulumi runs on without that log.
 */
function stopEngineLog(): void {
    const logs = join(home, "logs");
    if (!statSync(logs, { throwIfNoEntry: false })?.isFile()) {
        rmSync(logs, { recursive: true, force: true });
        mkdirSync(home, { recursive: true });
        writeFileSync(logs, "");
    }
}

/** Returns the folder of the `pulumi` program, and what it needs in its environment. */
export async function ensureOfflineToolchain(): Promise<{ bin: string; env: Record<string, string> }> {
    checkVersions();
    mkdirSync(bin, { recursive: true });
    stopEngineLog();
    for (const part of parts) {
        await ensure(part);
    }
    return { bin, env: environment };
}

async function ensure(part: Part): Promise<void> {
    if (!isBuilt(part)) {
        await step(part.what, part.build);
        writeFileSync(mark(part), recipe(part.from));
    }
}

/** The generators of SDKs in other languages, which an installed Pulumi has. */
export async function ensureOfflineLanguages(): Promise<void> {
    await ensure(languages);
}

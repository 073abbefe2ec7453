/** The package as npm publishes it, installed in a folder of its own, somewhere else: as its users have it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { parse, stringify } from "yaml";
import type { Lab } from "../../lab/lab";
import type { Settings } from "../../lab/pulumi";
import manifest from "../../package.json";
import { cache, root } from "../../toolchain/paths";
import { run } from "../../toolchain/shell";
import { Stack } from "../../toolchain/stack";
import { ensureToolchain, pulumiEnvironment } from "../../toolchain/toolchain";

export interface Installed {
    dir: string;
    /** The files in the package. */
    packed: string[];
}

const pack = ["npm", "pack", "--json", "--silent"];

/** A folder with a copy of the project's folder `from`, if any, and the package in it; there while the file's tests run. */
export function useInstalled(from?: string): Installed {
    const dir = mkdtempSync(join(tmpdir(), "package-"));
    const used: Installed = { dir, packed: [] };
    beforeAll(async () => {
        const [report]: [{ filename: string; files: { path: string }[] }] = JSON.parse(
            // Test files run side by side, and packing builds dist/ anew.
            await run(["flock", join(cache, "pack.lock"), ...pack, "--pack-destination", dir], { cwd: root }),
        );
        used.packed = report.files.map(({ path }) => path);
        const alone = [`@pulumi/pulumi@${manifest.devDependencies["@pulumi/pulumi"]}`, join(dir, report.filename)];
        if (from) {
            cpSync(join(root, from), dir, { recursive: true });
        } else {
            writeFileSync(join(dir, "package.json"), JSON.stringify({ name: "elsewhere", private: true }));
        }
        const words = ["npm", "install", "--silent", "--no-audit", "--no-fund"];
        await run([...words, ...(from ? [] : alone)], { cwd: dir });
    });
    afterAll(() => rmSync(dir, { recursive: true, force: true }));
    return used;
}

/** A stack of the program in a folder, in front of a lab's hosts, with its configuration; `sshPrivateKey` is the lab's. */
export async function stackIn(dir: string, lab: Lab, name: string, settings: Settings): Promise<Stack> {
    const env = pulumiEnvironment(await ensureToolchain(), join(lab.scratch, "state"));
    const stack = new Stack({ enter: lab.enter, env, dir, name });
    await stack.create();
    configure(stack, settings);
    await stack.run(["config", "set", "--secret", "sshPrivateKey"], {
        input: readFileSync(lab.privateKeyFile, "utf8"),
    });
    return stack;
}

/** Sets keys of a stack's configuration. */
export function configure({ place }: Stack, settings: Settings): void {
    const project = parse(readFileSync(join(place.dir, "Pulumi.yaml"), "utf8")).name;
    const file = join(place.dir, `Pulumi.${place.name}.yaml`);
    const { config, ...rest } = parse(readFileSync(file, "utf8"));
    const own = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`${project}:${key}`, value]));
    writeFileSync(file, stringify({ ...rest, config: { ...config, ...own } }));
}

/** A host's line in a lab's known_hosts, as `hostKey` wants it. */
export function hostKey({ knownHostsFile }: Lab, address: string): string {
    const line = readFileSync(knownHostsFile, "utf8")
        .split("\n")
        .find((each) => each.startsWith(`${address} `));
    return (line as string).split(" ").slice(1, 3).join(" ");
}

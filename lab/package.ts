/** The package as npm publishes it, installed in a folder of its own, somewhere else, and stacks of programs there. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import manifest from "../package.json";
import { run } from "../support/run";
import { cache, root } from "../toolchain/paths";
import { Stack } from "../toolchain/stack";
import { ensureToolchain, pulumiEnvironment } from "../toolchain/toolchain";
import type { Lab } from "./lab";
import type { Settings } from "./pulumi";

const pack = ["npm", "pack", "--json", "--silent"];

export interface Packed {
    files: string[];
    /** In bytes. */
    size: number;
}

/** Installs the package in `dir`, beside a copy of the project's folder `from`, if any; else with the oldest SDK that it promises to work with. */
export async function installPackage(dir: string, from?: string): Promise<Packed> {
    // Runs can be side by side, and packing builds dist/ anew.
    const words = ["flock", join(cache, "pack.lock"), ...pack, "--pack-destination", dir];
    const [report]: [{ filename: string; size: number; files: { path: string }[] }] = JSON.parse(
        await run(words, { cwd: root }),
    );
    const alone = [
        `@pulumi/pulumi@${manifest.peerDependencies["@pulumi/pulumi"].replace("^", "")}`,
        join(dir, report.filename),
    ];
    if (from) {
        cpSync(join(root, from), dir, { recursive: true });
    } else {
        writeFileSync(join(dir, "package.json"), JSON.stringify({ name: "elsewhere", private: true }));
    }
    const install = ["npm", "install", "--silent", "--no-audit", "--no-fund"];
    await run([...install, ...(from ? [] : alone)], { cwd: dir });
    return { files: report.files.map(({ path }) => path), size: report.size };
}

/**
 * A stack of the program in a folder, in front of a lab's hosts, with its configuration; `sshPrivateKey` is the lab's. `own` is put
 * over the environment.
 */
export async function stackIn(
    dir: string,
    lab: Lab,
    name: string,
    settings: Settings,
    own: NodeJS.ProcessEnv = {},
): Promise<Stack> {
    const env = pulumiEnvironment(await ensureToolchain(), join(lab.scratch, "state"));
    const stack = new Stack({ enter: lab.enter, env: { ...env, ...own }, dir, name });
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

/** A lab's load balancers as `hosts` wants them. */
export function declaredHosts(lab: Lab): { name: string; address: string; hostKey: string }[] {
    return lab.loadBalancers.map(({ plan: { fqdn, address } }) => ({
        name: fqdn,
        address,
        hostKey: hostKey(lab, address),
    }));
}

/**
 * Gets Pulumi: the one that is installed; else one built from what the package registries carry (see offline/README.md). Nothing is
 * downloaded whose checksum is not in this repository.
 */
import { mkdirSync } from "node:fs";
import { delimiter } from "node:path";
import { offlineToolchain } from "./offline";
import { cache } from "./paths";
import { attempt } from "./shell";

export interface Toolchain {
    /** `offline`: with stand-ins for the language host and the two plugins. */
    kind: "installed" | "offline";
    /** The folder of the `pulumi` program. */
    bin: string;
    /** What Pulumi needs in its environment beside PATH. */
    env: Record<string, string>;
}

async function installed(): Promise<Toolchain | undefined> {
    const found = await attempt(["sh", "-c", "command -v pulumi"]);
    const bin = found.stdout.trim().replace(/\/pulumi$/, "");
    return found.code === 0 && !bin.startsWith(cache) ? { kind: "installed", bin, env: {} } : undefined;
}

export async function ensureToolchain(): Promise<Toolchain> {
    return (await installed()) ?? (await offlineToolchain());
}

/**
 * The environment in which `pulumi` runs for the demo, the tests and `npm run pulumi`: state in a
 * folder, no prompt, no look for updates.
 */
export function pulumiEnvironment(toolchain: Toolchain, stateDir: string): NodeJS.ProcessEnv {
    mkdirSync(stateDir, { recursive: true });
    return {
        ...process.env,
        // The tests' own SSH connections use the lab's key; a broken agent would stop them.
        SSH_AUTH_SOCK: "",
        PULUMI_CONFIG_PASSPHRASE: "",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_BACKEND_URL: `file://${stateDir}`,
        ...toolchain.env,
        PATH: [toolchain.bin, process.env.PATH].join(delimiter),
    };
}

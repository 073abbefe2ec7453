/**
 * Finds Pulumi for the lab, the tests and `npm run pulumi`: the installed one, or else one that is built from the package registries
 * (offline/README.md), whose every download has a checksum in this repository.
 */
import { mkdirSync } from "node:fs";
import { delimiter } from "node:path";
import { attempt } from "../support/run";
import { ensureOfflineLanguages, ensureOfflineToolchain } from "./offline";
import { cache } from "./paths";

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
    return (await installed()) ?? { kind: "offline", ...(await ensureOfflineToolchain()) };
}

/** What generates SDKs in other languages, for a toolchain that does not bring it. */
export async function ensureLanguages({ kind }: Toolchain): Promise<void> {
    if (kind === "offline") {
        await ensureOfflineLanguages();
    }
}

/** The environment of `pulumi` for the demo, the tests and `npm run pulumi`: state in a folder, no prompt, no check for updates. */
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

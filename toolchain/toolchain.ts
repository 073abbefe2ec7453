/**
 * Gets Pulumi: the one that is installed; else the official one; else, where no download site can
 * be reached, one built from what the package registries carry (see offline/README.md).
 */
import { existsSync, mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { builtOfflineToolchain, offlineToolchain } from "./offline";
import { cache } from "./paths";
import { attempt, run, step } from "./shell";
import { versions } from "./versions";

export interface Toolchain {
    /** `offline`: with stand-ins for the language host and the two plugins. */
    kind: "installed" | "official" | "offline";
    /** The folder of the `pulumi` program. */
    bin: string;
    /** What Pulumi needs in its environment beside PATH. */
    env: Record<string, string>;
}

const official = join(cache, "toolchain", "official");

async function installed(): Promise<Toolchain | undefined> {
    const found = await attempt(["sh", "-c", "command -v pulumi"]);
    const bin = found.stdout.trim().replace(/\/pulumi$/, "");
    return found.code === 0 && !bin.startsWith(cache) ? { kind: "installed", bin, env: {} } : undefined;
}

function archive(): string {
    const platform = process.platform === "darwin" ? "darwin" : "linux";
    return `https://get.pulumi.com/releases/sdk/pulumi-v${versions.pulumi}-${platform}-${process.arch}.tar.gz`;
}

const downloaded: Toolchain = {
    kind: "official",
    bin: join(official, "pulumi"),
    env: { PULUMI_HOME: join(official, "home") },
};

function alreadyDownloaded(): Toolchain | undefined {
    return existsSync(join(downloaded.bin, "pulumi")) ? downloaded : undefined;
}

async function download(): Promise<Toolchain | undefined> {
    mkdirSync(official, { recursive: true });
    const fetched = await step("downloading Pulumi", async () => {
        const file = join(official, "pulumi.tar.gz");
        const result = await attempt(["curl", "-fsSL", "--connect-timeout", "10", "-o", file, archive()]);
        if (result.code === 0) {
            await run(["tar", "-xzf", file, "-C", official]);
        }
        return result.code === 0;
    });
    return fetched ? downloaded : undefined;
}

export async function ensureToolchain(): Promise<Toolchain> {
    return (
        (await installed()) ??
        alreadyDownloaded() ??
        builtOfflineToolchain() ??
        (await download()) ??
        (await offlineToolchain())
    );
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

/** `npm run toolchain` installs Pulumi. `npm run pulumi -- …` runs it. `npm run halb -- …` runs halb with it. */
import { join } from "node:path";
import { main } from "../support/interrupt";
import { onTerminal, run } from "../support/run";
import { releaseDeadLocks } from "./locks";
import { cache, root } from "./paths";
import { ensureToolchain, pulumiEnvironment } from "./toolchain";

const help = `usage: npm run toolchain          make sure that Pulumi is there
       npm run pulumi -- ARG …    run it, with its state in .cache/state
       npm run halb -- ARG …      run halb; without a Pulumi of yours, with that one and its state

In front of the lab's hosts: npm run lab -- exec -- npm run pulumi -- up --stack dev
`;

const notes = {
    installed: "the one that is installed",
    offline:
        "built here; the language host and the plugins command and random are stand-ins (toolchain/offline/README.md)",
};

async function command([what, ...args]: string[]): Promise<number> {
    if (what === "--help" || what === "-h") {
        process.stdout.write(help);
        return 0;
    }
    const toolchain = await ensureToolchain();
    const halb = [join(root, "node_modules", ".bin", "tsx"), join(root, "cli", "halb.ts"), ...args];
    if (what === "halb" && toolchain.kind === "installed") {
        // With the state backend of the user's own Pulumi.
        return onTerminal(halb);
    }
    const env = pulumiEnvironment(toolchain, join(cache, "state"));
    if (what === "halb") {
        return onTerminal(halb, env);
    }
    if (what !== "pulumi") {
        console.log(`Pulumi ${await run(["pulumi", "version"], { env })}: ${notes[toolchain.kind]}`);
        return 0;
    }
    for (const line of releaseDeadLocks(env)) {
        process.stderr.write(`${line}\n`);
    }
    return onTerminal(["pulumi", ...args], env);
}

main(() => command(process.argv.slice(2)));

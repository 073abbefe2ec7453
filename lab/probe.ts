/** What a client sees (support/client.ts), from a process of its own in the lab. */
import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { isGood, longestGap, type Shot } from "../support/client";
import { sleep } from "../support/wait";
import { root } from "../toolchain/paths";
import type { Lab } from "./lab";

export interface Sighting {
    shots: Shot[];
    sent: number;
    /** Requests without an answer of status 2xx or 3xx in time. */
    failed: number;
    /** Of those, the ones whose connection was reset: it was open while the virtual IP went to the other host. */
    broken: number;
    /**
     * Seconds between the sending of the last request that was answered and the first answer after the gap: the longest
     * of the run.
     */
    gap: number;
}

export interface ProbeOptions {
    /** Milliseconds between two requests. Default: 10. */
    interval?: number;
    /** Milliseconds after which each is given up. Default: 500. */
    timeout?: number;
}

/** The program in one file, made once for each lab: to load it as TypeScript would cost more CPU than ten seconds of sending. */
function program(lab: Lab): string {
    const outfile = join(lab.scratch, "probe.cjs");
    if (!existsSync(outfile)) {
        const entryPoints = [join(root, "lab", "probeProcess.ts")];
        buildSync({ entryPoints, outfile, bundle: true, platform: "node", logLevel: "error" });
    }
    return outfile;
}

export class Probe {
    private constructor(
        private readonly child: ChildProcess,
        private readonly output: Promise<string>,
    ) {}

    static async start(lab: Lab, url: string, { interval = 10, timeout = 500 }: ProbeOptions = {}): Promise<Probe> {
        const command = [process.execPath, program(lab), url, String(interval), String(timeout)];
        let child: ChildProcess | undefined;
        let output: Promise<string> | undefined;
        await new Promise<void>((resolve, reject) => {
            output = lab.run(command, {
                keepInputOpen: true,
                timeout: 3_600_000,
                onSpawn: (spawned) => (child = spawned),
                onLine: (line) => line === "sending" && resolve(),
            });
            output.catch(reject);
        });
        // Some answers, so that a gap has a beginning.
        await sleep(200);
        return new Probe(child as ChildProcess, output as Promise<string>);
    }

    /** Stops sending and says what was seen. */
    async stop(): Promise<Sighting> {
        this.child.stdin?.end();
        const shots: Shot[] = JSON.parse(await this.output);
        return {
            shots,
            sent: shots.length,
            failed: shots.filter((shot) => !isGood(shot)).length,
            broken: shots.filter(({ error }) => error === "ECONNRESET").length,
            gap: longestGap(shots) / 1000,
        };
    }
}

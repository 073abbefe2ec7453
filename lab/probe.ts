/**
 * What a client sees: requests at a fixed rate, open loop. A client that waits for each answer before it sends the next
 * request sends nothing while nobody answers, and so hides most of a gap.
 */
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { root } from "../toolchain/paths";
import { sleep } from "../toolchain/shell";
import type { Lab } from "./lab";
import type { Shot } from "./probeProcess";

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

export function isGood(shot: Shot): boolean {
    return shot.status !== undefined && shot.status < 400;
}

/** The longest gap, in milliseconds. The good shots are in the order in which they were sent. */
export function longestGap(shots: Shot[]): number {
    const good = shots.filter(isGood);
    return good.slice(1).reduce((longest, shot, i) => Math.max(longest, shot.ended - good[i].sent), 0);
}

export interface ProbeOptions {
    /** Milliseconds between two requests. Default: 10. */
    interval?: number;
    /** Milliseconds after which each is given up. Default: 500. */
    timeout?: number;
}

export class Probe {
    private constructor(
        private readonly child: ChildProcess,
        private readonly output: Promise<string>,
    ) {}

    static async start(lab: Lab, url: string, { interval = 10, timeout = 500 }: ProbeOptions = {}): Promise<Probe> {
        const command = [
            join(root, "node_modules", ".bin", "tsx"),
            join(root, "lab", "probeProcess.ts"),
            url,
            String(interval),
            String(timeout),
        ];
        let child: ChildProcess | undefined;
        const output = lab.run(command, {
            keepInputOpen: true,
            timeout: 3_600_000,
            onSpawn: (spawned) => (child = spawned),
        });
        output.catch(() => {});
        await sleep(1000);
        return new Probe(child as ChildProcess, output);
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

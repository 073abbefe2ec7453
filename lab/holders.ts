/** Who holds an address, seen from outside the hosts all the while. */
import type { ChildProcess } from "node:child_process";
import { attempt } from "../toolchain/shell";
import type { Host } from "./host";

export interface Holding {
    samples: number;
    /** Samples with no holder, and with more than one. */
    none: number;
    several: number;
}

/** Looks every 20 ms at the kernels' own lists. The count of holders of a sample is a line. */
const look = `
address=$1
shift
while :; do
    holders=0
    for namespace in "$@"; do
        [ -z "$(ip -n "$namespace" -o address show to "$address" 2>/dev/null)" ] || holders=$((holders + 1))
    done
    echo "$holders"
    sleep 0.02
done`;

export class HolderWatch {
    private constructor(
        private readonly child: ChildProcess,
        private readonly output: Promise<{ stdout: string }>,
    ) {}

    static start(hosts: Host[], address: string): HolderWatch {
        let child: ChildProcess | undefined;
        const output = attempt(["sh", "-c", look, "look", address, ...hosts.map(({ id }) => id)], {
            timeout: 3_600_000,
            onSpawn: (spawned) => (child = spawned),
        });
        return new HolderWatch(child as ChildProcess, output);
    }

    async stop(): Promise<Holding> {
        this.child.kill("SIGTERM");
        const counts = (await this.output).stdout.trim().split("\n").map(Number);
        return {
            samples: counts.length,
            none: counts.filter((count) => count === 0).length,
            several: counts.filter((count) => count > 1).length,
        };
    }
}

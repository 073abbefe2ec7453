/** Who holds an address, seen from outside the hosts all the while. */
import type { ChildProcess } from "node:child_process";
import { attempt } from "../toolchain/shell";
import type { Host } from "./host";

/** One look at all hosts. */
export interface Look {
    /** Seconds since the machine's boot. */
    at: number;
    /** The names of the hosts that hold the address. */
    holders: string[];
}

export interface Holding {
    looks: Look[];
    /** Looks that saw no holder, and more than one. */
    none: number;
    several: number;
}

/**
 * Looks at the kernels' own lists, and pauses 20 ms. An address that a host has let go and keeps for one more second, so that
 * the other one has it first, does not count as held.
 */
const look = `
address=$1
shift
while :; do
    holders=
    for namespace in "$@"; do
        [ -z "$(ip -n "$namespace" -o address show permanent to "$address" 2>/dev/null)" ] || holders="$holders \${namespace##*.}"
    done
    read -r now _ </proc/uptime
    echo "$now$holders"
    sleep 0.02
done`;

export class HolderWatch {
    private constructor(
        private readonly child: ChildProcess,
        private readonly output: Promise<{ stdout: string }>,
    ) {}

    static start(hosts: Host[], address: string): HolderWatch {
        let child: ChildProcess | undefined;
        const bare = address.replace(/[[\]]/g, "");
        const output = attempt(["sh", "-c", look, "look", bare, ...hosts.map(({ id }) => id)], {
            timeout: 3_600_000,
            onSpawn: (spawned) => (child = spawned),
        });
        return new HolderWatch(child as ChildProcess, output);
    }

    async stop(): Promise<Holding> {
        this.child.kill("SIGTERM");
        const lines = (await this.output).stdout.trim().split("\n");
        const looks = lines.map((line) => {
            const [at, ...holders] = line.split(" ");
            return { at: Number(at), holders };
        });
        return {
            looks,
            none: looks.filter(({ holders }) => holders.length === 0).length,
            several: looks.filter(({ holders }) => holders.length > 1).length,
        };
    }
}

/** Records which hosts hold an address, from the kernel's own events. */
import type { ChildProcess } from "node:child_process";
import { attempt } from "../support/run";
import { until } from "../support/wait";
import type { Host } from "./host";
import type { Lab } from "./lab";
import { entriesOf } from "./rest";

/** Who holds the address from this moment on. */
export interface Change {
    /** Seconds since the epoch. */
    at: number;
    /** The names of the hosts that hold the address. */
    holders: string[];
}

export interface Holding {
    /** The first one is from the start of the record, the last one from its end. */
    changes: Change[];
    /** For how many seconds no host held the address, and for how many more than one did. */
    none: number;
    several: number;
}

/** For how many seconds a condition was true. */
export function secondsOf(changes: Change[], is: (change: Change) => boolean): number {
    return changes.slice(1).reduce((sum, { at }, i) => sum + (is(changes[i]) ? at - changes[i].at : 0), 0);
}

/** `[2026-11-27T23:20:01.123456] [nsid 1]Deleted 2: eth0    inet 192.168.0.99/24 … valid_lft forever preferred_lft forever` */
const event = /^\[(\S+)\] \[nsid (\d+)\](Deleted )?(\d+): \S+ +inet6? (([^/ ]+)\S*) .*valid_lft (\S+)/;

/**
 * One `ip monitor` hears all hosts of a lab on one socket, so that the order of two hosts' events is the kernel's. An address
 * with a limited lifetime does not count as held: a host that hands over keeps its address so until the other host has it.
 */
export class HolderWatch {
    private readonly changes: Change[] = [];
    /** Where each host has the address, by the host's nsid. The kernel has one entry for each interface and prefix. */
    private readonly entries: Map<number, Set<string>>;
    private child?: ChildProcess;
    private ended?: Promise<unknown>;

    private constructor(
        private readonly hosts: Host[],
        private readonly address: string,
    ) {
        this.entries = new Map(hosts.map(({ nsid }) => [nsid, new Set()]));
    }

    static async start(lab: Lab, address: string): Promise<HolderWatch> {
        const watch = new HolderWatch(lab.loadBalancers, address.replace(/[[\]]/g, ""));
        await watch.listen(lab);
        return watch;
    }

    private async listen(lab: Lab): Promise<void> {
        let isReady = false;
        const command = [...lab.enter, "ip", "-ts", "-o", "monitor", "all-nsid", "address", "link"];
        this.ended = attempt(command, {
            timeout: 3_600_000,
            onSpawn: (child) => (this.child = child),
            onLine: (line) => {
                isReady = true;
                this.hear(line);
            },
        });
        // The monitor says nothing when it is ready: a change of its own namespace shows that it is.
        await until("ip monitor hears the lab", 10_000, async () => {
            await lab.run(["ip", "link", "set", "lo", "alias", String(performance.now())]);
            return isReady;
        });
        await Promise.all(
            this.hosts.map(async (host) => {
                for (const entry of await entriesOf(host, this.address)) {
                    this.entries.get(host.nsid)?.add(entry);
                }
            }),
        );
        this.note(Date.now() / 1000);
    }

    private note(at: number): void {
        const holders = this.hosts.filter(({ nsid }) => this.entries.get(nsid)?.size).map(({ name }) => name);
        const last = this.changes.at(-1);
        if (last === undefined || last.holders.join() !== holders.join()) {
            this.changes.push({ at, holders });
        }
    }

    private hear(line: string): void {
        const [, time, nsid, deleted, index, entry, address, lifetime] = event.exec(line) ?? [];
        const entries = this.entries.get(Number(nsid));
        if (entries === undefined || address !== this.address) {
            return;
        }
        if (deleted === undefined && lifetime === "forever") {
            entries.add(`${index} ${entry}`);
        } else {
            entries.delete(`${index} ${entry}`);
        }
        if (this.changes.length > 0) {
            this.note(new Date(time).getTime() / 1000);
        }
    }

    /** The names of the hosts that hold the address now. */
    get current(): string[] {
        return this.changes.at(-1)?.holders ?? [];
    }

    /** For how many seconds nothing has changed. */
    get calm(): number {
        return Date.now() / 1000 - (this.changes.at(-1)?.at ?? Number.POSITIVE_INFINITY);
    }

    async stop(): Promise<Holding> {
        this.child?.kill("SIGTERM");
        await this.ended;
        const changes = [...this.changes, { at: Date.now() / 1000, holders: this.current }];
        return {
            changes,
            none: secondsOf(changes, ({ holders }) => holders.length === 0),
            several: secondsOf(changes, ({ holders }) => holders.length > 1),
        };
    }
}

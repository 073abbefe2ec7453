/** Clocks and scales: what the benchmarks have in common. */
import { readdirSync, readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { Lab, type LabPlan } from "../lab/lab";
import { cleanUp } from "../support/interrupt";
import { sleep } from "../support/wait";

/** Begins the names of this run's labs. */
const labPrefix = `b${process.pid}-`;
let labsMade = 0;

/** Bare hosts; gone afterwards. */
export async function onBareHosts<T>(action: (lab: Lab) => Promise<T>, plan: Partial<LabPlan> = {}): Promise<T> {
    const name = `${labPrefix}${++labsMade}`;
    const lab = await Lab.up({ ...plan, name });
    try {
        return await action(lab);
    } finally {
        await cleanUp(() => Lab.down(name));
    }
}

/** For a run that is interrupted. */
export async function removeLabs(): Promise<void> {
    for (const name of Lab.names().filter((each) => each.startsWith(labPrefix))) {
        await Lab.down(name);
    }
}

/** A count on the command line; undefined where it is none. */
export function positiveInteger(text: unknown): number | undefined {
    const value = Number(text);
    return Number.isInteger(value) && value > 0 ? value : undefined;
}

export async function seconds(action: () => Promise<unknown>): Promise<number> {
    const start = performance.now();
    await action();
    return (performance.now() - start) / 1000;
}

/** How long an action took, and how long it was from its start until the page answered with 200. */
export async function untilServing(
    lab: Lab,
    url: string,
    action: () => Promise<unknown>,
): Promise<{ done: number; serving: number }> {
    const start = performance.now();
    const since = () => (performance.now() - start) / 1000;
    let failed = false;
    const ended = action().then(since);
    ended.catch(() => {
        failed = true;
    });
    const watch = async () => {
        while (!failed && since() < 300) {
            const { stdout } = await lab.attempt([
                "curl",
                "-s",
                "-o",
                "/dev/null",
                "-m",
                "0.5",
                "-w",
                "%{http_code}",
                url,
            ]);
            if (stdout === "200") {
                return since();
            }
            await sleep(50);
        }
        return Number.NaN;
    };
    const [done, serving] = await Promise.all([ended, watch()]);
    return { done, serving };
}

/** Memory that the descendants of this process that match a name hold: proportional set size, in MB. */
function memoryBelow(name: RegExp): number {
    const parents = new Map<number, number>();
    const memory = new Map<number, number>();
    const roots: number[] = [];
    for (const pid of readdirSync("/proc")
        .filter((entry) => /^\d+$/.test(entry))
        .map(Number)) {
        try {
            const status = readFileSync(`/proc/${pid}/stat`, "utf8");
            const [, command, rest] = /^\d+ \((.*)\) (.*)$/s.exec(status) ?? [];
            parents.set(pid, Number(rest.split(" ")[1]));
            const pss = /^Pss: +(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"));
            memory.set(pid, Number(pss?.[1] ?? 0) / 1024);
            if (name.test(command) && isBelow(pid, process.pid, parents)) {
                roots.push(pid);
            }
        } catch {
            // The process has ended in the meantime.
        }
    }
    return [...memory]
        .filter(([pid]) => roots.some((top) => isBelow(pid, top, parents)))
        .reduce((sum, [, mb]) => sum + mb, 0);
}

function isBelow(pid: number, ancestor: number, parents: Map<number, number>): boolean {
    for (let at: number | undefined = pid; at; at = parents.get(at)) {
        if (at === ancestor) {
            return true;
        }
    }
    return false;
}

/** The most memory, in MB, that a program and what it started held while an action ran; looked at five times a second. */
export async function peakMemory(name: RegExp, action: () => Promise<unknown>): Promise<number> {
    let peak = 0;
    const timer = setInterval(() => {
        peak = Math.max(peak, memoryBelow(name));
    }, 200);
    try {
        await action();
    } finally {
        clearInterval(timer);
    }
    return peak;
}

export function median(values: number[]): number {
    const sorted = [...values].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
}

/** `1.00 / 1.20 / 1.50`: least, median and most. */
export function spread(values: number[], digits = 2): string {
    return [Math.min(...values), median(values), Math.max(...values)].map((value) => value.toFixed(digits)).join(" / ");
}

export function machine(): string {
    return `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.versions.node}`;
}

export function table(header: string[], rows: string[][]): string {
    const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
    return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

export function ratio(value: number, baseline: number): string {
    return `${(value / baseline).toFixed(2)} ×`;
}

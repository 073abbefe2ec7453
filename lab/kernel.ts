/** The kernel's parts that a lab is made of: network namespaces, control groups and mounts. */
import { existsSync, readdirSync, readFileSync, realpathSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { attempt, run } from "../support/run";
import { until } from "../support/wait";

/** Runs `ip` with a batch of commands, in a namespace where one is named. */
export async function ip(commands: string[], namespace?: string): Promise<void> {
    await run(["ip", ...(namespace ? ["-n", namespace] : []), "-batch", "-"], { input: `${commands.join("\n")}\n` });
}

export function namespaces(prefix: string): string[] {
    const dir = "/run/netns";
    return existsSync(dir) ? readdirSync(dir).filter((name) => name.startsWith(prefix)) : [];
}

/**
 * Deletes a network namespace, and first kills the processes in it: the plugins of a pulumi that was killed run on for minutes, and
 * the namespace lives as long as they do.
 */
export async function deleteNamespace(name: string): Promise<void> {
    await attempt(["sh", "-c", 'ip netns pids "$1" | xargs -r kill -KILL', "sh", name]);
    await attempt(["ip", "netns", "delete", name]);
}

function mounts(): { type: string; dir: string; options: string }[] {
    return readFileSync("/proc/self/mounts", "utf8")
        .split("\n")
        .filter(Boolean)
        .map((line) => {
            const [, dir, type, options] = line.split(" ");
            return { dir, type, options };
        });
}

/**
 * Unmounts everything below a folder, the deepest first. The loop device of a disk can outlive that: each process that `ip netns exec` or
 * systemd-nspawn starts meanwhile, also for another lab, has a copy of all mounts.
 */
export async function unmountBelow(dir: string): Promise<void> {
    if (!existsSync(dir)) {
        return;
    }
    // The kernel knows no symbolic links.
    const real = realpathSync(dir);
    for (const mount of mounts().reverse()) {
        if (mount.dir.startsWith(`${real}/`)) {
            await attempt(["umount", "--lazy", mount.dir]);
        }
    }
}

/**
 * Every host has a control group of its own, so that its processes can be found, frozen and killed
 * together and Heartbeat's realtime set-up does not meet its neighbour's. systemd-nspawn follows
 * the group it is started in, in the unified tree and, on older set-ups, in systemd's own.
 */
function controlTrees(): { unified: string; all: string[] } {
    const all = mounts();
    const unified = all.find((mount) => mount.type === "cgroup2")?.dir ?? "";
    const legacy = all.filter((mount) => mount.type === "cgroup" && mount.options.split(",").includes("name=systemd"));
    return { unified, all: [unified, ...legacy.map((mount) => mount.dir)] };
}

export function hasControlGroups(): boolean {
    return controlTrees().unified !== "";
}

export function controlGroupFolders(name: string): string[] {
    return controlTrees().all.map((dir) => join(dir, name));
}

export function controlGroups(prefix: string): string[] {
    return readdirSync(controlTrees().unified).filter((name) => name.startsWith(prefix));
}

function control(name: string, file: string, value: string): void {
    writeFileSync(join(controlTrees().unified, name, file), value);
}

export function freeze(group: string, frozen: boolean): void {
    control(group, "cgroup.freeze", frozen ? "1" : "0");
}

/** Whether any process of a host lives. */
export function isPopulated(group: string): boolean {
    const file = join(controlTrees().unified, group, "cgroup.events");
    return existsSync(file) && readFileSync(file, "utf8").includes("populated 1");
}

let spentByHosts = 0;

/** The CPU of all hosts that this process has switched off, in seconds. */
export function secondsOfHosts(): number {
    return spentByHosts;
}

/** Of a host since it was switched on, in seconds. */
function secondsOf(group: string): number {
    const text = readFileSync(join(controlTrees().unified, group, "cpu.stat"), "utf8");
    return Number(/^usage_usec (\d+)/.exec(text)?.[1] ?? 0) / 1e6;
}

/**
 * Kills every process of a host at once, as a power cut does, and removes its groups: Linux 6.18 also kills what is later
 * forked straight into a group that was killed once, as systemd 254 and later do.
 */
export async function kill(group: string): Promise<void> {
    if (existsSync(join(controlTrees().unified, group))) {
        control(group, "cgroup.kill", "1");
        await until(`processes of ${group} gone`, 10_000, async () => !isPopulated(group), 10);
        spentByHosts += secondsOf(group);
    }
    controlGroupFolders(group).forEach(removeTree);
}

function removeTree(dir: string): void {
    if (existsSync(dir)) {
        for (const entry of readdirSync(dir, { withFileTypes: true }).filter((child) => child.isDirectory())) {
            removeTree(join(dir, entry.name));
        }
        rmdirSync(dir);
    }
}

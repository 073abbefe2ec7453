/**
 * Locks that a killed pulumi has left on a state in a local folder. Pulumi itself never removes them, and asks for
 * `pulumi cancel`; where the process is known to be gone, nobody need be woken for that.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What Pulumi writes into a lock file. */
interface Lock {
    pid: number;
    hostname: string;
}

export function isRunning(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return true;
    } catch (error) {
        return (error as NodeJS.ErrnoException).code === "EPERM";
    }
}

/** Removes the locks of processes of this machine that run no more. Returns a line about each. */
export function releaseDeadLocks({ PULUMI_BACKEND_URL: backend = "" }: NodeJS.ProcessEnv): string[] {
    const dir = backend.startsWith("file://") ? join(fileURLToPath(backend), ".pulumi", "locks") : "";
    if (!dir || !existsSync(dir)) {
        return [];
    }
    const files = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
    return files.flatMap((file) => {
        const lock: Lock = JSON.parse(readFileSync(join(dir, file), "utf8"));
        if (lock.hostname !== hostname() || isRunning(lock.pid)) {
            return [];
        }
        rmSync(join(dir, file), { force: true });
        return [`released the lock of a pulumi that was killed (process ${lock.pid})`];
    });
}

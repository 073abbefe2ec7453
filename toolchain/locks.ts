/**
 * What a killed pulumi leaves of a state in a local folder. Pulumi itself asks for `pulumi cancel` then, or for more; where
 * the process is known to be gone, nobody need be woken for that.
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

/** The files below a folder whose names end so. */
function filesBelow(dir: string, end: string): string[] {
    const names = existsSync(dir) ? readdirSync(dir, { recursive: true, encoding: "utf8" }) : [];
    return names.filter((name) => name.endsWith(end)).map((name) => join(dir, name));
}

function isJson(file: string): boolean {
    try {
        JSON.parse(readFileSync(file, "utf8"));
        return true;
    } catch {
        return false;
    }
}

/** Removes the locks of processes of this machine that run no more. Returns a line about each. */
export function releaseDeadLocks({ PULUMI_BACKEND_URL: backend = "" }: NodeJS.ProcessEnv): string[] {
    const dir = backend.startsWith("file://") ? join(fileURLToPath(backend), ".pulumi") : "";
    const dead = filesBelow(dir && join(dir, "locks"), ".json").flatMap((file) => {
        const lock: Lock = JSON.parse(readFileSync(file, "utf8"));
        return lock.hostname === hostname() && !isRunning(lock.pid) ? [{ file, pid: lock.pid }] : [];
    });
    if (dead.length > 0) {
        // Pulumi replaces a state as a whole, but not the notes beside it; with half a note it does not load the state.
        for (const note of filesBelow(dir, ".attrs").filter((file) => !isJson(file))) {
            rmSync(note);
        }
    }
    return dead.map(({ file, pid }) => {
        rmSync(file, { force: true });
        return `released the lock of a pulumi that was killed (process ${pid})`;
    });
}

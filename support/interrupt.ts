/**
 * The frame of a command-line program. Ctrl-C first ends the child programs and starts no new ones, so that the work in progress
 * unwinds. Only then do the clean-ups run: a clean-up beside running work would race with it.
 */
import type { ChildProcess } from "node:child_process";
import { UserError } from "./errors";

/** Child programs in the background: an interrupt ends them. */
const background = new Set<ChildProcess>();

/** Child programs that have the terminal: an interrupt goes to them and leaves this program running. */
const foreground = new Set<ChildProcess>();

const cleanups = new Set<() => Promise<void>>();
let interrupts = 0;
let isCleaning = false;

/** Call it before each piece of work and in each loop: it throws once an interrupt has come. */
export function throwIfInterrupted(): void {
    if (interrupts > 0 && !isCleaning) {
        throw new UserError("interrupted");
    }
}

/** Whether clean-ups run now. Their programs get process groups of their own: a terminal sends Ctrl-C to its whole foreground group. */
export function isCleaningUp(): boolean {
    return isCleaning;
}

/** Registers a child program until it ends. An interrupt ends it, unless a clean-up started it. */
export function trackBackground(child: ChildProcess): void {
    if (!isCleaning) {
        background.add(child);
        child.once("close", () => background.delete(child));
    }
}

/** Registers a child program that has the terminal, until it ends. */
export function trackForeground(child: ChildProcess): void {
    foreground.add(child);
    child.once("close", () => foreground.delete(child));
}

/** Registers what an interrupt must undo from now on, until the returned function is called. */
export function onInterrupt(cleanup: () => Promise<void>): () => void {
    cleanups.add(cleanup);
    return () => cleanups.delete(cleanup);
}

/** Runs a clean-up, which may start programs although an interrupt has come. */
export async function cleanUp(action: () => Promise<void>): Promise<void> {
    const before = isCleaning;
    isCleaning = true;
    try {
        await action();
    } finally {
        isCleaning = before;
    }
}

/** In milliseconds: one Ctrl-C can arrive twice, from the terminal and from a parent (npm) that passes it on. */
const echo = 500;

/** The second interrupt prints a reminder, because a half-done clean-up leaves networks and hosts behind. The third one exits at once. */
function interrupt(): void {
    interrupts++;
    if (interrupts > 2) {
        process.exit(130);
    }
    const more = "still cleaning up; interrupt once more to exit now and leave the rest in place";
    process.stderr.write(`\n${interrupts === 1 ? "interrupted; cleaning up …" : more}\n`);
    for (const child of background) {
        child.kill("SIGINT");
    }
}

function stopOn(signals: NodeJS.Signals[]): void {
    let last = Number.NEGATIVE_INFINITY;
    for (const signal of signals) {
        process.on(signal, () => {
            for (const child of foreground) {
                child.kill(signal);
            }
            if (foreground.size === 0 && performance.now() - last > echo) {
                last = performance.now();
                interrupt();
            }
        });
    }
}

/**
 * Runs a command-line program. A UserError prints one line and exits with 1; an interrupt cleans up and exits with 130; any other
 * error keeps its stack trace. Otherwise the exit code is the one that `body` returns, 0 by default.
 */
export async function main(body: () => Promise<number | undefined>): Promise<void> {
    stopOn(["SIGINT", "SIGTERM", "SIGHUP"]);
    // A closed pipe or terminal must end the program like an interrupt, with its clean-ups, and not in the middle of a write.
    process.stderr.on("error", () => {});
    process.stdout.on("error", () => interrupts === 0 && interrupt());
    try {
        process.exitCode = (await body()) ?? 0;
    } catch (error) {
        // After an interrupt any error can follow from a program that was ended; the clean-ups must still run.
        if (interrupts === 0 && !(error instanceof UserError)) {
            throw error;
        }
        if (interrupts === 0) {
            process.stderr.write(`error: ${(error as UserError).message}\n`);
        }
        process.exitCode = 1;
    }
    if (interrupts > 0) {
        for (const cleanup of cleanups) {
            await cleanUp(cleanup);
        }
        process.exit(130);
    }
}

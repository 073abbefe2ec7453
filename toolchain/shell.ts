/** Running programs and saying what is going on: shared by the toolchain, the lab, the demo and the benchmarks. */
import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";

/** What a finished program left. */
export interface Result {
    code: number;
    stdout: string;
    stderr: string;
}

export interface RunOptions {
    cwd?: string;
    env?: NodeJS.ProcessEnv;
    /** Text for the program's standard input. */
    input?: string;
    /** Leaves standard input open, for `onSpawn`'s receiver to use and to end. */
    keepInputOpen?: boolean;
    /** Hang limit in milliseconds; the program is killed after it. Default: 10 minutes. */
    timeout?: number;
    /** Called with every line of output as it comes. */
    onLine?: (line: string) => void;
    /** Told of the process, for those who must signal it. */
    onSpawn?: (child: ChildProcess) => void;
}

/** A mistake or a lack that the user can mend: shown without a stack trace. */
export class UserError extends Error {}

/** A program that is not there. */
export class NotInstalled extends UserError {
    constructor(program: string) {
        super(`${program} is not installed`);
    }
}

/** A program that ended with an exit code other than 0. */
export class CommandFailed extends UserError {
    constructor(command: string[], result: Result) {
        const tail = (result.stderr || result.stdout).trim().split("\n").slice(-20).join("\n");
        super(`${command.join(" ")} exited with ${result.code}${tail ? `:\n${tail}` : ""}`);
    }
}

function lineSplitter(onLine: (line: string) => void): (chunk: string) => void {
    let rest = "";
    return (chunk) => {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        lines.forEach(onLine);
    };
}

/** The programs that an interrupt ends, how often one has come, and whether what was done is being undone. */
const children = new Set<ChildProcess>();
let interrupts = 0;
let isCleaning = false;

/** Whoever works on ends here when an interrupt has come. */
export function goOn(): void {
    if (interrupts > 0 && !isCleaning) {
        throw new UserError("interrupted");
    }
}

/** Runs a program to its end, whatever its exit code. */
export function attempt(command: string[], options: RunOptions = {}): Promise<Result> {
    const [program, ...args] = command;
    return new Promise((resolve, reject) => {
        goOn();
        // A terminal sends its interrupt to the whole process group: what undoes something is not in it.
        const child = spawn(program, args, {
            cwd: options.cwd,
            env: options.env,
            stdio: "pipe",
            detached: isCleaning,
        });
        if (!isCleaning) {
            children.add(child);
        }
        options.onSpawn?.(child);
        const limit = setTimeout(() => {
            child.kill("SIGKILL");
            // Who else has them open (a shared SSH connection to a host that is frozen) is not waited for.
            child.stdout.destroy();
            child.stderr.destroy();
        }, options.timeout ?? 600_000);
        let stdout = "";
        let stderr = "";
        const onLine = options.onLine ? lineSplitter(options.onLine) : undefined;
        child.stdout.setEncoding("utf8").on("data", (text: string) => {
            stdout += text;
            onLine?.(text);
        });
        child.stderr.setEncoding("utf8").on("data", (text: string) => {
            stderr += text;
            onLine?.(text);
        });
        child.once("error", (error: NodeJS.ErrnoException) => {
            clearTimeout(limit);
            reject(error.code === "ENOENT" ? new NotInstalled(program) : error);
        });
        child.once("close", (code, signal) => {
            children.delete(child);
            clearTimeout(limit);
            resolve({ code: code ?? (signal ? 128 : 1), stdout, stderr });
        });
        // A program that does not read its input must not end us.
        child.stdin.once("error", () => {});
        if (!options.keepInputOpen) {
            child.stdin.end(options.input ?? "");
        }
    });
}

/** Runs a program to its end and expects it to succeed. Returns its standard output, trimmed. */
export async function run(command: string[], options: RunOptions = {}): Promise<string> {
    const result = await attempt(command, options);
    if (result.code !== 0) {
        throw new CommandFailed(command, result);
    }
    return result.stdout.trim();
}

/** Programs that have the terminal. Interrupts are theirs alone. */
const foreground = new Set<ChildProcess>();

/** Runs a program on this terminal and returns its exit code. */
export function onTerminal([program, ...args]: string[], env = process.env): Promise<number> {
    return new Promise((resolve, reject) => {
        const child = spawn(program, args, { env, stdio: "inherit" });
        foreground.add(child);
        child.once("error", reject);
        child.once("close", (code, signal) => {
            foreground.delete(child);
            resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
        });
    });
}

/** Installs Debian packages on this machine. */
export async function aptInstall(packages: string[]): Promise<void> {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await run(["apt-get", "-qq", "update"], { env });
    await run(["apt-get", "-qq", "-y", "--no-install-recommends", "install", ...packages], { env });
}

/** Says what is being done and, when it is done, how long it took. */
export async function step<T>(what: string, action: () => Promise<T>): Promise<T> {
    const start = performance.now();
    process.stderr.write(`  ${what} …\n`);
    const result = await action();
    const seconds = (performance.now() - start) / 1000;
    if (seconds > 2) {
        process.stderr.write(`  ${what}: done in ${seconds.toFixed(1)} s\n`);
    }
    return result;
}

const cleanups = new Set<() => Promise<void>>();

/** What to undo when the program is interrupted from now on, until the returned function is called. */
export function onInterrupt(cleanup: () => Promise<void>): () => void {
    cleanups.add(cleanup);
    return () => cleanups.delete(cleanup);
}

/** Undoes something, also after an interrupt, when nothing else is started any more. */
export async function cleanUp(action: () => Promise<void>): Promise<void> {
    const before = isCleaning;
    isCleaning = true;
    try {
        await action();
    } finally {
        isCleaning = before;
    }
}

/** One Ctrl-C can come twice: by the terminal, and by a program between it and us that passes it on. In milliseconds. */
const echo = 500;

/**
 * An interrupt ends the programs that run and lets no other start, so that the work in progress unwinds. Only then is it
 * undone: cleaning up beside it would meet half of it. Impatience must not leave things half done, either; only the third
 * interrupt does.
 */
function interrupt(): void {
    interrupts++;
    if (interrupts > 2) {
        process.exit(130);
    }
    const more = "still cleaning up; once more ends it here, and leaves what is not undone yet";
    process.stderr.write(`\n${interrupts === 1 ? "interrupted; cleaning up …" : more}\n`);
    for (const child of children) {
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

/** The frame of a command-line program: a user's mistake ends it with one plain message, Ctrl-C with a clean-up. */
export async function main(body: () => Promise<number | undefined>): Promise<void> {
    stopOn(["SIGINT", "SIGTERM", "SIGHUP"]);
    // Who read what is written may be gone, and the terminal too: that ends us like an interrupt, and not in the middle of it.
    process.stderr.on("error", () => {});
    process.stdout.on("error", () => interrupts === 0 && interrupt());
    try {
        process.exitCode = (await body()) ?? 0;
    } catch (error) {
        // Whatever an interrupted program trips over, it must get to its clean-up.
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

export function sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Waits until `check` gives a value that is true, and returns it; after `limit` milliseconds it fails, saying `what`. */
export async function until<T>(what: string, limit: number, check: () => Promise<T>, pause = 50): Promise<T> {
    const end = performance.now() + limit;
    for (;;) {
        goOn();
        const value = await check();
        if (value) {
            return value;
        }
        if (performance.now() > end) {
            throw new UserError(`${what}: not within ${limit / 1000} s`);
        }
        await sleep(pause);
    }
}

/** Like Promise.all, but a failure is thrown only when the others have ended too, so that cleaning up meets no work in progress. */
export async function allEnded(work: Promise<unknown>[]): Promise<void> {
    const failed = (await Promise.allSettled(work)).find((end) => end.status === "rejected");
    if (failed) {
        throw failed.reason;
    }
}

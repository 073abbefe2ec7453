/** Runs programs: in the background with their output collected, or on this terminal. Used by halb, the toolchain, the lab and the tests. */
import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { NotInstalled, UserError } from "./errors";
import { isCleaningUp, throwIfInterrupted, trackBackground, trackForeground } from "./interrupt";

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
    /** Leaves standard input open: `onSpawn` writes to it and ends it. */
    keepInputOpen?: boolean;
    /** In milliseconds; the program is killed after it. Default: 10 minutes. */
    timeout?: number;
    /** Called with each line of output as it arrives. */
    onLine?: (line: string) => void;
    /** Called with the process once it is started, for callers that signal it or write to it. */
    onSpawn?: (child: ChildProcess) => void;
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

/** Runs a program to its end, and returns its exit code. */
export function attempt(command: string[], options: RunOptions = {}): Promise<Result> {
    const [program, ...args] = command;
    return new Promise((resolve, reject) => {
        throwIfInterrupted();
        const child = spawn(program, args, {
            cwd: options.cwd,
            env: options.env,
            stdio: "pipe",
            detached: isCleaningUp(),
        });
        trackBackground(child);
        options.onSpawn?.(child);
        const limit = setTimeout(() => {
            child.kill("SIGKILL");
            // Another process can hold the pipes open, such as a shared SSH connection to a frozen host: do not wait for it.
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
            clearTimeout(limit);
            resolve({ code: code ?? (signal ? 128 : 1), stdout, stderr });
        });
        // A program that exits before it has read its input causes EPIPE here.
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

/** Runs a program on this terminal and returns its exit code. */
export function onTerminal([program, ...args]: string[], env = process.env): Promise<number> {
    return new Promise((resolve, reject) => {
        const child = spawn(program, args, { env, stdio: "inherit" });
        trackForeground(child);
        child.once("error", reject);
        child.once("close", (code, signal) => {
            resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
        });
    });
}

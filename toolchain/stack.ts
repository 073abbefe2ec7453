/** One stack of a Pulumi program, run by the literal `pulumi`: for the demo, the tests and the benchmarks. */

import { attempt, CommandFailed, type Result, type RunOptions, run } from "../support/run";
import { behindOthers, inTurn } from "./budget";
import { releaseDeadLocks } from "./locks";

export interface StackPlace {
    /** The words in front of `pulumi`, which take it to where the hosts are. */
    enter: string[];
    env: NodeJS.ProcessEnv;
    /** The program's folder. */
    dir: string;
    /** Name of the stack. */
    name: string;
    /** The stack's configuration, where it is not the project's own Pulumi.<stack>.yaml. */
    configFile?: string;
}

export class Stack {
    constructor(readonly place: StackPlace) {}

    /** Makes the stack, without a state. */
    async create(): Promise<void> {
        const { enter, env, dir, name } = this.place;
        const remove = ["pulumi", "stack", "rm", name, "--yes", "--force", "--preserve-config"];
        await attempt([...enter, ...remove], { cwd: dir, env });
        await run([...enter, "pulumi", "stack", "init", name], { cwd: dir, env });
    }

    private get config(): string[] {
        return this.place.configFile ? ["--config-file", this.place.configFile] : [];
    }

    /** Runs a pulumi command on the stack, and returns its exit code. */
    attempt(words: string[], options: RunOptions = {}): Promise<Result> {
        return inTurn(() => this.attemptNow(words, options));
    }

    /** The same, without a turn in the CPU budget (budget.ts): for two runs that must overlap. */
    attemptNow(words: string[], options: RunOptions = {}): Promise<Result> {
        const { enter, dir, env, name } = this.place;
        releaseDeadLocks(env);
        const command = ["pulumi", ...words, "--stack", name, "--non-interactive"];
        return attempt([...enter, ...behindOthers(command)], { cwd: dir, env, ...options });
    }

    async run(words: string[], options: RunOptions = {}): Promise<string> {
        const result = await this.attempt(words, options);
        if (result.code !== 0) {
            throw new CommandFailed(["pulumi", ...words], { ...result, stderr: result.stdout + result.stderr });
        }
        return result.stdout;
    }

    get upWords(): string[] {
        return ["up", "--yes", "--skip-preview", ...this.config];
    }

    up(...words: string[]): Promise<string> {
        return this.run([...this.upWords, ...words]);
    }

    /** Runs pulumi up, and returns its exit code. */
    attemptUp(options?: RunOptions): Promise<Result> {
        return this.attempt(this.upWords, options);
    }

    preview(...words: string[]): Promise<string> {
        return this.run(["preview", ...this.config, ...words]);
    }

    destroy(): Promise<string> {
        return this.run(["destroy", "--yes", "--skip-preview", ...this.config]);
    }

    /** What the stack exports, secrets in clear. */
    async outputs(): Promise<Record<string, string>> {
        return JSON.parse(await this.run(["stack", "output", "--json", "--show-secrets"]));
    }

    /** The resources in the state, as the engine wrote them. */
    async resources<T extends { urn: string }>(): Promise<T[]> {
        return JSON.parse(await this.state()).deployment.resources ?? [];
    }

    /** The state as it is stored: secrets encrypted. */
    state(): Promise<string> {
        return this.run(["stack", "export"]);
    }
}

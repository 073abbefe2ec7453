/**
 * What this project relies on in Pulumi's plugins `command` and `random` and its Node.js language host. Where the
 * toolchain stands in for them, this holds the stand-ins to it; with PULUMI_PLUGIN_PATH naming a folder that has the
 * official binaries, the same tests run against those.
 */
// @module-tag all
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Host } from "../../lab/host";
import { run } from "../../support/run";
import { root } from "../../toolchain/paths";
import { Stack } from "../../toolchain/stack";
import { ensureToolchain, pulumiEnvironment } from "../../toolchain/toolchain";
import { versions } from "../../toolchain/versions";
import { counts, useLab } from "./fixture";

/** What the program in programs/conformance declares. */
export interface Resources {
    commands?: Record<string, Record<string, unknown>>;
    passwords?: Record<string, Record<string, unknown>>;
    /** A command whose output is the standard input of another one. */
    dependent?: string;
    /** Commands whose standard input is a secret. */
    secrets?: string[];
}

const officialBinaries = process.env.PULUMI_PLUGIN_PATH;

/** The toolchain's environment, with the plugins and the language host of PULUMI_PLUGIN_PATH where it is set. */
async function environment(dir: string): Promise<NodeJS.ProcessEnv> {
    const env = pulumiEnvironment(await ensureToolchain(), join(dir, "state"));
    if (!officialBinaries) {
        return env;
    }
    const own = { ...env, PULUMI_HOME: join(dir, "home"), PATH: [officialBinaries, env.PATH].join(delimiter) };
    for (const name of ["command", "random"] as const) {
        const file = join(officialBinaries, `pulumi-resource-${name}`);
        if (existsSync(file)) {
            await run(["pulumi", "plugin", "install", "resource", name, versions[name], "--file", file], { env: own });
        }
    }
    return own;
}

describe(officialBinaries ? `the binaries of ${officialBinaries}` : "the toolchain's plugins and language host", () => {
    const used = useLab({ name: "conformance", loadBalancers: 1, backEnds: 1 });
    let stack: Stack;
    let host: Host;
    let file: string;
    let connection: Record<string, unknown>;

    beforeAll(async () => {
        const dir = used.lab.scratch;
        mkdirSync(dir, { recursive: true });
        file = join(dir, "resources.json");
        const configFile = join(dir, "config.yaml");
        writeFileSync(configFile, `config:\n  conformance:file: ${file}\n`);
        const program = join(root, "test", "lab", "programs", "conformance");
        const env = { ...(await environment(dir)), PULUMI_CONFIG_PASSPHRASE: "" };
        stack = new Stack({ enter: used.lab.enter, env, dir: program, name: "conformance", configFile });
        declare({});
        await run(["pulumi", "stack", "init", "conformance", "--no-select"], { cwd: program, env });
        host = used.lab.host("lb1");
        connection = connectionTo(host);
    });

    function connectionTo(to: Host): Record<string, unknown> {
        const hostKey = readFileSync(used.lab.knownHostsFile, "utf8")
            .split("\n")
            .find((line) => line.startsWith(to.address))
            ?.replace(/^\S+ /, "");
        return {
            host: to.address,
            hostKey,
            privateKey: readFileSync(used.lab.privateKeyFile, "utf8"),
            dialErrorLimit: 0,
        };
    }

    function declare(resources: Resources): void {
        writeFileSync(file, JSON.stringify(resources));
    }

    async function up(resources: Resources): Promise<string> {
        declare(resources);
        return stack.up();
    }

    /** The error of an update that must fail. */
    async function failingUp(resources: Resources): Promise<string> {
        declare(resources);
        const result = await stack.attempt([
            "up",
            "--yes",
            "--skip-preview",
            "--config-file",
            stack.place.configFile as string,
        ]);
        expect(result.code).not.toBe(0);
        return result.stdout + result.stderr;
    }

    async function outputs(): Promise<Record<string, string>> {
        return (await stack.outputs()).outputs as unknown as Record<string, string>;
    }

    // biome-ignore lint/suspicious/noExplicitAny: the state is whatever JSON the engine wrote
    async function inState(name: string): Promise<any> {
        return (await stack.resources()).find(({ urn }) => urn.endsWith(`::${name}`));
    }

    const quiet = { logging: "none", addPreviousOutputInEnv: false };
    const one = (args: Record<string, unknown>) => ({ commands: { one: { connection, ...quiet, ...args } } });

    test("create: output trimmed by one line feed, standard input and exit code passed through", async () => {
        expect(counts(await up(one({ create: "cat; echo; echo problem >&2", stdin: "in" })))).toEqual({ created: 2 });
        expect((await outputs()).one).toBe("in");
        expect((await inState("one")).outputs).toMatchObject({ stdout: "in", stderr: "problem", stdin: "in" });
    });

    test("nothing changed: nothing is run", async () => {
        expect(counts(await up(one({ create: "cat; echo; echo problem >&2", stdin: "in" })))).toEqual({ unchanged: 2 });
    });

    test("the connection is a secret in the state, and standard input only when it was given as one", async () => {
        const secret = { ...one({ create: "cat >/dev/null", stdin: "s3cret-in" }), secrets: ["one"] };
        await up(secret);
        const state = await stack.state();
        expect(state).not.toContain("PRIVATE KEY");
        expect(state).not.toContain("s3cret-in");
        const { inputs } = await inState("one");
        expect(inputs.connection.ciphertext).toBeTruthy();
        expect(inputs.stdin.ciphertext).toBeTruthy();
        expect(inputs.create).toBe("cat >/dev/null");
    });

    test("a changed standard input previews as an update, line by line, and nothing runs", async () => {
        await up(one({ create: "cat >/root/seen; cat /root/seen", stdin: "a\nb\nc\n" }));
        declare(one({ create: "cat >/root/seen; cat /root/seen", stdin: "a\nB\nc\n" }));
        const preview = await stack.preview("--diff");
        expect(counts(preview)).toMatchObject({ update: 1 });
        expect(preview).toMatch(/^\s+- b$/m);
        expect(preview).toMatch(/^\s+\+ B$/m);
        expect(preview).not.toContain("PRIVATE KEY");
        expect(await host.run("cat /root/seen")).toBe("a\nb\nc");
    });

    test("what a command that will run prints is unknown in a preview, so that what depends on it is shown too", async () => {
        const dependent = (stdin: string) => ({ ...one({ create: "cat", stdin }), dependent: "one" });
        await up(dependent("a"));
        expect(counts(await stack.preview())).toEqual({ unchanged: 3 });
        declare(dependent("b"));
        expect(counts(await stack.preview())).toMatchObject({ update: 2 });
        await up(dependent("b"));
        expect((await outputs()).dependent).toBe("after b");
        await up(one({ create: "cat >/root/seen; cat /root/seen", stdin: "a\nB\nc\n" }));
    });

    test("update runs create where there is no update, and update where there is one", async () => {
        await up(one({ create: "cat >/root/seen; cat /root/seen", stdin: "a\nB\nc\n" }));
        expect(await host.run("cat /root/seen")).toBe("a\nB\nc");
        await up(one({ create: "echo created", update: "echo updated" }));
        expect((await outputs()).one).toBe("updated");
    });

    test("a failing update names status, command and output, keeps the old state, and runs again next time", async () => {
        const error = await failingUp(one({ create: "echo out; echo err >&2; exit 3", stdin: "s3cret" }));
        expect(error).toMatch(
            /Process exited with status 3: running "echo out; echo err >&2; exit 3":\s+(out\s+err|err\s+out)/,
        );
        expect(error).not.toContain("s3cret");
        expect((await inState("one")).outputs.stdout).toBe("updated");
        await up(one({ create: "echo created", update: "echo mended" }));
        expect((await outputs()).one).toBe("mended");
    });

    test("a failing create leaves nothing in the state", async () => {
        const good = one({ create: "echo created", update: "echo mended" }).commands.one;
        await failingUp({
            commands: { one: good, two: { connection, ...quiet, create: "exit 1", delete: "touch /root/deleted" } },
        });
        expect(await inState("two")).toBeUndefined();
    });

    test("delete runs with the state's standard input", async () => {
        await up(one({ create: "true", delete: "cat >/root/deleted", stdin: "bye" }));
        expect(counts(await up({}))).toEqual({ deleted: 1, unchanged: 1 });
        expect(await host.run("cat /root/deleted")).toBe("bye");
    });

    test("a megabyte of standard input arrives", async () => {
        await up(one({ create: "wc -c", stdin: "x".repeat(1_000_000) }));
        expect((await outputs()).one).toBe("1000000");
    });

    test("rejects another host key", async () => {
        const other = connectionTo(used.lab.host("web1")).hostKey;
        expect(await failingUp(one({ create: "true", connection: { ...connection, hostKey: other } }))).toMatch(
            /host key mismatch/,
        );
    });

    test("rejects a login as another user", async () => {
        const error = await failingUp(one({ create: "true", connection: { ...connection, user: "nobody" } }));
        expect(error).toMatch(/unable to authenticate/);
    });

    test("retries a refused connection up to dialErrorLimit", async () => {
        const error = await failingUp(
            one({ create: "true", connection: { ...connection, port: 2, dialErrorLimit: 2 } }),
        );
        expect(error).toMatch(/after 2 failed attempts: dial tcp 192\.168\.0\.100:2: connect: connection refused/);
    });

    test("gives up on a silent host after perDialTimeout", async () => {
        const silent = { ...connection, host: "192.168.0.250", perDialTimeout: 1 };
        expect(await failingUp(one({ create: "true", connection: silent }))).toMatch(
            /after 0 failed attempts: dial tcp .*(timeout|no route to host)/,
        );
    });

    test("reaches a host through a proxy", async () => {
        const proxy = connectionTo(used.lab.host("web1"));
        await up(one({ create: "echo $SSH_CONNECTION", connection: { ...connection, proxy } }));
        expect((await outputs()).one).toMatch(/^192\.168\.0\.102 /);
    });

    test("a random password: length, alphabet, secret, kept until its keepers change", async () => {
        const passwords = (keepers: Record<string, string>) => ({
            passwords: { p: { length: 48, special: false, keepers } },
        });
        await up(passwords({ version: "1" }));
        const first = (await outputs()).p;
        expect(first).toMatch(/^[A-Za-z0-9]{48}$/);
        expect(await stack.state()).not.toContain(first);
        expect(await inState("p")).toMatchObject({
            id: "none",
            outputs: { result: { ciphertext: expect.anything() } },
        });
        await up(passwords({ version: "1" }));
        expect((await outputs()).p).toBe(first);
        declare(passwords({ version: "2" }));
        expect(counts(await stack.preview())).toMatchObject({ replace: 1 });
        await up(passwords({ version: "2" }));
        expect((await outputs()).p).not.toBe(first);
    });

    test("destroy leaves an empty state", async () => {
        await stack.destroy();
        expect(await stack.resources()).toEqual([]);
    });
});

/** The pipelines in examples/pipelines: their very commands, in the order of their jobs, in an environment like a runner's. */
// @module-tag all
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ensureObjectStore, ObjectStore } from "../../lab/objectStore";
import { configure, declaredHosts, stackIn } from "../../lab/package";
import type { Result } from "../../support/run";
import { until } from "../../support/wait";
import { root } from "../../toolchain/paths";
import type { Stack } from "../../toolchain/stack";
import { ensureToolchain, pulumiEnvironment } from "../../toolchain/toolchain";
import { makeCertificate } from "../certificates";
import { copyCheckout, page, site, useLab, virtualIp } from "./fixture";

const used = useLab({ name: "pipelines" });
const passphrase = "known to the pipeline alone";
let dir: string;
let store: ObjectStore | undefined;
let environment: NodeJS.ProcessEnv;
let stack: Stack;

// biome-ignore lint/suspicious/noExplicitAny: YAML of others' making
type Yaml = any;
const read = (name: string): Yaml => parse(readFileSync(join(root, "examples", "pipelines", name), "utf8"));
const github = read("github-actions.yml");
const gitlab = read("gitlab-ci.yml");

/** What nobody but the pipeline's own settings gives: the program itself, as it is here, and a stack's file. */
beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "pipelines-"));
    await copyCheckout(dir);
    // What the jobs' first command finds installed: from where the hosts are there is no way to a registry.
    symlinkSync(join(root, "node_modules"), join(dir, "node_modules"));
    const settings = {
        hosts: declaredHosts(used.lab),
        virtualIps: [{ address: virtualIp }],
        servers: [{ name: "web1", address: "192.168.0.102" }],
    };
    await ensureObjectStore();
    store = await ObjectStore.start(used.lab, makeCertificate(["localhost"]));
    // What docs/pipelines.md says of a state in S3, and nothing else.
    const own = { PULUMI_CONFIG_PASSPHRASE: passphrase, ...store.env };
    stack = await stackIn(dir, used.lab, "prod", settings, own);
    const { PULUMI_HOME, PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION } = stack.place.env;
    const { PATH } = pulumiEnvironment(await ensureToolchain(), join(used.lab.scratch, "state"));
    environment = {
        PATH: [dirname(process.execPath), PATH].join(":"),
        HOME: used.lab.scratch,
        CI: "true",
        ...own,
        // Where the toolchain has installed its plugins.
        PULUMI_HOME,
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION,
    };
});

afterAll(() => {
    store?.stop();
    rmSync(dir, { recursive: true, force: true });
});

/** As a runner does it: nobody at a terminal, nothing inherited. `variables` are the pipeline's own, where they are plain. */
function job(lines: string, variables: Record<string, string>, own: Record<string, string> = {}): Promise<Result> {
    const plain = Object.entries(variables).filter(([, value]) => !value.includes("${{"));
    const env = { ...environment, ...Object.fromEntries(plain), ...own };
    const words = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    return used.lab.attempt(["env", "-i", ...words, "bash", "-e", "-c", lines], { cwd: dir, timeout: 900_000 });
}

/** The commands of a job on GitHub. A stand-in for pulumi/actions: the command line that it runs for these inputs. */
function githubJob(name: string, own: Record<string, string> = {}): Promise<Result> {
    const lines = github.jobs[name].steps.flatMap((step: Yaml) => step.run ?? actionsCommand(step) ?? []).join("\n");
    return job(lines, github.env, own);
}

function actionsCommand({ uses, with: inputs }: Yaml): string | undefined {
    if (!/^pulumi\/actions@/.test(uses) || inputs?.command === undefined) {
        return undefined;
    }
    const { command, diff, color } = inputs;
    expect(inputs).toMatchObject({ "stack-name": "prod", "comment-on-pr": true });
    return `pulumi ${command} ${diff ? "--diff" : ""} --color ${color} --non-interactive`;
}

function gitlabJob(name: string, own: Record<string, string> = {}): Promise<Result> {
    return job([...gitlab.default.before_script, ...gitlab[name].script].join("\n"), gitlab.variables, own);
}

const secretNames = ["PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
const environments = { preview: "load-balancers-preview", up: "load-balancers", drift: "load-balancers-check" };

describe("GitHub Actions", () => {
    test("each secret reaches one step of a job with an environment, and no other code", () => {
        for (const [name, expected] of Object.entries(environments)) {
            const { environment: own, steps, env } = github.jobs[name];
            expect({ own, env }).toEqual({ own: expected, env: undefined });
            const secretly = steps.filter((step: Yaml) => JSON.stringify(step).includes("secrets."));
            expect(
                secretly.map(({ env: variables }: Yaml) =>
                    Object.keys(variables).filter((each) => secretNames.includes(each)),
                ),
            ).toEqual([secretNames]);
        }
        const { jobs, ...rest } = github;
        expect(Object.keys(jobs)).toEqual(Object.keys(environments));
        expect(JSON.stringify(rest)).not.toContain("secrets.");
    });

    test("each action is pinned by its commit", () => {
        const used = Object.values(github.jobs).flatMap(({ steps }: Yaml) =>
            steps.flatMap(({ uses }: Yaml) => uses ?? []),
        );
        expect(used.length).toBeGreaterThan(8);
        for (const action of used) {
            expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
        }
    });

    test("preview prints the diff without a secret", async () => {
        const { code, stdout, stderr } = await githubJob("preview");
        expect(code, stdout + stderr).toBe(0);
        expect(stdout).toContain("+ 21 to create");
        expect(stdout + stderr).not.toContain("PRIVATE KEY");
        expect(stdout + stderr).not.toContain(passphrase);
    });

    test("the state is in S3, and its secrets are encrypted there", async () => {
        const states = join(used.lab.scratch, "object-store", "data", "states", "load-balancers");
        const state = readFileSync(join(states, ".pulumi", "stacks", "ha-load-balancer-pair", "prod.json"), "utf8");
        expect(JSON.parse(state).checkpoint.stack).toContain("prod");
        expect(state).not.toContain("PRIVATE KEY");
    });

    test("up converges the pair, checks it, and rehearses a hand-over", async () => {
        const { code, stdout, stderr } = await githubJob("up", { DRILL_AFTER_DEPLOY: "true" });
        expect(code, stdout + stderr).toBe(0);
        expect(stdout).toContain("+ 21 created");
        expect(stdout).toContain("All is well.");
        expect(stdout).toMatch(/hand-over: 0 of \d+ requests failed/);
        expect(readFileSync(join(dir, "drill", "drill.svg"), "utf8")).toContain("0 of ");
        expect((await page(used.lab, site)).body).toBe("This is web1.\n");
    });

    test("drift passes while the hosts match their declaration", async () => {
        const { code, stdout, stderr } = await githubJob("drift");
        expect(code, stdout + stderr).toBe(0);
    });

    test("drift fails and names the difference if a host differs", async () => {
        await used.lab.host("lb2").run("echo '# by hand' >>/etc/ha.d/ha.cf");
        const { code, stdout, stderr } = await githubJob("drift");
        expect(code).not.toBe(0);
        expect(stdout + stderr).toContain("lb2.example.com: /etc/ha.d/ha.cf was edited");
        expect(stdout + stderr).toContain("no changes were expected for preview but changes were proposed");
    });

    test("drift fails if a host does not answer", async () => {
        await githubJob("up");
        await used.lab.host("lb2").powerOff();
        const { code, stdout } = await githubJob("drift");
        await used.lab.host("lb2").boot();
        expect(code).not.toBe(0);
        expect(stdout).toMatch(/^BAD {2}lb2\.example\.com: SSH login works/m);
    });

    test("a preview that fails fails the job", async () => {
        const { code, stdout, stderr } = await githubJob("preview", { PULUMI_CONFIG_PASSPHRASE: "wrong" });
        expect(code).not.toBe(0);
        expect(stdout + stderr).toContain("incorrect passphrase");
    });
});

describe("GitLab CI", () => {
    test("its jobs run the same commands", async () => {
        await until("lb2 is back", 60_000, async () => (await gitlabJob("up")).code === 0);
        const servers = ["192.168.0.102", "192.168.0.103"].map((address, i) => ({ name: `web${i + 1}`, address }));
        configure(stack, { servers });
        for (const name of ["preview", "up", "drill", "drift"]) {
            const { code, stdout, stderr } = await gitlabJob(name);
            expect(code, `${name}: ${stdout}${stderr}`).toBe(0);
        }
        const [file] = gitlab.preview.artifacts.paths;
        const preview = readFileSync(join(dir, file), "utf8");
        expect(preview).toMatch(/^ *\+ +server web2 192\.168\.0\.103:80/m);
        expect(preview).not.toMatch(/^ *[-+] +server web1/m);
    });

    test("each job belongs to an environment, and no secret is global", () => {
        const { stages, default: _, variables, ...jobs } = gitlab;
        const named = Object.entries(jobs).map(([name, { environment: own }]: Yaml) => [name, own?.name ?? own]);
        expect(Object.fromEntries(named)).toEqual({ ...environments, drill: environments.up });
        expect(Object.keys(variables).filter((name) => secretNames.includes(name))).toEqual([]);
        expect(jobs.preview.rules).toEqual([expect.objectContaining({ when: "manual" })]);
    });
});

/** The pipelines in examples/pipelines: their very commands, in the order of their jobs, in an environment like a runner's. */
// @module-tag all
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ensureObjectStore, ObjectStore } from "../../lab/objectStore";
import { configure, declaredHosts, stackIn } from "../../lab/package";
import { root } from "../../toolchain/paths";
import { type Result, until } from "../../toolchain/shell";
import type { Stack } from "../../toolchain/stack";
import { ensureToolchain, pulumiEnvironment } from "../../toolchain/toolchain";
import { makeCertificate } from "../certificates";
import { copyCheckout, page, site, useLab, virtualIp } from "./fixture";

const used = useLab({ name: "pipelines" });
const passphrase = "known to the pipeline alone";
let dir: string;
let comments: string[];
let server: ChildProcess | undefined;
let store: ObjectStore | undefined;
let environment: NodeJS.ProcessEnv;
let stack: Stack;

// biome-ignore lint/suspicious/noExplicitAny: YAML of others' making
type Yaml = any;
const read = (name: string): Yaml => parse(readFileSync(join(root, "examples", "pipelines", name), "utf8"));
const github = read("github-actions.yml");
const gitlab = read("gitlab-ci.yml");

/** Plays the forge: a line out for each comment. */
const forge = `require("node:http").createServer((request, response) => {
    let body = "";
    request.on("data", (text) => (body += text)).on("end", () => {
        console.log(JSON.stringify({ url: request.url, headers: request.headers, ...JSON.parse(body) }));
        response.writeHead(201).end();
    });
}).listen(8098, "192.168.0.1", () => console.log("ready"));`;

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
    comments = [];
    used.lab
        .attempt([process.execPath, "-e", forge], {
            timeout: 3_600_000,
            onSpawn: (child) => (server = child),
            onLine: (line) => comments.push(line),
        })
        .catch(() => {});
    await until("the forge listens", 10_000, async () => comments.length > 0);
});

afterAll(() => {
    server?.kill("SIGTERM");
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

/** The commands of a job on GitHub. */
function githubJob(name: string, own: Record<string, string> = {}): Promise<Result> {
    const lines = github.jobs[name].steps.flatMap((step: Yaml) => step.run ?? []).join("\n");
    return job(lines, github.env, own);
}

function gitlabJob(name: string, own: Record<string, string> = {}): Promise<Result> {
    return job([...gitlab.default.before_script, ...gitlab[name].script].join("\n"), gitlab.variables, own);
}

const pullRequest = {
    GITHUB_TOKEN: "token-of-github",
    PULL_REQUEST: "7",
    GITHUB_API_URL: "http://192.168.0.1:8098",
    GITHUB_REPOSITORY: "shop/load-balancer",
};
const mergeRequest = {
    GITLAB_TOKEN: "token-of-gitlab",
    CI_API_V4_URL: "http://192.168.0.1:8098/api/v4",
    CI_PROJECT_ID: "42",
    CI_MERGE_REQUEST_IID: "7",
};

function lastComment(): { url: string; headers: Record<string, string>; body: string } {
    return JSON.parse(comments.at(-1) as string);
}

describe("GitHub Actions", () => {
    test("a change is previewed, with the diff as a comment and no secret in it", async () => {
        const { code, stdout, stderr } = await githubJob("preview", pullRequest);
        expect(code, stdout + stderr).toBe(0);
        const { url, headers, body } = lastComment();
        expect(url).toBe("/repos/shop/load-balancer/issues/7/comments");
        expect(headers.authorization).toBe("Bearer token-of-github");
        expect(body).toMatch(/^\*\*The load balancer, after this change\*\*\n\n```+diff\n/);
        expect(body).toContain("+ 21 to create");
        expect(stdout + stderr + body).not.toContain("PRIVATE KEY");
        expect(stdout + stderr + body).not.toContain(passphrase);
    });

    test("the state is in S3, and its secrets are encrypted there", async () => {
        const states = join(used.lab.scratch, "object-store", "data", "states", "load-balancers");
        const state = readFileSync(join(states, ".pulumi", "stacks", "ha-load-balancer-pair", "prod.json"), "utf8");
        expect(JSON.parse(state).checkpoint.stack).toContain("prod");
        expect(state).not.toContain("PRIVATE KEY");
    });

    test("up makes it so, looks at it, and rehearses a hand-over", async () => {
        const { code, stdout, stderr } = await githubJob("up");
        expect(code, stdout + stderr).toBe(0);
        expect(stdout).toContain("+ 21 created");
        expect(stdout).toContain("All is well.");
        expect(stdout).toMatch(/hand-over: 0 of \d+ requests failed/);
        expect(readFileSync(join(dir, "drill", "drill.svg"), "utf8")).toContain("0 of ");
        expect((await page(used.lab, site)).body).toBe("This is web1.\n");
    });

    test("the nightly check passes while the hosts are as declared", async () => {
        const { code, stdout, stderr } = await githubJob("drift");
        expect(code, stdout + stderr).toBe(0);
    });

    test("and fails when one differs, naming what", async () => {
        await used.lab.host("lb2").run("echo '# by hand' >>/etc/ha.d/ha.cf");
        const { code, stdout, stderr } = await githubJob("drift");
        expect(code).not.toBe(0);
        expect(stdout + stderr).toContain("lb2.example.com: /etc/ha.d/ha.cf was edited");
        expect(stdout + stderr).toContain("no changes were expected for preview but changes were proposed");
    });

    test("and when one does not answer", async () => {
        await githubJob("up");
        await used.lab.host("lb2").powerOff();
        const { code, stdout } = await githubJob("drift");
        await used.lab.host("lb2").boot();
        expect(code).not.toBe(0);
        expect(stdout).toMatch(/^BAD {2}lb2\.example\.com: lets us in/m);
    });

    test("a preview that fails is a comment too, and fails the job", async () => {
        const { code } = await githubJob("preview", { ...pullRequest, PULUMI_CONFIG_PASSPHRASE: "wrong" });
        expect(code).not.toBe(0);
        expect(lastComment().body).toContain("incorrect passphrase");
    });
});

describe("GitLab CI", () => {
    test("every job does the same", async () => {
        await until("lb2 is back", 60_000, async () => (await gitlabJob("up")).code === 0);
        const servers = ["192.168.0.102", "192.168.0.103"].map((address, i) => ({ name: `web${i + 1}`, address }));
        configure(stack, { servers });
        for (const name of ["preview", "up", "drill", "drift"]) {
            const { code, stdout, stderr } = await gitlabJob(name, name === "preview" ? mergeRequest : {});
            expect(code, `${name}: ${stdout}${stderr}`).toBe(0);
        }
        const { url, headers, body } = lastComment();
        expect(url).toBe("/api/v4/projects/42/merge_requests/7/notes");
        expect(headers["private-token"]).toBe("token-of-gitlab");
        expect(body).toMatch(/^ *\+ +server web2 192\.168\.0\.103:80/m);
        expect(body).not.toMatch(/^ *[-+] +server web1/m);
    });
});

/** The package as npm publishes it: installed in a project of its own, somewhere else, it converges a pair. */
// @module-tag all
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { run } from "../../support/run";
import { until } from "../../support/wait";
import { root } from "../../toolchain/paths";
import { Stack } from "../../toolchain/stack";
import { ensureToolchain, pulumiEnvironment } from "../../toolchain/toolchain";
import { counts, page, underLoad, useLab } from "./fixture";
import { useInstalled } from "./installed";

const used = useLab({ name: "package" });
const installed = useInstalled();
let stack: Stack;

const program = `import { readFileSync } from "node:fs";
import { HaLoadBalancerPair, hostKeyOf } from "ha-load-balancer-pair";
const knownHosts = readFileSync(process.env.LAB_KNOWN_HOSTS as string, "utf8");
const host = (name: string, address: string) => ({ name, address, hostKey: hostKeyOf(knownHosts, address, 22) });
export const { url } = new HaLoadBalancerPair("web", {
    hosts: [host("lb1.example.com", "192.168.0.100"), host("lb2.example.com", "192.168.0.101")],
    connection: { privateKey: readFileSync(process.env.LAB_KEY as string, "utf8") },
    virtualIps: [{ address: "192.168.0.99" }],
    haproxy: { listen: [{ name: "web", servers: [{ name: "web1", address: "192.168.0.102" }] }] },
});
`;

beforeAll(async () => {
    const { dir } = installed;
    writeFileSync(join(dir, "Pulumi.yaml"), "name: elsewhere\nruntime: nodejs\n");
    writeFileSync(join(dir, "index.ts"), program);
    const env = pulumiEnvironment(await ensureToolchain(), join(dir, "state"));
    const files = { LAB_KEY: used.lab.privateKeyFile, LAB_KNOWN_HOSTS: used.lab.knownHostsFile };
    stack = new Stack({ enter: used.lab.enter, env: { ...env, ...files }, dir, name: "here" });
    await stack.create();
});

test("has the compiled component, its types and the hosts' scripts, and no other file", () => {
    const { packed } = installed;
    expect(packed).toEqual(expect.arrayContaining(["package.json", "LICENSE", "README.md", "CHANGELOG.md"]));
    expect(packed).toEqual(
        expect.arrayContaining(
            ["index.js", "index.d.ts", "index.js.map", "steps/sh/lib.sh", "host/VirtualIp"].map(
                (file) => `dist/components/${file}`,
            ),
        ),
    );
    const others = packed.filter((file) => !/^(dist\/|package\.json|LICENSE|README\.md|CHANGELOG\.md)/.test(file));
    expect(others).toEqual([]);
    const scripts = readdirSync(join(root, "components/steps/sh")).map((name) => `dist/components/steps/sh/${name}`);
    const library = execFileSync("git", ["ls-files", "components/host/lib"], { cwd: root, encoding: "utf8" });
    const keeper = library
        .trim()
        .split("\n")
        .map((name) => `dist/${name}`);
    const halb = ["halb.js", "sh/look.sh", "sh/hand-over.sh", "sh/import.sh"].map((name) => `dist/cli/${name}`);
    expect(packed).toEqual(expect.arrayContaining([...scripts, ...keeper, ...halb]));
    expect(packed.filter((file) => /test|lab\/|__pycache__/.test(file))).toEqual([]);
    console.log(`the package: ${packed.length} files, ${Math.round(installed.size / 1024)} KiB`);
    expect(installed.size).toBeLessThan(500_000);
});

test("the program in the README compiles with its types", async () => {
    const [, text] = /^```ts\n(.*?)^```$/ms.exec(readFileSync(join(root, "README.md"), "utf8")) as RegExpExecArray;
    writeFileSync(join(installed.dir, "readme.ts"), text);
    const words = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "readme.ts"];
    await run([join(root, "node_modules/.bin/tsc"), ...words, "--ignoreConfig"], { cwd: installed.dir });
});

test("ten lines of TypeScript in another project converge a pair", async () => {
    expect(program.trim().split("\n")).toHaveLength(10);
    expect(counts(await stack.up())).toEqual({ created: 21 });
    const { url } = await stack.outputs();
    expect((await page(used.lab, url)).body.trim()).toBe("This is web1.");
    expect(counts(await stack.preview())).toEqual({ unchanged: 21 });
});

test("a new passphrase of the state changes nothing, and drops no request", async () => {
    const outputs = await stack.outputs();
    await stack.run(["stack", "change-secrets-provider", "passphrase"], { input: "another one\n" });
    const old = await stack.attempt(["preview"]);
    expect(old.code).not.toBe(0);
    expect(old.stdout + old.stderr).toContain("incorrect passphrase");
    stack = new Stack({ ...stack.place, env: { ...stack.place.env, PULUMI_CONFIG_PASSPHRASE: "another one" } });
    const { failed } = await underLoad(used.lab, "another passphrase", async () => {
        expect(counts(await stack.up())).toEqual({ unchanged: 21 });
    });
    expect(failed).toBe(0);
    expect(await stack.outputs()).toEqual(outputs);
});

test("the package's halb reads the pair from the state", async () => {
    const { dir } = installed;
    const halb = join(dir, "node_modules", ".bin", "halb");
    const status = () => used.lab.attempt([halb, "status", "--stack", "here"], { cwd: dir, env: stack.place.env });
    await until("all is well", 30_000, async () => (await status()).code === 0, 500);
    expect((await status()).stdout).toMatch(/^192\.168\.0\.99 +lb1\.example\.com +lb1\.example\.com +eth0$/m);
});

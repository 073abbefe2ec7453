/** The package as npm publishes it: installed in a project of its own, somewhere else, it converges a pair. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import manifest from "../../package.json";
import { root } from "../../toolchain/paths";
import { run } from "../../toolchain/shell";
import { Stack } from "../../toolchain/stack";
import { ensureToolchain, pulumiEnvironment } from "../../toolchain/toolchain";
import { counts, page, useLab } from "./fixture";

const used = useLab({ name: "package" });
const dir = mkdtempSync(join(tmpdir(), "package-"));
let packed: string[];
let stack: Stack;

const program = `import { readFileSync } from "node:fs";
import { HaLoadBalancerPair, hostKeyOf } from "ha-load-balancer-pair";
const { LAB_KEY, LAB_KNOWN_HOSTS } = process.env as Record<string, string>;
const knownHosts = readFileSync(LAB_KNOWN_HOSTS, "utf8");
const host = (name: string, address: string) => ({ name, address, hostKey: hostKeyOf(knownHosts, address, 22) });
export const { url } = new HaLoadBalancerPair("web", {
    hosts: [host("lb1.example.com", "192.168.0.100"), host("lb2.example.com", "192.168.0.101")],
    connection: { privateKey: readFileSync(LAB_KEY, "utf8") },
    virtualIps: [{ address: "192.168.0.99" }],
    haproxy: { listen: [{ name: "web", servers: [{ name: "web1", address: "192.168.0.102" }] }] },
});
`;

beforeAll(async () => {
    const [report]: [{ filename: string; files: { path: string }[] }] = JSON.parse(
        await run(["npm", "pack", "--json", "--silent", "--pack-destination", dir], { cwd: root }),
    );
    packed = report.files.map(({ path }) => path);
    writeFileSync(join(dir, "package.json"), JSON.stringify({ name: "elsewhere", private: true }));
    writeFileSync(join(dir, "Pulumi.yaml"), "name: elsewhere\nruntime: nodejs\n");
    writeFileSync(join(dir, "index.ts"), program);
    const tarball = join(dir, report.filename);
    const sdk = `@pulumi/pulumi@${manifest.devDependencies["@pulumi/pulumi"]}`;
    await run(["npm", "install", "--silent", "--no-audit", "--no-fund", tarball, sdk], { cwd: dir });
    const env = pulumiEnvironment(await ensureToolchain(), join(dir, "state"));
    const files = { LAB_KEY: used.lab.privateKeyFile, LAB_KNOWN_HOSTS: used.lab.knownHostsFile };
    stack = new Stack({ enter: used.lab.enter, env: { ...env, ...files }, dir, name: "here" });
    await stack.create();
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

test("it has the compiled component, its types and the scripts for the hosts, and nothing else", () => {
    expect(packed).toEqual(expect.arrayContaining(["package.json", "LICENSE", "README.md", "CHANGELOG.md"]));
    expect(packed).toEqual(
        expect.arrayContaining(
            ["index.js", "index.d.ts", "index.js.map", "steps/sh/lib.sh", "host/VirtualIp"].map(
                (file) => `dist/${file}`,
            ),
        ),
    );
    const others = packed.filter((file) => !/^(dist\/|package\.json|LICENSE|README\.md|CHANGELOG\.md)/.test(file));
    expect(others).toEqual([]);
    const scripts = readdirSync(join(root, "components/steps/sh")).map((name) => `dist/steps/sh/${name}`);
    const keeper = readdirSync(join(root, "components/host/keeper")).map((name) => `dist/host/keeper/${name}`);
    expect(packed).toEqual(expect.arrayContaining([...scripts, ...keeper]));
    expect(packed.filter((file) => /test|lab\/|__pycache__/.test(file))).toEqual([]);
});

test("ten lines of TypeScript in a project of their own converge a pair", async () => {
    expect(counts(await stack.up())).toEqual({ created: 21 });
    const { url } = await stack.outputs();
    expect((await page(used.lab, url)).body.trim()).toBe("This is web1.");
    expect(counts(await stack.preview())).toEqual({ unchanged: 21 });
});

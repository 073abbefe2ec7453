/** The component from Pulumi's other languages: its schema, a Pulumi YAML program on real hosts, and SDKs that compile. */
// @module-tag all
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { configure, declaredHosts, stackIn } from "../../lab/package";
import { run } from "../../support/run";
import { behindOthers } from "../../toolchain/budget";
import { goEnvironment } from "../../toolchain/go";

import { root } from "../../toolchain/paths";
import { venv } from "../../toolchain/python";
import { copyComponent, inferredSchema, schemaFile } from "../../toolchain/schema";
import { Stack } from "../../toolchain/stack";
import { ensureLanguages, ensureToolchain, pulumiEnvironment } from "../../toolchain/toolchain";
import { counts, page, site, underLoad, useLab, virtualIp } from "./fixture";

const dir = mkdtempSync(join(tmpdir(), "languages-"));
const inferred = join(dir, "schema.json");
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
    const toolchain = await ensureToolchain();
    await ensureLanguages(toolchain);
    env = pulumiEnvironment(toolchain, join(dir, "state"));
    cpSync(join(root, "examples"), join(dir, "examples"), { recursive: true });
    writeFileSync(inferred, await inferredSchema(copyComponent(dir), env));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function generateSdk(language: string): Promise<string> {
    const words = ["pulumi", "package", "gen-sdk", inferred, "--language", language, "--out", join(dir, "sdk")];
    return run(words, { cwd: dir, env });
}

interface Properties {
    properties?: Record<string, { description?: string }>;
    inputProperties?: Record<string, { description?: string }>;
}

test("pulumi package get-schema prints the checked-in schema, with a description on every property", () => {
    const schema = JSON.parse(readFileSync(inferred, "utf8"));
    expect(schema, 'after a change of the inputs: "npm run schema"').toEqual(
        JSON.parse(readFileSync(schemaFile, "utf8")),
    );
    const all: Properties[] = [
        ...Object.values<Properties>(schema.resources),
        ...Object.values<Properties>(schema.types),
    ];
    const properties = all.flatMap((each) => Object.entries({ ...each.properties, ...each.inputProperties }));
    expect(properties.length).toBeGreaterThan(100);
    expect(properties.filter(([, { description }]) => !description?.trim()).map(([name]) => name)).toEqual([]);
});

/** What examples/yaml declares, in a program that imports the component. */
const typescript = `import * as pulumi from "@pulumi/pulumi";
import { HaLoadBalancerPair, type HostArgs } from "${join(root, "components")}";
const config = new pulumi.Config();
export const { url } = new HaLoadBalancerPair("web", {
    hosts: config.requireObject<HostArgs[]>("hosts"),
    connection: { privateKey: config.requireSecret("sshPrivateKey") },
    virtualIps: [{ address: config.require("virtualIp") }],
    haproxy: { listen: [{ name: "web", servers: [{ name: "web1", address: config.require("server") }] }] },
});
`;

describe("a Pulumi YAML program", () => {
    const used = useLab({ name: "yaml" });
    let stack: Stack;

    /** A stack of the same project, with the same configuration, run by the TypeScript program. */
    function inProcess(name: string): Stack {
        const program = join(dir, "typescript");
        mkdirSync(program, { recursive: true });
        writeFileSync(join(program, "Pulumi.yaml"), "name: yaml\nruntime: nodejs\nmain: index.ts\n");
        writeFileSync(join(program, "index.ts"), typescript);
        if (!existsSync(join(program, "node_modules"))) {
            symlinkSync(join(root, "node_modules"), join(program, "node_modules"));
        }
        const configFile = join(stack.place.dir, "Pulumi.prod.yaml");
        return new Stack({ ...stack.place, dir: program, name, configFile });
    }

    beforeAll(async () => {
        stack = await stackIn(join(dir, "examples", "yaml"), used.lab, "prod", {
            hosts: declaredHosts(used.lab),
            virtualIp,
            server: "192.168.0.102",
        });
    });

    test("converges a pair, and the next preview shows no change", async () => {
        expect(counts(await stack.up())).toEqual({ created: 21 });
        expect((await page(used.lab, site)).body).toBe("This is web1.\n");
        expect((await stack.outputs()).url).toBe(site);
        expect(counts(await stack.preview())).toEqual({ unchanged: 21 });
    });

    test("a TypeScript program adopts the same pair without a change or a lost request", async () => {
        const { failed } = await underLoad(used.lab, "from the plugin to a program", async () => {
            expect(counts(await inProcess("prod").up())).toEqual({ unchanged: 21 });
        });
        expect(failed).toBe(0);
        expect(counts(await stack.up())).toEqual({ unchanged: 21 });
    });

    test("rejects a second stack with the same hosts, in TypeScript", async () => {
        const second = inProcess("second");
        await second.create();
        const { code, stdout } = await second.attemptUp();
        expect(code).not.toBe(0);
        expect(stdout).toContain("the host belongs to another pair: yaml/prod/web");
        expect((await page(used.lab, site)).body).toBe("This is web1.\n");
    });

    test("reports drift and invalid inputs", async () => {
        await used.lab.host("lb1").run("echo '# by hand' >>/etc/ha.d/ha.cf");
        const preview = await stack.attempt(["preview"]);
        expect(preview.stdout + preview.stderr).toContain("lb1.example.com: /etc/ha.d/ha.cf was edited");
        expect(counts(preview.stdout)).toMatchObject({ update: expect.any(Number) });
        configure(stack, { virtualIp: "nowhere" });
        const wrong = await stack.attempt(["preview"]);
        expect(wrong.code).not.toBe(0);
        expect(wrong.stdout + wrong.stderr).toContain('virtualIps[0].address: "nowhere" is not an IP address');
    });
});

describe("generated SDKs", () => {
    test("Python: the SDK can be imported, and has every input", async () => {
        await generateSdk("python");
        const python = await venv("sdk");
        await run([
            join(python, "bin", "pip"),
            "install",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            join(dir, "sdk", "python"),
        ]);
        const lines = [
            "import inspect, pulumi_ha_load_balancer_pair as halb",
            "print(*inspect.signature(halb.HaLoadBalancerPair._internal_init).parameters)",
            "halb.HostArgs(name='lb1', address='10.0.0.1')",
        ];
        const names = await run([join(python, "bin", "python"), "-c", lines.join("\n")], { cwd: dir });
        for (const name of ["hosts", "virtual_ips", "heartbeat", "haproxy", "fencing", "drift_detection"]) {
            expect(names.split(" ")).toContain(name);
        }
    });

    test("Go: the SDK compiles, with a program that uses it", async () => {
        await generateSdk("go");
        const program = join(dir, "program");
        mkdirSync(program);
        const versions = readFileSync(join(root, "toolchain", "offline", "languages", "go.mod"), "utf8");
        const pulumi = /\bgithub\.com\/pulumi\/pulumi\/sdk\/v3 v\S+/.exec(versions)?.[0];
        const sdk = join(dir, "sdk", "go", "haloadbalancerpair");
        writeFileSync(join(sdk, "go.mod"), `module ${goModule}\n\ngo 1.25\n\nrequire ${pulumi}\n`);
        writeFileSync(
            join(program, "go.mod"),
            `module example.com/program\n\ngo 1.25\n\nrequire ${goModule} v0.1.0\n\nreplace ${goModule} => ${sdk}\n`,
        );
        writeFileSync(join(program, "main.go"), goProgram);
        const go = { ...(await goEnvironment()), GOFLAGS: "-mod=mod" };
        for (const words of [
            ["mod", "tidy"],
            ["vet", "."],
            ["build", "-o", "/dev/null", "."],
        ]) {
            // It may take its time: what clients see is measured beside it.
            await run(behindOthers(["go", ...words]), { cwd: program, env: go });
        }
    });
});

/** As gen-sdk names it. */
const goModule = "example.com/pulumi-ha-load-balancer-pair/sdk/go/ha-load-balancer-pair";

const goProgram = `package main

import (
	haloadbalancerpair "${goModule}"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		_, err := haloadbalancerpair.NewHaLoadBalancerPair(ctx, "web", &haloadbalancerpair.HaLoadBalancerPairArgs{
			Hosts: []haloadbalancerpair.HostArgs{
				{Name: "lb1", Address: pulumi.String("10.0.0.1")},
			},
		})
		return err
	})
}
`;

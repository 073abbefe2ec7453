/**
 * Operations of the engine that delete resources while others keep the host: the pair serves throughout, and the exit code is true. Each
 * test leaves a pair that serves to the next one.
 */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stepNames } from "../../components/steps/step";
import { version } from "../../components/version";
import { type Settings, writeConfig } from "../../lab/pulumi";
import { root } from "../../toolchain/paths";
import { Stack } from "../../toolchain/stack";
import { counts, failure, inAll, page, site, snapshot, underLoad, useServingPair } from "./fixture";

const used = useServingPair({ name: "ownership" });
const hosts = ["lb1.example.com", "lb2.example.com"];
const commands = [...hosts.flatMap((host) => stepNames.map((step) => `lb-${host}-${step}`)), "lb-verify"];
const urn = (name: string) => `**::${name}`;
const up = ["up", "--yes", "--skip-preview"];
const declare = (settings: Settings) => writeConfig(used.lab, used.stack.place.configFile as string, settings);

/** Runs something on the pair that serves: no request fails, and afterwards both hosts are whole. */
async function keepsServing(
    what: string,
    action: () => Promise<unknown>,
    project = "ha-load-balancer-pair/",
): Promise<void> {
    const { failed, none } = await underLoad(used.lab, what, action);
    expect({ failed, none }).toEqual({ failed: 0, none: 0 });
    const look = "systemctl is-active haproxy heartbeat ha-load-balancer-pair; cat /var/lib/ha-load-balancer-pair/pair";
    const seen = await Promise.all(used.lab.loadBalancers.map((host) => host.run(look)));
    expect(seen).toEqual(Array(2).fill(expect.stringMatching(`^active\nactive\nactive\n${project}`)));
}

describe("resources that are replaced", () => {
    test("all at once", async () => {
        await keepsServing("--replace of every command", async () => {
            expect(counts(await used.stack.up("--replace", "**:remote:Command::**"))).toMatchObject({ replaced: 17 });
        });
        expect(counts(await used.stack.preview())).toEqual({ unchanged: 21 });
    });

    test.each(commands)("%s", inAll, async (name) => {
        await keepsServing(`--replace ${name}`, async () => {
            expect(counts(await used.stack.up("--replace", urn(name)))).toMatchObject({ replaced: 1 });
        });
    });

    test.each(commands)("%s, tainted", inAll, async (name) => {
        await used.stack.run(["state", "taint", (await urnsInState()).get(name) as string, "--yes"]);
        await keepsServing(`tainted: ${name}`, async () => {
            expect(counts(await used.stack.up())).toMatchObject({ replaced: 1 });
        });
    });

    test("health, and the next pulumi up claims the host again", inAll, async () => {
        await used.stack.up();
        await keepsServing("--replace health", () => used.stack.up("--replace", urn("lb-lb1.example.com-health")));
        expect(await used.stack.preview()).toContain(
            "no step claims this host: the one that did was replaced or deleted",
        );
        await used.stack.up();
        expect(counts(await used.stack.preview())).toEqual({ unchanged: 21 });
    });

    test("all at once, tainted", inAll, async () => {
        const urns = await urnsInState();
        for (const name of commands) {
            await used.stack.run(["state", "taint", urns.get(name) as string, "--yes"]);
        }
        await keepsServing("tainted: all", async () => {
            expect(counts(await used.stack.up())).toMatchObject({ replaced: commands.length });
        });
        expect(counts(await used.stack.preview())).toEqual({ unchanged: 21 });
    });

    test("preflight alone, by --target-replace: the next pulumi up finds nothing undone", inAll, async () => {
        await keepsServing("--target-replace preflight", async () => {
            const said = await failure(used.stack, ...up, "--target-replace", urn("lb-lb2.example.com-preflight"));
            expect(said).toContain('the last "pulumi up" did not reach its health step; nothing is undone');
            await used.stack.up();
        });
        expect(counts(await used.stack.preview())).toEqual({ unchanged: 21 });
    });
});

/** The URNs in the state, by the resources' names. */
async function urnsInState(): Promise<Map<string, string>> {
    return new Map((await used.stack.resources()).map(({ urn: each }) => [each.split("::").at(-1) as string, each]));
}

describe("a state that is changed", () => {
    test("refreshed", inAll, async () => {
        await keepsServing("refresh", async () => {
            const config = ["--config-file", used.stack.place.configFile as string];
            await used.stack.run(["refresh", "--yes", "--skip-preview", ...config]);
            expect(counts(await used.stack.preview("--refresh"))).toEqual({ unchanged: 21 });
            expect(counts(await used.stack.up("--refresh"))).toEqual({ unchanged: 21 });
        });
    });

    test("a step is removed from it: the next pulumi up creates it again", inAll, async () => {
        const urns = await urnsInState();
        await used.stack.run(["state", "remove", urns.get("lb-verify") as string, "--yes"]);
        await keepsServing("state remove", async () => {
            expect(counts(await used.stack.up())).toEqual({ created: 1, unchanged: 20 });
        });
    });

    test("every step of lb2 on its own by --target, and every step of lb1 left out by --exclude", inAll, async () => {
        declare({ heartbeat: { deadtime: 2 }, haproxy: { timeout: { client: "40s" } } });
        await keepsServing("--target of every step", async () => {
            for (const name of commands.filter((each) => !each.includes("lb1"))) {
                await used.stack.up("--target", urn(name));
            }
        });
        declare({});
        await keepsServing("--exclude of every step", async () => {
            for (const name of commands.filter((each) => each.includes("lb1"))) {
                await used.stack.attempt([...used.stack.upWords, "--exclude", urn(name)]);
            }
            await used.stack.up();
        });
        expect(counts(await used.stack.preview())).toEqual({ unchanged: 21 });
    });
});

test("rejects a new secret on one host only before the hosts stop hearing each other", inAll, async () => {
    declare({ heartbeat: { keyVersion: 2 } });
    await keepsServing("the secret, on one host", async () => {
        const targets = ["--target", urn("lb-authkeys"), "--target", urn("lb-lb2.**")];
        expect(await failure(used.stack, ...up, ...targets)).toContain("lb1.example.com does not have the new key");
        await used.stack.up();
    });
    expect(counts(await used.stack.preview())).toEqual({ unchanged: 21 });
});

test("rejects a program that is older than the version that converged the hosts", async () => {
    const file = "/var/lib/ha-load-balancer-pair/version";
    await used.lab.host("lb2").run(`echo 99.0.0 >${file}`);
    for (const words of [["preview"], up]) {
        expect(await failure(used.stack, ...words)).toContain(
            `lb2.example.com: the host was converged by version 99.0.0 of ha-load-balancer-pair, and this is ${version}`,
        );
    }
    await used.lab.host("lb2").run(`echo ${version} >${file}`);
});

describe("a pair that moves", () => {
    const programs = join(root, "test", "lab", "programs");
    const stack = (name = "dev") => new Stack({ ...used.stack.place, dir: join(programs, "moved"), name });
    const inProject = () => new Stack({ ...used.stack.place, dir: join(programs, "movedProject"), name: "dev" });
    const formerParent = "urn:pulumi:dev::ha-load-balancer-pair::test:index:Site::site";

    test("to another parent without an alias keeps its hosts", async () => {
        declare({});
        await stack().up();
        declare({ hasParent: true });
        await keepsServing("another parent, no alias", async () => {
            expect(counts(await stack().up())).toMatchObject({ created: 21, deleted: 20 });
        });
        expect(counts(await stack().preview())).toEqual({ unchanged: 22 });
    });

    test("to another parent with an alias, and to another name, keeps its hosts", inAll, async () => {
        declare({ aliases: [{ parent: formerParent }] });
        await keepsServing("no parent, with an alias", async () => {
            expect(counts(await stack().up())).not.toHaveProperty("created");
        });
        declare({ name: "web", aliases: [{ name: "lb" }] });
        await keepsServing("another name", () => stack().up());
        // The hosts forget the old name.
        declare({ name: "web" });
        await stack().up();
        expect(counts(await stack().preview())).toEqual({ unchanged: 21 });
    });

    test("to another stack keeps its hosts when the old stack is destroyed", inAll, async () => {
        const other = stack("other");
        await other.create();
        declare({ name: "web", aliases: [{ stack: "dev", name: "web" }] });
        await keepsServing("another stack", () => other.up());
        await keepsServing("the old stack is destroyed", () => stack().destroy());
    });

    test("to another project keeps its hosts when the old stack is destroyed", inAll, async () => {
        await inProject().create();
        declare({ name: "web", aliases: [{ project: "ha-load-balancer-pair", stack: "other", name: "web" }] });
        await keepsServing("another project", () => inProject().up(), "moved-project/");
        await keepsServing("the old project's stack is destroyed", () => stack("other").destroy(), "moved-project/");
    });

    test("is undone by a destroy right after its state was lost and created again", inAll, async () => {
        await inProject().create();
        declare({ name: "web" });
        await keepsServing("a lost state", () => inProject().up(), "moved-project/");
        await inProject().destroy();
        expect((await page(used.lab, site)).status).toBe(0);
        for (const host of used.lab.loadBalancers) {
            expect(await snapshot(host)).not.toMatch(/heartbeat installed|ha-load-balancer-pair/);
        }
    });
});

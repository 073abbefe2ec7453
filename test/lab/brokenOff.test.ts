/**
 * Runs that break off: pulumi, a plugin or a host dies, the disk or the network gives out, the state is lost. The pair
 * serves on if it served before, and the next pulumi up completes with no step in between.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Host } from "../../lab/host";
import type { Lab } from "../../lab/lab";
import { labStack, type Settings, writeConfig } from "../../lab/pulumi";
import { attempt } from "../../support/run";
import { sleep, until } from "../../support/wait";
import type { Stack } from "../../toolchain/stack";
import {
    counts,
    failedUp,
    holds,
    inAll,
    kill,
    page,
    site,
    underLoad,
    upUntil,
    usePair,
    useServingPair,
} from "./fixture";

const steps = ["preflight", "packages", "kernel", "authkeys", "haproxy-secrets", "haproxy", "heartbeat", "health"];
const all = 21;

/** No file that was begun and not finished. */
async function expectNoLeftOvers(hosts: Host[]): Promise<void> {
    const look =
        "find /etc /usr/sbin /run /var/lib/ha-load-balancer-pair -xdev -name '*ha-load-balancer-pair*.new' -o -name 'ha-load-balancer-pair.??????' " +
        "-o -path '/var/lib/ha-load-balancer-pair/*.new' -o -path /usr/sbin/policy-rc.d; dpkg --audit";
    expect(await Promise.all(hosts.map((host) => host.run(look)))).toEqual(hosts.map(() => ""));
}

/** Makes the next pulumi up run every step of a host once more. */
function rerun({ lab, stack }: { lab: Lab; stack: Stack }, name: string, identity: string): void {
    const hosts = lab.loadBalancers.map((host) => ({
        name: host.plan.fqdn,
        address: host.address,
        ...(host.name === name ? { identity } : {}),
    }));
    writeConfig(lab, stack.place.configFile as string, { hosts });
}

/** Takes all of the disk, with what is kept back for root. */
async function fill(host: Host): Promise<void> {
    await host.attempt("fallocate -l $(($(stat -f -c '%f * %S' /) - 65536)) /var/filler");
}

describe("at the first converge, with pulumi killed in each step,", inAll, () => {
    const used = usePair({ name: "killed" });
    const hosts = () => ["lb1", "lb2"].map((name) => used.lab.host(name));

    test.each([
        ...steps.map((step) => `lb2.example.com-${step}`),
        "lb1.example.com-heartbeat",
        "verify",
    ])("%s", async (step) => {
        await upUntil(used.stack, new RegExp(`lb-${step} creating`), kill);
    });

    test("the next pulumi up completes", async () => {
        await used.stack.up();
        expect((await page(used.lab, site)).status).toBe(200);
        expect(counts(await used.stack.preview())).toEqual({ unchanged: all });
        await expectNoLeftOvers(hosts());
    });
});

describe("at the first converge, on the second host,", inAll, () => {
    const used = usePair({ name: "failing" });
    const lb2 = () => used.lab.host("lb2");

    // A disk so slow that there is a middle to lose power in.
    beforeAll(async () => {
        await lb2().run(
            "printf '#!/bin/sh\\nsleep 0.7\\nexec /usr/bin/sync \"$@\"\\n' >/usr/local/bin/sync; chmod +x /usr/local/bin/sync",
        );
    });

    test("reports one error, and leaves no half-installed package, if the repository disappears", async () => {
        await lb2().run("apt-get -qq update; umount -l /srv/repo");
        const said = await failedUp(used.stack);
        expect(said).toContain(
            'lb2.example.com: step "packages" failed (apply): apt-get could not install: heartbeat haproxy',
        );
        expect(said).toContain("What to do: fix the package sources");
        await lb2().powerOff();
        await lb2().boot();
    });

    test("reports one error if the disk is full during the installation", async () => {
        const { code, said } = await upUntil(used.stack, /lb2\.example\.com-packages creating/, () => fill(lb2()));
        expect(code).not.toBe(0);
        expect(said).toMatch(/lb2\.example\.com: step "packages" failed \(apply\)/);
        await lb2().run("rm /var/filler");
    });

    test.each(steps)("names the host and the step if the host loses power in the step %s", async (step) => {
        rerun(used, "lb2", `power-${step}`);
        const line = new RegExp(`lb-lb2\\.example\\.com-${step} (creating|updating)`);
        const { code, said } = await upUntil(used.stack, line, async () => {
            // Pulumi names a step before it is connected.
            const runs = async () => (await lb2().attempt(`pgrep -f '[a]pply ${step} '`)).code === 0;
            await until(`${step} runs on lb2`, 20_000, runs, 20);
            // What packages does is mostly apt's.
            await sleep(step === "packages" ? 5000 : 0);
            await lb2().powerOff();
            await lb2().powerOn();
        });
        expect(code).not.toBe(0);
        expect(said).toMatch(
            new RegExp(`error: lb-lb2\\.example\\.com-${step}: the host did not answer, .* What to do: `),
        );
        await lb2().booted();
    });

    test("waits for another package manager, and completes", async () => {
        await lb2().run("rm /usr/local/bin/sync");
        const other = lb2().run("apt-get -qq -y -o DPkg::Pre-Invoke::='sleep 10' install arping 2>&1");
        await sleep(1000);
        await used.stack.up();
        await other;
        expect((await page(used.lab, site)).status).toBe(200);
        expect(counts(await used.stack.preview())).toEqual({ unchanged: all });
        await expectNoLeftOvers([lb2()]);
    });
});

describe("a pair that serves", () => {
    const used = useServingPair({ name: "serving" });
    const [lb1, lb2] = [() => used.lab.host("lb1"), () => used.lab.host("lb2")];
    const configure = (settings: Settings) => writeConfig(used.lab, used.stack.place.configFile as string, settings);

    async function expectWell(stack: Stack = used.stack): Promise<void> {
        expect(counts(await stack.preview())).toEqual({ unchanged: all });
        expect(await holds(lb1())).toBe(true);
        await expectNoLeftOvers([lb1(), lb2()]);
    }

    test("rejects one of two pulumi up at once with a plain error", async () => {
        configure({ haproxy: { timeout: { client: "40s" } } });
        const { failed } = await underLoad(used.lab, "two pulumi up at once", async () => {
            const { stack } = used;
            const ends = await Promise.all([0, 1].map(() => stack.attemptNow(stack.upWords)));
            const refused = ends.filter(({ code }) => code !== 0);
            expect(refused).toHaveLength(1);
            expect(refused[0].stdout + refused[0].stderr).toMatch(/the stack is currently locked by 1 lock/);
        });
        expect(failed).toBe(0);
        await expectWell();
    });

    test("keeps serving after a plugin was killed, and the next pulumi up completes", inAll, async () => {
        configure({ haproxy: { timeout: { client: "41s" } } });
        const { failed } = await underLoad(used.lab, "a plugin killed", async () => {
            const { code, said } = await upUntil(used.stack, /lb2\.example\.com-haproxy updating/, (pulumi) =>
                attempt(["pkill", "-KILL", "-P", String(pulumi.pid), "-f", "pulumi-resource-command"]),
            );
            expect(code).not.toBe(0);
            expect(said).toMatch(/error: lb-lb2\.example\.com-haproxy: .* What to do: /);
            await used.stack.up();
        });
        expect(failed).toBe(0);
        await expectWell();
    });

    test("reports a full disk of the second host before any change", async () => {
        await fill(lb2());
        configure({ haproxy: { timeout: { client: "42s" } } });
        const said = await failedUp(used.stack);
        expect(said).toMatch(
            /lb2\.example\.com: \/\w+ has \d MiB free, and 10 are needed\. What to do: make room there/,
        );
        await lb2().run("rm /var/filler");
        await used.stack.up();
        await expectWell();
    });

    test("adopts the hosts after the state was lost, and drops no request", inAll, async () => {
        rmSync(join(used.lab.scratch, "state"), { recursive: true });
        used.stack = await labStack(used.lab);
        const { failed, several } = await underLoad(used.lab, "a stack created anew", () => used.stack.up());
        expect({ failed, several }).toEqual({ failed: 0, several: 0 });
        await expectWell();
    });

    test.each(["haproxy", "heartbeat"])("the second host loses power in the step %s", inAll, async (step) => {
        rerun(used, "lb2", `power-${step}`);
        const { failed } = await underLoad(used.lab, `second host without power in ${step}`, async () => {
            await upUntil(used.stack, new RegExp(`lb2\\.example\\.com-${step} updating`), async (pulumi) => {
                await lb2().powerOff();
                kill(pulumi);
                await lb2().boot();
            });
            await used.stack.up();
        });
        expect(failed).toBe(0);
        await expectWell();
    });

    test("lb1 loses power in the step heartbeat: lb2 serves, and the next pulumi up completes", inAll, async () => {
        rerun(used, "lb1", "power-heartbeat");
        await underLoad(used.lab, "first host without power in heartbeat", async () => {
            await upUntil(used.stack, /lb1\.example\.com-heartbeat updating/, async (pulumi) => {
                await lb1().powerOff();
                kill(pulumi);
                await sleep(3000);
                expect((await page(used.lab, site)).status).toBe(200);
                await lb1().boot();
            });
            await used.stack.up();
        });
        await expectWell();
    });
});

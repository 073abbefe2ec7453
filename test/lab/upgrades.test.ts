/** The system's packages are upgraded under a pair that serves, on one host and on both at once, as unattended upgrades do it. */
// @module-tag all
import { expect, test } from "vitest";
import type { Host } from "../../lab/host";
import { untilRest } from "../../lab/rest";
import { counts, underLoad, useServingPair } from "./fixture";

const used = useServingPair({ name: "upgrades" });
const hosts = () => used.lab.loadBalancers;

/** Unpacks and configures packages anew, with all that their scripts do: what a security update does. */
const upgrade = (...packages: string[]) =>
    `export DEBIAN_FRONTEND=noninteractive
    apt-get -q update >/dev/null && apt-get -y -o Dpkg::Options::=--force-confold --reinstall install ${packages.join(" ")} 2>&1 </dev/null`;

/** At the same moment on each of the hosts. */
async function upgraded(some: Host[], packages: string[]): Promise<void> {
    await Promise.all(some.map((host) => host.run(upgrade(...packages))));
    await untilRest(used.lab, "lb1");
}

const all = "ha-load-balancer-pair haproxy heartbeat";
const mainPids = (host: Host) => host.run(`systemctl show -p MainPID --value ${all}`);

test.each([
    ["HAProxy", ["haproxy"]],
    ["Heartbeat", ["heartbeat"]],
])("%s on the holder: no request is lost", async (what, packages) => {
    const { failed } = await underLoad(used.lab, `${what} on the holder`, () => upgraded([hosts()[0]], packages));
    expect(failed).toBe(0);
    expect(await hosts()[0].run("ls -l /proc/[0-9]*/exe 2>/dev/null | grep -c 'haproxy.*deleted' || :")).toBe("0");
});

test.each([
    ["HAProxy", ["haproxy"]],
    ["Heartbeat", ["heartbeat"]],
    ["Python, systemd and the C library", ["python3-minimal", "libc6", "systemd"]],
])("%s on both hosts at once: no request is lost", async (what, packages) => {
    const { failed } = await underLoad(used.lab, `${what} on both hosts`, () => upgraded(hosts(), packages));
    expect(failed).toBe(0);
});

// What needrestart restarts in one command, by name: after the C library all, after OpenSSL those that use it.
test.each([
    all,
    "ha-load-balancer-pair haproxy",
])("%s are restarted on one host after the other, as needrestart does it: no request is lost", async (some) => {
    for (const host of hosts()) {
        const before = await mainPids(host);
        const { failed } = await underLoad(used.lab, `${some} of ${host.name} are restarted`, async () => {
            await host.run(`systemctl restart ${some}`);
            await untilRest(used.lab, "lb1");
        });
        expect(await mainPids(host)).not.toEqual(before);
        expect(failed).toBe(0);
    }
});

test("all services are restarted on both hosts at once: a client misses 8 s at most", async () => {
    const { gap } = await underLoad(used.lab, "all services of both hosts are restarted", async () => {
        await Promise.all(hosts().map((host) => host.run(`systemctl restart ${all}`)));
        await untilRest(used.lab, "lb1");
    });
    expect(gap).toBeLessThan(8);
});

test("HAProxy is restarted on the holder, and on both hosts at once: no request is lost", async () => {
    const restart = async (some: Host[]) => {
        const before = await Promise.all(some.map(mainPids));
        await Promise.all(some.map((host) => host.run("systemctl restart haproxy")));
        expect(await Promise.all(some.map(mainPids))).not.toEqual(before);
        await untilRest(used.lab, "lb1");
    };
    for (const some of [[hosts()[0]], hosts()]) {
        const title = `HAProxy is restarted on ${some.map(({ name }) => name).join(" and ")}`;
        expect((await underLoad(used.lab, title, () => restart(some))).failed).toBe(0);
    }
});

test("a stop of HAProxy ends soon where nobody can take over", async () => {
    await hosts()[1].run("systemctl stop haproxy");
    const began = Date.now();
    await hosts()[0].run("systemctl stop haproxy");
    const took = (Date.now() - began) / 1000;
    await Promise.all(hosts().map((host) => host.run("systemctl start haproxy")));
    console.log(`HAProxy's stop took ${took.toFixed(1)} s without a fit peer`);
    expect(took).toBeLessThan(20);
    await untilRest(used.lab, "lb1");
});

test("afterwards the hosts are as declared", async () => {
    expect(counts(await used.stack.preview())).toEqual({ unchanged: 21 });
});

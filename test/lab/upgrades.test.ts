/** The system's packages are upgraded under a pair that serves, on one host and on both at once, as unattended upgrades do it. */
// @module-tag all
import { beforeAll, describe, expect, test } from "vitest";
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

const services = ["ha-load-balancer-pair", "haproxy", "heartbeat"];
const all = services.join(" ");
const mainPids = async (host: Host) =>
    (await host.run(`systemctl show -p MainPID --value ${all}`)).split("\n").filter(Boolean);

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

describe("administrators' tools", () => {
    beforeAll(async () => {
        // A flat repository has no origin.
        await used.lab.onLoadBalancers(`export DEBIAN_FRONTEND=noninteractive
            apt-get -qq update && apt-get -qq -y --no-install-recommends install unattended-upgrades needrestart >/dev/null 2>&1
            echo 'Unattended-Upgrade::Origins-Pattern { "origin=*"; };' >/etc/apt/apt.conf.d/99lab`);
    });

    // OpenSSL: HAProxy and the keeper use it, Heartbeat does not.
    test.each([
        ["the C library", "libc6", ["ha-load-balancer-pair", "haproxy", "heartbeat"]],
        ["OpenSSL", "libssl3", ["ha-load-balancer-pair", "haproxy"]],
    ])("needrestart after an upgrade of %s, on one host after the other: no request is lost", async (_, library, users) => {
        for (const host of hosts()) {
            const before = await mainPids(host);
            const { failed } = await underLoad(used.lab, `needrestart of ${library} on ${host.name}`, async () => {
                await host.run(`export NEEDRESTART_MODE=a; ${upgrade(library)}`);
                await untilRest(used.lab, "lb1");
            });
            const after = await mainPids(host);
            expect(services.filter((_, i) => after[i] !== before[i])).toEqual(users);
            expect(failed).toBe(0);
        }
    });

    test("unattended-upgrades of HAProxy and Heartbeat on both hosts at once: no request is lost", async () => {
        await used.lab.onLoadBalancers(
            "echo 'deb [trusted=yes] file:/srv/repo/upgrade ./' >/etc/apt/sources.list.d/later.list; apt-get -qq update",
        );
        const { failed } = await underLoad(used.lab, "unattended-upgrades on both hosts", async () => {
            await used.lab.onLoadBalancers("NEEDRESTART_MODE=a unattended-upgrade --verbose");
            await untilRest(used.lab, "lb1");
        });
        expect(
            await used.lab.onLoadBalancers("dpkg-query -W -f '${Version}\\n' haproxy heartbeat | grep -c later1"),
        ).toEqual(["2", "2"]);
        expect(failed).toBe(0);
    });
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

test("a stop of HAProxy ends soon if the peer cannot take over", async () => {
    await hosts()[1].run("systemctl stop haproxy");
    const began = Date.now();
    await hosts()[0].run("systemctl stop haproxy");
    const took = (Date.now() - began) / 1000;
    await Promise.all(hosts().map((host) => host.run("systemctl start haproxy")));
    console.log(`HAProxy's stop took ${took.toFixed(1)} s without a fit peer`);
    expect(took).toBeLessThan(20);
    await untilRest(used.lab, "lb1");
});

test("afterwards the preview shows no change", async () => {
    expect(counts(await used.stack.preview())).toEqual({ unchanged: 21 });
});

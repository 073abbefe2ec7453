/**
 * Ordinary networks: two interfaces, a default route that leads elsewhere, own addresses that go and come back, strays, other names.
 * Each host keeps its own addresses and routes, and the virtual IP stays on its interface.
 */
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { Host } from "../../lab/host";
import { ip } from "../../lab/kernel";
import { writeConfig } from "../../lab/pulumi";
import { entriesOf, holdersOf, untilRest } from "../../lab/rest";
import { run } from "../../support/run";
import { until } from "../../support/wait";
import { root } from "../../toolchain/paths";
import { failure, inAll, ownNetworks, page, site, switchOver, underLoad, useServingPair, virtualIp } from "./fixture";

const used = useServingPair({ name: "networks" });
const [lb1, lb2] = [() => used.lab.host("lb1"), () => used.lab.host("lb2")];
const both = () => [lb1(), lb2()];

/** Every interface's entry of the virtual IP, permanent or not: `2 192.168.0.99/32`. */
async function everyEntry({ id }: Host): Promise<string[]> {
    const lines = await run(["ip", "-n", id, "-o", "address", "show", "to", virtualIp]);
    return [...lines.matchAll(/^(\d+: \S+) +inet (\S+)/gm)].map(([, name, entry]) => `${name} ${entry}`);
}

async function holders(): Promise<string[]> {
    return (await Promise.all(both().map((host) => entriesOf(host, virtualIp)))).flat();
}

/** The last lines of a host's keeper. */
async function keeperLog(host: Host): Promise<string> {
    return (await host.attempt("journalctl -q -o cat -u ha-load-balancer-pair | tail -n 20")).stdout;
}

/** Lets lb1 hold the virtual IP, and waits until lb2 has no entry left that lingers for open connections. */
async function begin(): Promise<void> {
    await untilRest(used.lab);
    if ((await holdersOf(used.lab)).join() !== "lb1") {
        await switchOver(used, "lb1");
    }
    await untilRest(used.lab, "lb1");
    await until("lb2 has no entry", 40_000, async () => (await everyEntry(lb2())).length === 0, 500);
}

beforeEach(begin);

const pinned = `2 ${virtualIp}/32`;

describe("with the default route on eth1", () => {
    test.each([
        300, 2000, 10_000,
    ])("keeps the virtual IP off eth1 while the holder's own address is gone for %i ms, and serves within 2.5 s", async (time) => {
        await used.lab.run(["ip", "address", "replace", "10.0.0.1/24", "dev", "br1"]);
        for (const { id } of both()) {
            await ip(["route replace default via 10.0.0.1 dev eth1"], id);
        }
        const before = await ownNetworks(used.lab);
        const { gap, several } = await underLoad(used.lab, `own address gone for ${time} ms`, async () => {
            await lb1().flush(time);
            await until("one host holds the virtual IP", 20_000, async () => (await holders()).join() === pinned);
            await untilRest(used.lab, "lb1");
        });
        const entries = (await Promise.all(both().map(everyEntry))).flat();
        expect([...new Set(entries)]).toEqual([`2: eth0 ${virtualIp}/32`]);
        expect(several).toBeLessThan(1);
        expect(gap).toBeLessThan(2.5);
        expect(await ownNetworks(used.lab)).toEqual(before);
    });
});

test("announces again after another host claimed the virtual IP, and a client misses 2 s at most", async () => {
    const program = join(root, "components", "host", "lib", "announce.py");
    const { gap, several } = await underLoad(used.lab, "another host claims the virtual IP", async () => {
        const { id } = used.lab.host("web1");
        await run(["ip", "netns", "exec", id, "python3", "-B", program, virtualIp, "eth0"]);
    });
    expect(gap).toBeLessThan(2);
    expect(several).toBe(0);
    const line = new RegExp(`announcing ${virtualIp} again: [0-9a-f:]{17} claims it too`);
    await until("the keeper has logged it", 5000, async () => line.test(await keeperLog(lb1())));
});

test("serves 10 s after the peer and the gateway died together, and hands over when both are back", inAll, async () => {
    await lb2().drop({ input: ["icmp type echo-reply", "icmpv6 type echo-reply"] });
    await lb1().powerOff();
    await until("lb2 counts as cut off", 10_000, async () => {
        return (await keeperLog(lb2())).includes("cut off: the peer and the gateway were lost together");
    });
    expect(await holdersOf(used.lab)).toEqual([]);
    await until("lb2 serves alone", 20_000, async () => (await page(used.lab, site)).status === 200);
    expect(await holdersOf(used.lab)).toEqual(["lb2"]);
    await lb2().pass();
    const { failed } = await underLoad(used.lab, "peer and gateway are back", async () => {
        await lb1().boot();
        await untilRest(used.lab, "lb1");
    });
    expect(failed).toBe(0);
});

test("a hand-over after the own address was gone leaves the own address and the default route", async () => {
    for (const host of both()) {
        await host.run("sysctl -q net.ipv4.conf.all.promote_secondaries=0 net.ipv4.conf.eth0.promote_secondaries=0");
    }
    const before = await ownNetworks(used.lab);
    await lb1().flush(600);
    await untilRest(used.lab, "lb1");
    const { failed } = await underLoad(used.lab, "switched over after a flush", async () => {
        await switchOver(used, "lb2");
        // The keeper keeps a released address for connections that are open on it, up to 30 s.
        await until(
            "the released address has expired",
            45_000,
            async () => (await everyEntry(lb1())).length === 0,
            500,
        );
    });
    expect(failed).toBe(0);
    expect(await ownNetworks(used.lab)).toEqual(before);
    expect(await holdersOf(used.lab)).toEqual(["lb2"]);
});

test("deletes strays on both hosts, and a client misses 2.5 s at most", async () => {
    const { gap, none, several } = await underLoad(used.lab, "strays", async () => {
        for (const { id } of both()) {
            await ip([`address add ${virtualIp}/24 dev eth1`, `address add ${virtualIp}/25 dev eth0`], id);
        }
        await until("the strays are deleted", 10_000, async () => {
            const entries = (await Promise.all(both().map(everyEntry))).flat();
            return entries.join() === `2: eth0 ${virtualIp}/32`;
        });
    });
    // The kernel of the standby answers for the stray on the service interface until the keeper deletes it.
    expect(several).toBeLessThan(1);
    expect(gap).toBeLessThan(2.5);
    expect(none).toBe(0);
    expect(await holdersOf(used.lab)).toEqual(["lb1"]);
});

test("preview reports a stray as drift while no keeper deletes it, and pulumi up deletes it", inAll, async () => {
    await lb2().run("systemctl stop ha-load-balancer-pair");
    await ip([`address add ${virtualIp}/24 dev eth1`], lb2().id);
    expect(await used.stack.preview()).toContain(
        `lb2.example.com: eth1 has ${virtualIp}/24; ${virtualIp} belongs on eth0, with a host prefix`,
    );
    await used.stack.up();
    expect(await everyEntry(lb2())).toEqual([]);
    expect(await holdersOf(used.lab)).toEqual(["lb1"]);
});

test("proves from the standby that HAProxy answers, and that a redirected connection does not reach it", async () => {
    const prove = () => lb2().attempt(`python3 /usr/local/lib/ha-load-balancer-pair/prove.py ${virtualIp} 80`);
    expect(await prove()).toMatchObject({ code: 0, stdout: "haproxy\n" });
    const rules = `table ip redirecting { chain pre { type nat hook prerouting priority -100; ip daddr ${virtualIp} tcp dport 80 redirect to :22; }; }\n`;
    await lb1().run("nft -f -", rules);
    expect(await prove()).toMatchObject({ code: 1, stdout: "no program\n" });
    await lb1().run("nft delete table ip redirecting");
    expect(await prove()).toMatchObject({ code: 0, stdout: "haproxy\n" });
});

test("rejects a port that a firewall rule redirects, at the preview", inAll, async () => {
    const rules =
        "table ip docker { chain pre { type nat hook prerouting priority -100; tcp dport 80 redirect to :8080; }; }\n";
    await lb2().run("nft -f -", rules);
    expect(await failure(used.stack, "preview")).toMatch(
        /lb2\.example\.com: a firewall rule redirects port 80 before HAProxy gets it: tcp dport 80 redirect to :8080/,
    );
    await lb2().run("nft delete table ip docker");
});

test("runs hooks with the reason, and the former holder answers until onAcquire has succeeded", inAll, async () => {
    const script = `#!/bin/sh
echo "$EVENT $VIRTUAL_IP $INTERFACE $PEER $1: $REASON" >>/tmp/hooks
[ "$EVENT" = release ] || sleep 2
[ "$(wc -l </tmp/hooks)" -gt 1 ]
`;
    for (const host of both()) {
        await host.run("cat >/usr/local/sbin/move-address && chmod +x /usr/local/sbin/move-address", script);
    }
    const hook = { command: "/usr/local/sbin/move-address", arguments: ["now"], timeout: 5 };
    const onAcquire = { ...hook, isRequired: true };
    writeConfig(used.lab, used.stack.place.configFile as string, {
        virtualIps: [{ address: virtualIp, onAcquire, onRelease: hook }],
    });
    await used.stack.up();
    await untilRest(used.lab, "lb1");
    await lb2().run("rm -f /tmp/hooks");
    const { failed } = await underLoad(used.lab, "a hand-over with a hook that fails once", async () => {
        await switchOver(used, "lb2");
        await until("onAcquire was run twice", 20_000, async () => {
            const { stdout } = await lb2().attempt("cat /tmp/hooks");
            return stdout.split("\n").length > 2;
        });
    });
    expect(failed).toBe(0);
    const line = new RegExp(
        `^acquire ${virtualIp} eth0 lb1.example.com now: (Heartbeat started it|the peer released it)$`,
    );
    for (const call of (await lb2().run("cat /tmp/hooks")).split("\n").slice(0, 2)) {
        expect(call).toMatch(line);
    }
    expect(await lb1().run("tail -n 1 /tmp/hooks")).toMatch(`release ${virtualIp} eth0 lb2.example.com now: `);
    writeConfig(used.lab, used.stack.place.configFile as string, { virtualIps: [{ address: virtualIp }] });
    await used.stack.up();
});

test(
    "accepts an alternative name and a network on hosts with three interfaces, and pins the kernel's name",
    inAll,
    async () => {
        for (const [i, { id }] of both().entries()) {
            const third = [
                "link add eth2 type veth peer name eth2-end",
                "link set eth2-end up",
                "link set eth2 up",
                `address add 192.168.2.10${i}/23 dev eth2`,
            ];
            await ip(["link property add dev eth0 altname service-lan", ...third], id);
        }
        for (const selector of [{ interface: "service-lan" }, { network: "192.168.0.0/23" }]) {
            writeConfig(used.lab, used.stack.place.configFile as string, {
                virtualIps: [{ address: virtualIp, ...selector }],
            });
            const { failed, none } = await underLoad(used.lab, Object.values(selector)[0], () => used.stack.up());
            expect({ failed, none }).toEqual({ failed: 0, none: 0 });
            expect(await lb1().run("cat /etc/ha-load-balancer-pair/interfaces")).toBe(`${virtualIp} eth0`);
            // A second take must not delete the entry.
            await lb1().run(`/etc/ha.d/resource.d/VirtualIp ${virtualIp} take`);
            expect(await everyEntry(lb1())).toEqual([`2: eth0 ${virtualIp}/32`]);
        }
    },
);

test("serves after the standby's interface was renamed, once pulumi up has found the new name", async () => {
    writeConfig(used.lab, used.stack.place.configFile as string, { virtualIps: [{ address: virtualIp }] });
    const name = "service.lan@br0";
    const { address, address6 } = lb2().plan;
    await ip(
        [
            "link set eth0 down",
            `link set eth0 name ${name}`,
            `link set ${name} up`,
            `address replace ${address}/24 broadcast + dev ${name}`,
            `address replace ${address6}/64 dev ${name} nodad`,
            "route replace default via 192.168.0.1",
        ],
        lb2().id,
    );
    await until("lb2 counts as unfit", 20_000, async () => {
        return /this host can't serve: interface eth0 (is down|does not exist)/.test(await keeperLog(lb2()));
    });
    // On a busy machine the host is off the network for longer than deadtime, and both Heartbeats restart.
    await untilRest(used.lab);
    expect(await used.stack.preview()).toContain(`${virtualIp} belongs on ${name}, and is configured for eth0`);
    const { failed, none, several } = await underLoad(used.lab, "a renamed interface", () => used.stack.up());
    expect({ failed, none, several }).toEqual({ failed: 0, none: 0, several: 0 });
    await untilRest(used.lab, "lb1");
    await switchOver(used, "lb2");
    await until("lb2 holds it", 20_000, async () => (await holdersOf(used.lab)).join() === "lb2");
    expect(await everyEntry(lb2())).toEqual([`2: ${name} ${virtualIp}/32`]);
});

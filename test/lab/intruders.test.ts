/** What somebody in the same network gets into: docs/security.md has a row for each. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Host } from "../../lab/host";
import { writeConfig } from "../../lab/pulumi";
import { untilRest } from "../../lab/rest";
import { until } from "../../support/wait";
import { root } from "../../toolchain/paths";
import { holds, inAll, underLoad, untilHolds, useServingPair } from "./fixture";

const used = useServingPair({ name: "intruders" });
const lb1 = () => used.lab.host("lb1");
const lb2 = () => used.lab.host("lb2");
const program = (name: string) => join(root, "test", "lab", "programs", "intruder", name);
const table = "inet ha-load-balancer-pair";
const tables = (host: Host) => host.run("nft list tables");
const services = ["ha-load-balancer-pair", "heartbeat"];

/** Seconds of CPU that the keeper and Heartbeat have used on a host. */
async function cpu(host: Host): Promise<number[]> {
    const said = await host.run(`systemctl show --value -p CPUUsageNSec ${services.join(" ")}`);
    return said.split(/\s+/).map((nanoseconds) => Number(nanoseconds) / 1e9);
}

test("a flood of junk on the hosts' ports moves nothing, and costs the keeper and Heartbeat less than 10 % of a core", async () => {
    const seconds = 8;
    const targets = [lb1(), lb2()].flatMap((host) => [694, 695, 10000].map((port) => `${host.plan.address}:${port}`));
    const before = await Promise.all([lb1(), lb2()].map(cpu));
    let sent = 0;
    const { failed, several, none } = await underLoad(used.lab, "a flood of junk", async () => {
        sent = Number(await used.lab.run(["python3", program("flood.py"), String(seconds), "own", ...targets]));
    });
    const after = await Promise.all([lb1(), lb2()].map(cpu));
    const shares = after.flatMap((times, i) => times.map((time, j) => (time - before[i][j]) / seconds));
    console.log(
        `${sent} packets a second; the keepers and Heartbeats took ${shares.map((share) => share.toFixed(3)).join(", ")} of a core`,
    );
    expect(sent).toBeGreaterThan(20_000);
    expect(Math.max(...shares)).toBeLessThan(0.1);
    expect({ failed, several, none }).toEqual({ failed: 0, several: 0, none: 0 });
});

test("the keeper loads the firewall again after nft flush ruleset", async () => {
    expect(await tables(lb2())).toContain(`table ${table}`);
    await lb2().run("nft flush ruleset");
    await until("the table is back", 15_000, async () => (await tables(lb2())).includes(`table ${table}`));
});

test("the keeper's sandbox scores 3.5 or less in systemd-analyze security", async () => {
    const said = await lb1().run("systemd-analyze security --no-pager ha-load-balancer-pair");
    const score = Number(/Overall exposure level for ha-load-balancer-pair\.service: ([\d.]+)/.exec(said)?.[1]);
    expect(score).toBeLessThanOrEqual(3.5);
});

test("HAProxy and Heartbeat cannot write to /etc and /usr", async () => {
    for (const service of ["haproxy", "heartbeat"]) {
        const analysed = await lb1().run(`systemd-analyze security --no-pager ${service}`);
        console.log(/Overall exposure level.*/.exec(analysed)?.[0]);
        const pid = await lb1().run(`systemctl show -p MainPID --value ${service}`);
        for (const file of ["/etc/written", "/usr/written"]) {
            const { stderr } = await lb1().attempt(`nsenter -t ${pid} -m touch ${file}`);
            expect(stderr).toMatch(/Read-only file system/);
        }
    }
});

test("the sandbox lets the agent set promote_secondaries, and no other parameter of the kernel", async () => {
    const pid = await lb1().run("systemctl show -p MainPID --value ha-load-balancer-pair");
    const write = (path: string) => lb1().attempt(`nsenter -t ${pid} -m sh -c 'cat ${path} >${path}'`);
    expect((await write("/proc/sys/net/ipv4/conf/eth0/promote_secondaries")).code).toBe(0);
    expect((await write("/proc/sys/net/ipv4/ip_nonlocal_bind")).stderr).toMatch(/Read-only file system/);
    expect((await write("/etc/haproxy/haproxy.cfg")).stderr).toMatch(/Read-only file system/);
});

test("recorded packets of a dead holder do not keep the other host from serving", inAll, async () => {
    const recorded = await lb1().run(
        `python3 - 5 ${lb1().plan.address} 694 695`,
        readFileSync(program("record.py"), "utf8"),
    );
    const packets = recorded.split("\n").filter((line) => line !== "");
    expect(packets.length).toBeGreaterThan(40);
    await untilRest(used.lab, "lb1");
    const { none, several } = await underLoad(used.lab, "recorded packets of a dead holder", async () => {
        await lb1().powerOff();
        const replay = ["python3", program("replay.py"), "20", "0.05"];
        expect(Number(await used.lab.run(replay, { input: `${packets.join("\n")}\n` }))).toBeGreaterThan(200);
    });
    // Without the recording it is 1 to 1.5 s.
    expect(none).toBeLessThan(4);
    expect(several).toBe(0);
    expect(await holds(lb2())).toBe(true);
    await lb1().boot();
    await untilHolds(lb1());
});

test("firewall: false deletes the table, and true loads it again", inAll, async () => {
    for (const firewall of [false, true]) {
        writeConfig(used.lab, used.stack.place.configFile as string, { firewall });
        await used.stack.up();
        for (const host of [lb1(), lb2()]) {
            expect((await tables(host)).includes(table)).toBe(firewall);
        }
    }
});

/** A fencing command of the user's, with a power switch that the hosts can reach. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { fencingScript, PowerSwitch } from "../../lab/powerSwitch";
import { writeConfig } from "../../lab/pulumi";
import { untilDead, untilRest, untilSettled } from "../../lab/rest";
import { until } from "../../support/wait";
import { holds, inAll, underLoad, untilHolds, useServingPair } from "./fixture";

const command = "/usr/local/sbin/fence";
const used = useServingPair({ name: "fencing" });
const lb1 = () => used.lab.host("lb1");
const lb2 = () => used.lab.host("lb2");
let powerSwitch: PowerSwitch;

beforeAll(async () => {
    powerSwitch = new PowerSwitch(used.lab);
    for (const host of [lb1(), lb2()]) {
        await host.run(`cat >${command} && chmod 755 ${command}`, fencingScript);
    }
    writeConfig(used.lab, used.stack.place.configFile as string, { fencing: { command } });
    await used.stack.up();
    await untilRest(used.lab);
});

afterAll(() => powerSwitch.stop());

test("fences a frozen holder before it acquires the virtual IP", async () => {
    const { several } = await underLoad(used.lab, "a frozen holder, fenced", async () => {
        lb1().freeze();
        await untilHolds(lb2());
    });
    expect(powerSwitch.requests).toEqual(["/off/lb1.example.com"]);
    expect(several).toBe(0);
    expect(lb1().isOn()).toBe(false);
});

test("does not acquire the virtual IP of a dead holder without a keeper that can fence it", inAll, async () => {
    await lb1().boot();
    await untilRest(used.lab, "lb1");
    await lb2().run("systemctl stop ha-load-balancer-pair");
    await lb1().powerOff();
    await untilDead(lb2(), lb1());
    await untilSettled(lb2());
    expect(await holds(lb2())).toBe(false);
    expect(powerSwitch.requests).toHaveLength(1);
    await lb2().run("systemctl start ha-load-balancer-pair");
    await untilHolds(lb2());
    expect(powerSwitch.requests).toHaveLength(2);
});

test("fences no host when the fenced host boots", inAll, async () => {
    await lb1().boot();
    await untilHolds(lb1());
    expect(powerSwitch.requests).toHaveLength(2);
});

test("hands over without fencing", inAll, async () => {
    await lb1().run("systemctl stop heartbeat");
    await untilHolds(lb2());
    await lb1().run("systemctl start heartbeat");
    await untilHolds(lb1());
    expect(powerSwitch.requests).toHaveLength(2);
});

test("retries a failed fencing command, and acquires the virtual IP only after it succeeded", inAll, async () => {
    await untilRest(used.lab);
    powerSwitch.works = false;
    lb1().freeze();
    await until("the switch is asked twice more", 60_000, async () => powerSwitch.requests.length >= 4);
    expect(await holds(lb2())).toBe(false);
    expect(await lb2().run("journalctl -u ha-load-balancer-pair -o cat")).toMatch(
        /fencing lb1\.example\.com: failed, the command ended with 22/,
    );
    powerSwitch.works = true;
    await untilHolds(lb2());
    expect(lb1().isOn()).toBe(false);
});

/** Several ways for the heartbeats: the loss of one moves nothing. */
import { expect, test } from "vitest";
import { writeConfig } from "../../lab/pulumi";
import { untilRest } from "../../lab/rest";
import { sleep, until } from "../../support/wait";
import { inAll, underLoad, untilHolds, useServingPair } from "./fixture";

const ucast = [{ interface: "eth0" }, { interface: "eth1", addresses: ["10.0.0.100", "10.0.0.101"] }];
const used = useServingPair({ name: "links" }, { heartbeat: { ucast } });
const lb1 = () => used.lab.host("lb1");
const lb2 = () => used.lab.host("lb2");

async function expectNothingMoves(what: string, action: () => Promise<unknown>): Promise<void> {
    const { failed, none, several } = await underLoad(used.lab, what, action);
    expect({ failed, none, several }).toEqual({ failed: 0, none: 0, several: 0 });
}

const links = async () => (await lb1().run("cl_status listhblinks lb2.example.com")).split(/\s+/).sort();
/** "up", or "dead" and an exit code of 1. */
const state = async (link: string) =>
    (await lb1().attempt(`cl_status hblinkstatus lb2.example.com ${link}`)).stdout.trim();

test("both links are up with ucast over two interfaces", async () => {
    expect(await links()).toEqual(["eth0", "eth1"]);
    await until(
        "both links are up",
        10_000,
        async () => (await state("eth0")) === "up" && (await state("eth1")) === "up",
    );
});

test("drops no request while the cable of one link is cut", async () => {
    await expectNothingMoves("the second cable cut and mended", async () => {
        await lb2().cut(1);
        await until("the link is dead", 10_000, async () => (await state("eth1")) === "dead");
        await lb2().mend(1);
        await until("the link is up", 10_000, async () => (await state("eth1")) === "up");
    });
});

test("a cable of the service interface is cut: the peer, heard on the other link, serves within 1.5 s", async () => {
    const { gap, several } = await underLoad(used.lab, "the service cable cut", async () => {
        await lb1().cut();
        await untilHolds(lb2(), 10_000);
    });
    expect(gap).toBeLessThan(1.5);
    expect(several).toBeLessThan(1);
    const back = await underLoad(used.lab, "the service cable mended", async () => {
        await lb1().mend();
        await untilRest(used.lab, "lb1");
    });
    expect(back.failed).toBe(0);
});

test("keeps one holder while heartbeats are blocked on the other link", inAll, async () => {
    await expectNothingMoves("heartbeats and keepers blocked on eth0", async () => {
        await lb1().drop({ input: ['iifname "eth0" udp dport { 694, 695 }'] });
        await sleep(5000);
        await lb1().pass();
    });
});

test.each([
    ["bcast", { ucast: [{ interface: "eth0" }], bcast: ["eth1"] }],
    ["mcast", { ucast: [{ interface: "eth0" }], mcast: [{ interface: "eth1", group: "225.0.0.1" }] }],
])("%s on the second interface, ucast on the first", inAll, async (kind, heartbeat) => {
    writeConfig(used.lab, used.stack.place.configFile as string, { heartbeat });
    const { several } = await underLoad(used.lab, `change to ${kind}`, () => used.stack.up());
    expect(several).toBe(0);
    await until("the link is up", 10_000, async () => (await state("eth1")) === "up");
    await untilRest(used.lab);
    await expectNothingMoves(`${kind}: heartbeats blocked on eth0`, async () => {
        await lb1().drop({ input: ['iifname "eth0" udp dport 694'] });
        await sleep(5000);
        await lb1().pass();
    });
});

/** Two virtual IPs, each with its own preferred host: both hosts serve. One of them is IPv6. */
import { describe, expect, test } from "vitest";
import type { Lab } from "../../lab/lab";
import { writeConfig } from "../../lab/pulumi";
import { untilRest } from "../../lab/rest";
import type { Seen } from "../../lab/seen";
import { counts, holds, inAll, underLoad, untilHolds, usePair, useServingPair, virtualIp } from "./fixture";

const second = "fd00::98";
const virtualIps = [{ address: virtualIp }, { address: second, preferredHost: "lb2.example.com" }];
const used = useServingPair({ name: "both" }, { virtualIps });
const lb1 = () => used.lab.host("lb1");
const lb2 = () => used.lab.host("lb2");
const who = ({ loadBalancers }: Lab) =>
    Promise.all(loadBalancers.map(async (host) => [await holds(host), await holds(host, second)]));

/** Failed requests without the one whose connection was open when the virtual IP went over. */
const lost = ({ failed, broken }: Seen) => failed - Math.min(broken, 1);

/** Both virtual IPs under a client's eyes at once. */
async function underBoth(what: string, action: () => Promise<unknown>) {
    let other: Awaited<ReturnType<typeof underLoad>> | undefined;
    const first = await underLoad(used.lab, `${what}, ${virtualIp}`, async () => {
        other = await underLoad(used.lab, `${what}, ${second}`, action, `[${second}]`);
    });
    return { first, other: other as NonNullable<typeof other> };
}

const eachItsOwn = [
    [true, false],
    [false, true],
];

test("two virtual IPs, one preferred by each host", async () => {
    expect(await who(used.lab)).toEqual(eachItsOwn);
    expect(counts(await used.stack.preview())).toEqual({ unchanged: 21 });
});

describe("two machines that were made from one image", inAll, () => {
    const clones = usePair({ name: "clones" }, { virtualIps });

    test("one pulumi up gives each host its virtual IP", async () => {
        for (const host of clones.lab.loadBalancers) {
            await host.run(
                "echo 0123456789abcdef0123456789abcdef >/etc/machine-id; mkdir -p /var/lib/heartbeat; printf %s HaLoadBalancers! >/var/lib/heartbeat/hb_uuid",
            );
        }
        expect(counts(await clones.stack.up())).toEqual({ created: 21 });
        expect(await who(clones.lab)).toEqual(eachItsOwn);
        expect(counts(await clones.stack.preview())).toEqual({ unchanged: 21 });
    });
});

test("lb1 loses power: only its virtual IP moves, and the other one drops no request", async () => {
    await untilRest(used.lab);
    const { first, other } = await underBoth("lb1 without power", async () => {
        await lb1().powerOff();
        await untilHolds(lb2());
    });
    expect({ failed: other.failed, several: other.several }).toEqual({ failed: 0, several: 0 });
    expect(first.several).toBe(0);
    expect(await holds(lb2(), second)).toBe(true);
});

test("lb1 boots: its virtual IP goes back, and neither drops a request", inAll, async () => {
    const { first, other } = await underBoth("lb1 returns", async () => {
        await lb1().boot();
        await untilHolds(lb1());
    });
    expect([lost(first), first.several, other.failed, other.several]).toEqual([0, 0, 0, 0]);
    expect(await who(used.lab)).toEqual(eachItsOwn);
});

test("lb2 loses power and boots: only its virtual IP moves and goes back", inAll, async () => {
    await untilRest(used.lab);
    const gone = await underBoth("lb2 without power", async () => {
        await lb2().powerOff();
        await untilHolds(lb1(), 60_000, second);
    });
    expect({ failed: gone.first.failed, several: gone.first.several }).toEqual({ failed: 0, several: 0 });
    const back = await underBoth("lb2 returns", async () => {
        await lb2().boot();
        await untilHolds(lb2(), 60_000, second);
    });
    expect([back.first.failed, lost(back.other)]).toEqual([0, 0]);
});

test("a new secret reaches both hosts, and each holds its own virtual IP again", inAll, async () => {
    await untilRest(used.lab);
    writeConfig(used.lab, used.stack.place.configFile as string, { virtualIps, heartbeat: { keyVersion: 2 } });
    const { first, other } = await underBoth("a new key", () => used.stack.up());
    expect([first.several, other.several]).toEqual([0, 0]);
    expect(await who(used.lab)).toEqual(eachItsOwn);
});

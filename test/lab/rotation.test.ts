/** A new secret in authkeys (heartbeat.keyVersion), also where the change is late or broken off half-way. */
import { beforeEach, expect, test } from "vitest";
import { writeConfig } from "../../lab/pulumi";
import { untilRest } from "../../lab/rest";
import type { Seen } from "../../lab/seen";
import { sleep } from "../../support/wait";
import { counts, holds, inAll, kill, underLoad, untilHolds, upUntil, useServingPair } from "./fixture";

const used = useServingPair({ name: "rotation" });
const [lb1, lb2] = [() => used.lab.host("lb1"), () => used.lab.host("lb2")];
let keyVersion = 1;

beforeEach(() => {
    keyVersion += 1;
    writeConfig(used.lab, used.stack.place.configFile as string, { heartbeat: { keyVersion } });
});

const keys = () => Promise.all([lb1(), lb2()].map((host) => host.run("cat /etc/ha.d/authkeys")));

/** Nobody noticed, both hosts have the new key, see each other by it, and are as patient as ever. */
async function expectRotated({ failed, none, several }: Seen): Promise<void> {
    expect({ failed, none, several }).toEqual({ failed: 0, none: 0, several: 0 });
    const { authkeysSecret } = await used.stack.outputs();
    expect(await keys()).toEqual(Array(2).fill(`auth 1\n1 sha1 ${authkeysSecret}`));
    const look =
        "cl_status nodestatus lb1.example.com; cl_status nodestatus lb2.example.com; grep initdead /etc/ha.d/ha.cf";
    expect(await Promise.all([lb1(), lb2()].map((host) => host.run(look)))).toEqual(
        Array(2).fill("active\nactive\ninitdead 10"),
    );
    expect(counts(await used.stack.preview())).toEqual({ unchanged: 21 });
}

test("drops no request and moves nothing", async () => {
    const [before] = await keys();
    const preview = await used.stack.preview("--diff");
    await expectRotated(await underLoad(used.lab, "a new key", () => used.stack.up()));
    expect((await keys())[0]).not.toBe(before);
    expect(preview).not.toContain(before.split(" ").pop());
});

test("the second change comes 45 s after the first", inAll, async () => {
    const occupy = () => lb1().run("exec 9>/var/lib/ha-load-balancer-pair/lock; flock 9; sleep 45");
    await expectRotated(
        await underLoad(used.lab, "a new key, 45 s late on the first host", async () => {
            expect((await upUntil(used.stack, /lb2\.example\.com-heartbeat updating/, occupy)).code).toBe(0);
        }),
    );
});

test.each([
    ["the new key lies ready", /lb1\.example\.com-authkeys updated/],
    ["the second host begins to change", /lb2\.example\.com-heartbeat updating/],
    ["the second host has changed", /lb2\.example\.com-heartbeat updated/],
    ["the first host begins to change", /lb1\.example\.com-heartbeat updating/],
])("pulumi is killed when %s, and the next pulumi up completes", inAll, async (when, line) => {
    const action = async () => {
        await upUntil(used.stack, line, kill);
        await sleep(3000);
        await used.stack.up();
    };
    await expectRotated(await underLoad(used.lab, `a new key, pulumi killed when ${when}`, action));
});

test("the first host cannot be reached half-way, and the next pulumi up completes", inAll, async () => {
    const shut = () => lb1().run("systemctl stop ssh");
    const action = async () => {
        const { code, said } = await upUntil(used.stack, /lb2\.example\.com-heartbeat updating/, shut);
        expect(code).not.toBe(0);
        expect(said).toMatch(/error: .*192\.168\.0\.100/);
        await lb1().run("systemctl start ssh");
        await lb1().booted();
        await used.stack.up();
    };
    await expectRotated(await underLoad(used.lab, "a new key, first host unreachable half-way", action));
});

test("hands over first if the second host holds the virtual IP", inAll, async () => {
    await lb1().run("timeout 10 /usr/share/heartbeat/hb_standby all");
    await untilHolds(lb2());
    await untilRest(used.lab);
    const seen = await underLoad(used.lab, "a new key while the second host serves", () => used.stack.up());
    expect(seen.several).toBe(0);
    expect(await holds(lb1())).toBe(true);
});

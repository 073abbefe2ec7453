/** Requests that are under way while the virtual IP goes to the other host: they end as if nothing had happened. */
import { expect, test } from "vitest";
import type { Lab } from "../../lab/lab";
import { sleep, until } from "../../support/wait";
import { holds, untilHolds, useServingPair, virtualIp } from "./fixture";

const second = "fd00::98";
const used = useServingPair({ name: "open" }, { virtualIps: [{ address: virtualIp }, { address: second }] });
const lb1 = () => used.lab.host("lb1");
const lb2 = () => used.lab.host("lb2");

/** A client that needs six seconds to say what it wants; what it is answered. */
async function slowRequest(lab: Lab, address: string): Promise<string> {
    const client =
        'exec 3<>"/dev/tcp/$0/80"; printf "GET / HTTP/1.0\\r\\n" >&3; sleep 3; printf "X-Slow: yes\\r\\n" >&3; sleep 3; ' +
        'printf "\\r\\n" >&3; cat <&3';
    const { stdout, stderr } = await lab.attempt(["timeout", "20", "bash", "-c", client, address]);
    return stdout + stderr;
}

/** Slow requests to both virtual IPs, begun a second before the action. */
async function during(action: () => Promise<unknown>): Promise<void> {
    const answers = [virtualIp, second].map((address) => slowRequest(used.lab, address));
    await sleep(1000);
    await action();
    for (const answer of await Promise.all(answers)) {
        expect(answer).toMatch(/^HTTP\/1\.[01] 200 OK\r\n[\s\S]*This is web\d/);
    }
}

test("completes open downloads over a hand-over to the second host and back", async () => {
    await during(() => lb1().run("/usr/share/heartbeat/hb_standby all"));
    await untilHolds(lb2());
    await during(() => lb1().run("/usr/share/heartbeat/hb_takeover local"));
    await untilHolds(lb1());
});

test("completes open downloads while each host loads its firewall during a hand-over", async () => {
    await during(async () => {
        await lb1().run("/usr/share/heartbeat/hb_standby all");
        await untilHolds(lb2());
        await Promise.all([lb1(), lb2()].map((host) => host.run("nft flush ruleset")));
    });
    await during(() => lb1().run("/usr/share/heartbeat/hb_takeover local"));
    await untilHolds(lb1());
});

test("completes open downloads while Heartbeat stops on the holder", async () => {
    await during(() => lb1().run("systemctl stop heartbeat"));
    expect(await holds(lb2())).toBe(true);
    await lb1().run("systemctl start heartbeat");
    await untilHolds(lb1());
});

test("deletes all forwarding rules half a minute later", async () => {
    await until("the rules of both hosts are gone", 60_000, async () => {
        const rules = await Promise.all(
            [lb1(), lb2()].map((host) => host.run("nft list tables | grep virtual-ip || :")),
        );
        return rules.every((text) => text === "");
    });
    expect(await lb2().run(`ip -o address show to ${virtualIp}; ip -o address show to ${second}`)).toBe("");
});

test("a shutdown of the holder waits for open downloads", async () => {
    await during(() => lb1().attempt("systemctl poweroff"));
    expect(await holds(lb2())).toBe(true);
});

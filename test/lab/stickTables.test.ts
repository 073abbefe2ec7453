/** What HAProxy remembers of its clients outlives the host that it was on, and a reload. */
import { expect, test } from "vitest";
import type { Host } from "../../lab/host";
import { writeConfig } from "../../lab/pulumi";
import { until } from "../../support/wait";
import { askHaproxy, counts, page, site, untilHolds, useServingPair } from "./fixture";

const haproxy = {
    listen: [
        {
            name: "web",
            stickTable: { type: "ip", size: "10k", store: ["http_req_cnt"] },
            stick: [{ pattern: "src" }],
            httpRequest: [
                { action: "track-sc0", words: ["src"] },
                { action: "deny", words: ["deny_status", "429"], condition: "if { sc_http_req_cnt(0) gt 20 }" },
            ],
            servers: [
                { name: "web1", address: "192.168.0.102" },
                { name: "web2", address: "192.168.0.103" },
            ],
        },
    ],
};
const settings = { servers: [], listen: { name: "unused" }, haproxy };
const used = useServingPair({ name: "stick" }, settings);
const lb1 = () => used.lab.host("lb1");
const lb2 = () => used.lab.host("lb2");

const entry = async (host: Host) =>
    /key=192\.168\.0\.1 .*/.exec(await askHaproxy(host, "show table web"))?.[0] ?? "none";

test("each host has the other host's entries", async () => {
    expect((await page(used.lab, site)).status).toBe(200);
    expect((await page(used.lab, site)).status).toBe(200);
    await until("the standby has the entry", 5000, async () => (await entry(lb2())).includes("http_req_cnt=2"));
    expect(await entry(lb2())).toMatch(/server_key=web\d/);
    expect(await askHaproxy(lb1(), "show peers")).toMatch(/id=lb2\S*\(remote,active\).*last_status=ESTA/);
});

test("only the peer reaches the port of the peers", async () => {
    const connect = (host: Host) => used.lab.attempt(["curl", "-sS", "-m", "2", `telnet://${host.plan.address}:10000`]);
    for (const host of [lb1(), lb2()]) {
        expect((await connect(host)).stderr).toMatch(/timed out/);
    }
});

test("a reload keeps the entries", async () => {
    writeConfig(used.lab, used.stack.place.configFile as string, {
        ...settings,
        haproxy: { ...haproxy, timeout: { client: "40s" } },
    });
    // The component, haproxy and health on both hosts, and verify.
    expect(counts(await used.stack.up()).updated).toBe(6);
    for (const host of [lb1(), lb2()]) {
        await until(`${host.name} has the entry`, 5000, async () => (await entry(host)).includes("http_req_cnt=2"));
    }
});

test("HAProxy rejects connections from other addresses", async () => {
    const talk = `exec 3<>/dev/tcp/192.168.0.100/10000 && printf "HAProxyS 2.1\nlb1.example.com\nlb2.example.com 1 1\n" >&3 && timeout 2 head -n 1 <&3`;
    const whoever = await used.lab.attempt(["bash", "-c", talk]);
    expect(whoever.stdout).toBe("");
    const peer = await lb2().attempt(`bash -c '${talk}'`);
    expect(peer.stdout.trim()).toMatch(/^\d{3}$/);
});

test("a client keeps its server and its counters when the holder loses power", async () => {
    const before = (await page(used.lab, site)).body;
    await until("the standby has counted it", 5000, async () => (await entry(lb2())).includes("http_req_cnt=3"));
    await lb1().powerOff();
    await untilHolds(lb2());
    expect(await entry(lb2())).toContain("http_req_cnt=3");
    const answers: { status: number; body: string }[] = [];
    for (let i = 0; i < 18; i++) {
        answers.push(await page(used.lab, site));
    }
    expect(answers.slice(0, 17)).toEqual(Array(17).fill({ status: 200, body: before }));
    expect(answers[17].status).toBe(429);
    await lb1().boot();
    await untilHolds(lb1());
    await until("the host that was off has learnt it", 10_000, async () =>
        (await entry(lb1())).includes("http_req_cnt=21"),
    );
});

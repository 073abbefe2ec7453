/** `halb switchover` and `halb drill`, on a stand-in for a pair (pairStandIn.ts). */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Drill, drill } from "../../cli/drill";
import { hostCalled, howLong, move, switchover } from "../../cli/switchover";
import * as wait from "../../support/wait";
import type { HostStandIn } from "../pairStandIn";
import type { CommandResult } from "../sshStandIn";
import { failure, first, output, second, usePairStandIn } from "./halbFixture";

const used = usePairStandIn();

// A drill waits for seconds at a time, so that its client sees the hosts react. The stand-ins react at once, and some answers are enough.
vi.mock("../../support/wait", { spy: true });
const faster = 100;

async function shortSleep(sleep: typeof wait.sleep, milliseconds: number): Promise<void> {
    const { answers } = used.pair;
    await sleep(milliseconds / faster);
    if (milliseconds >= 1000) {
        await vi.waitUntil(() => used.pair.answers > answers + 5, { timeout: 10_000, interval: 5 });
    }
}

beforeEach(async () => {
    const real = await vi.importActual<typeof wait>("../../support/wait");
    vi.mocked(wait.sleep).mockImplementation((milliseconds) => shortSleep(real.sleep, milliseconds));
    vi.mocked(wait.until).mockImplementation((what, limit, check, pause = 50) =>
        real.until(what, limit / faster, check, pause / faster),
    );
});

describe("switchover", () => {
    test("hands over to the host that holds nothing, and says how long it stays", async () => {
        expect(await switchover(used.pair.declared, false)).toBe(0);
        expect(used.pair.holder.name).toBe(second);
        expect(output(used.printed)).toMatchInlineSnapshot(
            `"lb2.example.com has 192.168.0.99 (N s). lb1.example.com takes its own virtual IPs back when it boots, or when a "pulumi up" has something to do (heartbeat.autoFailback)."`,
        );
    });

    test("prints as JSON what moved", async () => {
        await switchover(used.pair.declared, true, "lb2");
        expect(JSON.parse(used.printed[0])).toEqual({
            from: first,
            to: second,
            virtualIps: ["192.168.0.99"],
            seconds: expect.any(Number),
        });
        expect(JSON.parse(used.printed[0]).seconds).toBeLessThan(5);
    });

    test("moves nothing if the host already holds everything", async () => {
        expect(await switchover(used.pair.declared, false, "LB1.example.com")).toBe(0);
        expect(await switchover(used.pair.declared, true, "lb1")).toBe(0);
        expect(used.pair.holder.name).toBe(first);
        expect(used.printed).toMatchInlineSnapshot(`
          [
            "That host already holds all virtual IPs; nothing was moved.",
            "null",
          ]
        `);
    });

    test("rejects a host that the pair does not have", () => {
        expect(() => hostCalled(used.pair.declared.hosts, "lb3")).toThrowErrorMatchingInlineSnapshot(
            `[Error: --to: the pair has no host "lb3"; its hosts: lb1.example.com, lb2.example.com]`,
        );
    });

    test("rejects a host that is unfit, with the reason", async () => {
        used.pair.hosts[1].units.haproxy = "inactive";
        used.pair.hosts[1].units.heartbeat = "failed";
        expect(await failure(move(used.pair.declared))).toMatchInlineSnapshot(
            `"lb2.example.com is unfit, and nothing was moved: HAProxy is inactive (see "journalctl -u haproxy" there); Heartbeat is failed (see "journalctl -u heartbeat" there)"`,
        );
        expect(used.pair.holder.name).toBe(first);
    });

    test("rejects a switchover from a host that does not answer", async () => {
        await used.pair.hosts[0].ssh.stop();
        expect(
            (await failure(move(used.pair.declared, "lb2"))).replace(/connect ECONNREFUSED [\d.:]+/, "WHY"),
        ).toMatchInlineSnapshot(
            `"lb1.example.com does not answer (WHY), so it cannot hand over. If it is dead, the other host takes over by itself"`,
        );
    });

    test("requires --to if both hosts hold an address", async () => {
        used.pair.hosts[1].lines = ["holds\t192.168.0.99"];
        expect(await failure(move(used.pair.declared))).toMatchInlineSnapshot(
            `"both hosts hold virtual IPs; name the host that takes over with --to"`,
        );
    });

    test("reports the host's reason for a refused hand-over", async () => {
        used.pair.hosts[0].results.hand_over = { code: 1, stderr: "lb1: a run of pulumi is at work\n" };
        expect(await failure(move(used.pair.declared))).toBe("lb1: a run of pulumi is at work");
    });

    test("reports that the addresses stay if failback is off", () => {
        const declared = used.pair.declared;
        expect(howLong(declared, first)).toMatchInlineSnapshot(
            `"It stays there until you move it, or until that host fails."`,
        );
        declared.hosts[0].values.failback = "no";
        expect(howLong(declared, second)).toBe(howLong(declared, first));
        declared.hosts[0].values.failback = "yes";
        expect(howLong(declared, second)).not.toBe(howLong(declared, first));
    });
});

describe("drill", () => {
    let folder: string;
    const options = { rate: 200, patience: 200 };

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "drill-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    /** Does something when a host has answered this function. */
    function after(host: HostStandIn, call: string, then: () => void): void {
        const respond = host.ssh.respond as (input: string) => CommandResult;
        host.ssh.respond = (input) => {
            const result = respond(input);
            if (input.endsWith(`${call}\n`)) {
                then();
            }
            return result;
        };
    }

    const calls = () => used.pair.hosts.map((host) => host.calls.filter((call) => !call.includes("look")));

    test("hand-over: moves the address there and back, and measures the client", async () => {
        expect(await drill(used.pair.declared, "hand-over", false, options)).toBe(0);
        expect(used.pair.holder.name).toBe(first);
        expect(calls()).toEqual([["hand_over"], ["hand_over"]]);
        expect(output(used.printed)).toMatchInlineSnapshot(
            `"hand-over: N of N requests failed, longest gap N s. The pair is as it was before."`,
        );
        expect(output(used.errors)).toMatchInlineSnapshot(`
          "  asking http://SITE/ 200 times a second; 2 s without a failure first
              N s  lb2.example.com has the virtual IPs
              N s  lb1.example.com has the virtual IPs again"
        `);
    });

    test("hand-over: begins at the holder, and counts failed requests", async () => {
        used.pair.holder = used.pair.hosts[1];
        after(used.pair.hosts[1], "hand_over", () => {
            used.pair.status = 503;
            setTimeout(() => {
                used.pair.status = 200;
            }, 50);
        });
        const report = join(folder, "report");
        expect(await drill(used.pair.declared, "hand-over", false, { ...options, report })).toBe(0);
        const done: Drill = JSON.parse(readFileSync(join(report, "drill.json"), "utf8"));
        expect(done).toMatchObject({ from: second, to: first });
        expect(done.failed).toBeGreaterThan(0);
        expect(done.failed).toBeLessThan(done.sent);
        expect(used.printed[0]).toContain(`hand-over: ${done.failed} of ${done.sent} requests failed`);
    });

    test("fails if the pair has a problem afterwards", async () => {
        after(used.pair.hosts[1], "hand_over", () => {
            used.pair.hosts[0].units.heartbeat = "failed";
        });
        expect(await failure(drill(used.pair.declared, "hand-over", false, options))).toBe(
            "the pair is well again: not within 2 s",
        );
    });

    test("haproxy: moves nothing back if failback has done so", async () => {
        const [lb1] = used.pair.hosts;
        after(lb1, "start_haproxy", () => {
            used.pair.holder = lb1;
        });
        expect(await drill(used.pair.declared, "haproxy", false, options)).toBe(0);
        expect(calls()).toEqual([["stop_haproxy", "start_haproxy"], []]);
    });

    test.each([
        ["stop_haproxy", "lb2.example.com takes over: not within 0.3 s"],
        ["start_haproxy", "HAProxy serves on both hosts: not within 0.3 s"],
    ])("haproxy: fails if %s has no effect", async (call, said) => {
        used.pair.hosts[0].results[call] = { stdout: "" };
        expect(await failure(drill(used.pair.declared, "haproxy", false, options))).toBe(said);
        expect(used.printed).toEqual([]);
    });

    test("haproxy: stops HAProxy on the holder, starts it again and moves the address back", async () => {
        const report = join(folder, "new", "report");
        expect(await drill(used.pair.declared, "haproxy", true, { ...options, report })).toBe(0);
        expect(calls()).toEqual([["stop_haproxy", "start_haproxy"], ["hand_over"]]);
        const done: Drill = JSON.parse(used.printed[0]);
        expect(done).toMatchObject({
            pair: "web",
            kind: "haproxy",
            from: first,
            to: second,
            rate: 200,
            isRestored: true,
        });
        expect(done).toMatchObject({ failed: 0, sent: expect.any(Number), gap: expect.any(Number) });
        expect(done.sent).toBeGreaterThan(10);
        expect(done.gap).toBeLessThan(2);
        expect(Math.abs(Date.parse(done.began) - Date.now())).toBeLessThan(60_000);
        expect(done.marks.map(({ what }) => what)).toMatchInlineSnapshot(`
          [
            "HAProxy is stopped on lb1.example.com",
            "lb2.example.com has the virtual IPs",
            "HAProxy is started on lb1.example.com",
            "lb1.example.com has the virtual IPs again",
          ]
        `);
        expect(JSON.parse(readFileSync(join(report, "drill.json"), "utf8"))).toEqual(done);
        expect(readFileSync(join(report, "drill.svg"), "utf8")).toContain("0 of ");
    }, 30_000);

    test("power: fences the holder, runs --power-on, and waits until the host is back", async () => {
        const marker = join(folder, "on");
        const look = used.pair.hosts[0].ssh.respond as (input: string) => object;
        used.pair.hosts[0].ssh.respond = (input) => {
            used.pair.hosts[0].isOff &&= !existsSync(marker);
            return look(input);
        };
        expect(await drill(used.pair.declared, "power", true, { ...options, powerOn: `touch ${marker}` })).toBe(0);
        expect(calls()[1]).toEqual(["fence", "hand_over"]);
        const { input } = used.pair.hosts[1].ssh.runs.find((run) => run.input.endsWith("fence\n")) as { input: string };
        expect(input).toContain("fencing_command='/sbin/fence'");
        expect(input).toContain(`fenced='${first}'`);
        expect(JSON.parse(used.printed[0]).marks.map(({ what }: { what: string }) => what)).toMatchInlineSnapshot(`
          [
            "lb1.example.com is switched off",
            "lb2.example.com has the virtual IPs",
            "lb1.example.com is back",
            "lb1.example.com has the virtual IPs again",
          ]
        `);
    }, 30_000);

    test("power: without --power-on, asks the operator to switch the host on, and waits until Heartbeat sees it", async () => {
        const [lb1, lb2] = used.pair.hosts;
        let looks = 0;
        after(lb2, "look", () => {
            looks += lb1.isOff ? 1 : 0;
            lb1.isOff &&= looks < 3;
            lb1.lines = [`sees\t${lb1.isOff || looks++ < 5 ? "dead" : "active"}`];
        });
        expect(await drill(used.pair.declared, "power", false, options)).toBe(0);
        expect(looks).toBeGreaterThanOrEqual(5);
        expect(output(used.errors)).toMatchInlineSnapshot(`
          "  asking http://SITE/ 200 times a second; 2 s without a failure first
              N s  lb1.example.com is switched off
              N s  lb2.example.com has the virtual IPs
            waiting for lb1.example.com: switch it on
              N s  lb1.example.com is back
              N s  lb1.example.com has the virtual IPs again"
        `);
    }, 30_000);

    test("power: fails if the other host does not take over, or the host does not boot", async () => {
        used.pair.hosts[1].results.fence = { stdout: "" };
        expect(await failure(drill(used.pair.declared, "power", false, options))).toBe(
            "lb2.example.com takes over: not within 0.6 s",
        );
        delete used.pair.hosts[1].results.fence;
        expect(await failure(drill(used.pair.declared, "power", false, options))).toBe(
            "lb1.example.com is back: not within 2 s",
        );
    }, 30_000);

    test("power: fails with the output of a failed --power-on, and reports that the pair is not restored", async () => {
        const said = await failure(
            drill(used.pair.declared, "power", false, { ...options, powerOn: "echo no such machine >&2; exit 7" }),
        );
        expect(said).toBe("--power-on ended with 7: no such machine");
        expect(used.errors.at(-1)).toMatchInlineSnapshot(`"  the pair was not restored: see "halb status""`);
    }, 30_000);

    test("power is rejected for a pair without a fencing command", async () => {
        expect(
            await failure(drill({ ...used.pair.declared, fencing: undefined }, "power", false, options)),
        ).toMatchInlineSnapshot(`"this pair has no fencing.command, which the drill needs to switch a host off"`);
    });

    test("is rejected for a pair with a problem", async () => {
        used.pair.hosts[1].serves = false;
        used.pair.hosts[1].units.heartbeat = "failed";
        expect(await failure(drill(used.pair.declared, "hand-over", false, options))).toMatchInlineSnapshot(`
          "a drill needs a pair without problems:
            - lb2.example.com: Heartbeat is failed (see "journalctl -u heartbeat" there)
            - lb2.example.com: HAProxy does not answer"
        `);
        expect(calls()).toEqual([[], []]);
    });

    test("is rejected if both hosts hold an address", async () => {
        const declared = used.pair.declared;
        for (const { values } of declared.hosts) {
            values.virtual_ips = "192.168.0.99/24 192.168.0.98/24";
        }
        used.pair.hosts[1].lines = ["holds\t192.168.0.98"];
        expect(await failure(drill(declared, "hand-over", false, options))).toMatchInlineSnapshot(
            `"both hosts hold virtual IPs; move all of them to one (halb switchover --to HOST) before a drill"`,
        );
    });

    test("is rejected if no request is answered", async () => {
        used.pair.status = 500;
        const report = join(folder, "report");
        const drilled = drill(used.pair.declared, "hand-over", false, { ...options, report });
        expect((await failure(drilled)).replace(used.pair.url, "SITE")).toMatchInlineSnapshot(
            `"no answer at SITE from here (status 500). Run the drill on a machine that reaches the virtual IP"`,
        );
        expect(calls()).toEqual([[], []]);
        expect(readdirSync(report)).toEqual([]);
    });

    test("reports a host on which a step of the drill fails, and restores the pair", async () => {
        used.pair.hosts[0].results.stop_haproxy = { code: 4, stdout: "no systemd\n" };
        const said = await failure(drill(used.pair.declared, "haproxy", false, options));
        expect(said).toBe("lb1.example.com: stop_haproxy ended with 4: no systemd");
        expect(calls()[0]).toEqual(["stop_haproxy", "start_haproxy"]);
    });
});

/** halb's commands, in this process, on a stand-in for a pair (pairStandIn.ts). */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { doctor } from "../../cli/doctor";
import { type Drill, drill } from "../../cli/drill";
import { hostKeys, shownKey } from "../../cli/hostKeys";
import { status, watch } from "../../cli/status";
import { hostCalled, howLong, move, switchover } from "../../cli/switchover";
import * as shell from "../../toolchain/shell";
import { PairStandIn } from "../pairStandIn";
import { hurryClients, SshStandIn, stopAll } from "../sshStandIn";

// A drill waits for seconds at a time, so that its client sees the hosts react. The stand-ins react at once, and some answers are enough.
vi.mock("../../toolchain/shell", { spy: true });
const faster = 100;

async function shortSleep(sleep: typeof shell.sleep, milliseconds: number): Promise<void> {
    const { answers } = pair;
    await sleep(milliseconds / faster);
    if (milliseconds >= 1000) {
        await vi.waitUntil(() => pair.answers > answers + 5, { timeout: 10_000, interval: 5 });
    }
}

let pair: PairStandIn;
let printed: string[];
let errors: string[];

/** What the command printed: times, ports and keys, which differ from run to run, replaced. */
function output(lines = printed): string {
    return lines
        .join("\n")
        .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, "http://SITE")
        .replaceAll(/\d+\.\d+ s\b/g, "N s")
        .replaceAll(/\d+ of \d+ requests/g, "N of N requests");
}

beforeEach(async () => {
    const real = await vi.importActual<typeof shell>("../../toolchain/shell");
    vi.stubEnv("SSH_AUTH_SOCK", undefined);
    hurryClients();
    vi.mocked(shell.sleep).mockImplementation((milliseconds) => shortSleep(real.sleep, milliseconds));
    vi.mocked(shell.until).mockImplementation((what, limit, check, pause = 50) =>
        real.until(what, limit / faster, check, pause / faster),
    );
    printed = [];
    errors = [];
    vi.spyOn(console, "log").mockImplementation((text) => printed.push(text));
    vi.spyOn(console, "error").mockImplementation((text) => errors.push(text));
    pair = await PairStandIn.start();
});

afterEach(async () => {
    pair.stop();
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    await stopAll();
});

const [first, second] = ["lb1.example.com", "lb2.example.com"];

/** The message of the error that a command ends with. */
async function failure(command: Promise<unknown>): Promise<string> {
    const error = await command.then(
        (result) => new Error(`returned ${JSON.stringify(result)}`),
        (reason: Error) => reason,
    );
    return error.message;
}

describe("status", () => {
    test("shows both hosts, the holder, servers, links and versions, and returns 0", async () => {
        expect(await status(pair.declared, false)).toBe(0);
        expect(output()).toMatchInlineSnapshot(`
          "web  http://SITE/

          HOST             HAPROXY  HEARTBEAT  KEEPER  SEES PEER  PEER'S KEEPER  HOLDS
          lb1.example.com  active   active     active  active     heard          192.168.0.99
          lb2.example.com  active   active     active  active     heard          -

          VIRTUAL IP    HOLDER           PREFERRED HOST
          192.168.0.99  lb1.example.com  lb1.example.com

          SERVER    BY lb1.example.com  BY lb2.example.com
          web/web1  UP                  UP

          HOST             LINKS TO THE PEER  VERSIONS
          lb1.example.com  eth0 up            haproxy 2.6.12-1
          lb2.example.com  eth0 up            haproxy 2.6.12-1

          All is well."
        `);
    });

    test("lists each problem and returns 1", async () => {
        pair.hosts[1].serves = false;
        pair.hosts[0].lines = [
            "drift\thaproxy\t/etc/haproxy/haproxy.cfg was edited",
            "problem\tthe disk is full\tmake room",
        ];
        expect(await status(pair.declared, false)).toBe(1);
        expect(output()).toMatchInlineSnapshot(`
          "web  http://SITE/

          HOST             HAPROXY  HEARTBEAT  KEEPER  SEES PEER  PEER'S KEEPER  HOLDS
          lb1.example.com  active   active     active  active     heard          192.168.0.99
          lb2.example.com  silent   active     active  active     heard          -

          VIRTUAL IP    HOLDER           PREFERRED HOST
          192.168.0.99  lb1.example.com  lb1.example.com

          SERVER    BY lb1.example.com  BY lb2.example.com
          web/web1  UP                  UP

          HOST             LINKS TO THE PEER  VERSIONS
          lb1.example.com  eth0 up            haproxy 2.6.12-1
          lb2.example.com  eth0 up            haproxy 2.6.12-1

          Not well:
            - lb1.example.com: the disk is full. What to do: make room
            - lb1.example.com: /etc/haproxy/haproxy.cfg was edited; "pulumi up" repairs it
            - lb2.example.com: HAProxy does not answer"
        `);
    });

    test("shows a host that cannot be reached with question marks", async () => {
        await pair.hosts[1].ssh.stop();
        expect(await status(pair.declared, false)).toBe(1);
        expect(output().replace(/connect ECONNREFUSED [\d.:]+/, "WHY")).toMatchInlineSnapshot(`
          "web  http://SITE/

          HOST             HAPROXY  HEARTBEAT  KEEPER  SEES PEER  PEER'S KEEPER  HOLDS
          lb1.example.com  active   active     active  active     heard          192.168.0.99
          lb2.example.com  ?        ?          ?       ?          ?              ?

          VIRTUAL IP    HOLDER           PREFERRED HOST
          192.168.0.99  lb1.example.com  lb1.example.com

          SERVER    BY lb1.example.com  BY lb2.example.com
          web/web1  UP                  ?

          HOST             LINKS TO THE PEER  VERSIONS
          lb1.example.com  eth0 up            haproxy 2.6.12-1
          lb2.example.com  -                  -

          Not well:
            - lb2.example.com: it does not answer (WHY)"
        `);
    });

    test("shows a HAProxy that runs and does not answer as silent, and a server that only one host knows", async () => {
        pair.hosts[0].serves = false;
        pair.hosts[0].lines = ["server\tweb/web2\tDOWN 1/2"];
        await status(pair.declared, false);
        expect(output()).toMatch(/^lb1\.example\.com +silent +active/m);
        expect(output()).toMatch(/^web\/web2 +DOWN 1\/2 +\?$/m);
    });

    test("shows a keeper that hears nothing of its peer as silent", async () => {
        pair.hosts[1].lines = ["peer\t192.168.0.99\t"];
        expect(await status(pair.declared, false)).toBe(1);
        expect(output()).toMatch(/^lb1\.example\.com +active +active +active +active +heard /m);
        expect(output()).toMatch(/^lb2\.example\.com +active +active +active +active +silent /m);
        expect(output()).toContain("lb2.example.com: its keeper does not hear that of the peer");
    });

    test("lets the host end a look after 20 s, with sudo where the login is not root's", async () => {
        const declared = pair.declared;
        declared.hosts[1].login.user = "admin";
        await status(declared, false);
        expect(pair.hosts.map(({ ssh }) => ssh.runs.map(({ command }) => command))).toEqual([
            ["timeout -k 5 20 sh -s"],
            ["sudo -n timeout -k 5 20 sh -s"],
        ]);
    });

    test("prints the whole state as JSON", async () => {
        expect(await status(pair.declared, true)).toBe(0);
        expect(JSON.parse(printed[0])).toMatchObject({
            name: "web",
            problems: [],
            virtualIps: [{ address: "192.168.0.99", holders: [first], preferredHost: first }],
            hosts: [
                { name: first, holds: ["192.168.0.99"], serves: true },
                { name: second, holds: [] },
            ],
        });
    });

    test("reports a script that fails on a host", async () => {
        pair.hosts[1].results["(survey) && look"] = { code: 3, stderr: "sh: broken\n" };
        expect(await status(pair.declared, true)).toBe(1);
        expect(JSON.parse(printed[0]).problems).toMatchInlineSnapshot(`
          [
            "lb2.example.com: it does not answer (it was asked in vain (3): sh: broken)",
          ]
        `);
    });

    test("reports a script that takes too long on a host", async () => {
        pair.hosts[1].results["(survey) && look"] = { code: 124 };
        await status(pair.declared, true);
        expect(JSON.parse(printed[0]).problems).toMatchInlineSnapshot(`
          [
            "lb2.example.com: it does not answer (it was not done within 20 s)",
          ]
        `);
    });

    test("--watch prints the state again after each interval", async () => {
        const end = new Error("enough");
        vi.mocked(console.log).mockImplementation((text) => {
            printed.push(text);
            if (printed.length === 3) {
                throw end;
            }
        });
        const began = performance.now();
        await expect(watch(pair.declared, true, 0.05)).rejects.toBe(end);
        expect(performance.now() - began).toBeGreaterThan(100);
        expect(printed.map((line) => JSON.parse(line))).toMatchObject(
            Array(3).fill({ at: expect.stringMatching(/^\d{4}-.*Z$/), name: "web", problems: [] }),
        );
    });

    test("--watch prints the tables below the time, without control characters where no terminal reads them", async () => {
        vi.mocked(console.log).mockImplementation((text) => {
            printed.push(text);
            throw new Error("enough");
        });
        await expect(watch(pair.declared, false, 1)).rejects.toThrow("enough");
        expect(printed[0]).toMatch(/^\d{4}-\S+Z {2}web {2}http/);
        expect(printed[0]).toMatch(/All is well\.\n$/);
    });
});

describe("doctor", () => {
    test("prints a line for each check and returns 0 where all pass", async () => {
        expect(await doctor(pair.declared, false)).toBe(0);
        expect(output()).toMatchInlineSnapshot(`
          "ok   lb1.example.com: lets us in, with the host key that is declared, as root or by sudo
          ok   lb1.example.com: node name, system, addresses, interfaces, ports, disk and clock fit
          ok   lb1.example.com: HAProxy, Heartbeat and the keeper work, and hear the peer
          ok   lb1.example.com: everything is as it was left
          ok   lb2.example.com: lets us in, with the host key that is declared, as root or by sudo
          ok   lb2.example.com: node name, system, addresses, interfaces, ports, disk and clock fit
          ok   lb2.example.com: HAProxy, Heartbeat and the keeper work, and hear the peer
          ok   lb2.example.com: everything is as it was left
          ok   192.168.0.99: is held by one host
          ok   http://SITE/: answers a client here"
        `);
    });

    test("prints what is wrong below each check that fails, and returns 1", async () => {
        pair.status = 503;
        pair.hosts[0].lines = ["drift\thaproxy\t/etc/haproxy/haproxy.cfg was edited"];
        pair.hosts[1].lines = ["problem\tthe disk is full\tmake room", "holds\t192.168.0.99"];
        pair.hosts[1].units.heartbeat = "failed";
        expect(await doctor(pair.declared, false)).toBe(1);
        expect(output()).toMatchInlineSnapshot(`
          "ok   lb1.example.com: lets us in, with the host key that is declared, as root or by sudo
          ok   lb1.example.com: node name, system, addresses, interfaces, ports, disk and clock fit
          ok   lb1.example.com: HAProxy, Heartbeat and the keeper work, and hear the peer
          BAD  lb1.example.com: everything is as it was left
                 /etc/haproxy/haproxy.cfg was edited. What to do: "pulumi up" repairs it
          ok   lb2.example.com: lets us in, with the host key that is declared, as root or by sudo
          BAD  lb2.example.com: node name, system, addresses, interfaces, ports, disk and clock fit
                 the disk is full. What to do: make room
          BAD  lb2.example.com: HAProxy, Heartbeat and the keeper work, and hear the peer
                 Heartbeat is failed (see "journalctl -u heartbeat" there)
          ok   lb2.example.com: everything is as it was left
          BAD  192.168.0.99: is held by one host
                 lb1.example.com and lb2.example.com hold it. What to do: see "journalctl -u heartbeat -u ha-load-balancer-pair" on both hosts
          BAD  http://SITE/: answers a client here
                 status 503. What to do: see that a server is up (halb status), and that there is a way from here to the virtual IP"
        `);
    });

    test("checks no more than the login of a host that does not answer", async () => {
        await pair.hosts[0].ssh.stop();
        expect(await doctor(pair.declared, true)).toBe(1);
        const checks: { what: string; problems: string[] }[] = JSON.parse(printed[0]);
        expect(checks.filter(({ what }) => what.startsWith(first))).toEqual([
            { what: expect.any(String), problems: [expect.stringContaining("ECONNREFUSED")] },
        ]);
        expect(checks.find(({ what }) => what.startsWith("192.168.0.99"))?.problems).toMatchInlineSnapshot(`
          [
            "nobody that answers holds it. What to do: see "journalctl -u heartbeat -u ha-load-balancer-pair" on both hosts",
          ]
        `);
    });

    test("asks no web site of a pair that has none", async () => {
        expect(await doctor({ ...pair.declared, url: "" }, true)).toBe(0);
        expect(printed[0]).not.toContain("http");
    });
});

describe("switchover", () => {
    test("hands over to the host that holds nothing, and says how long it stays", async () => {
        expect(await switchover(pair.declared, false)).toBe(0);
        expect(pair.holder.name).toBe(second);
        expect(output()).toMatchInlineSnapshot(
            `"lb2.example.com has 192.168.0.99 (N s). lb1.example.com takes its own back when it boots, or when a "pulumi up" has something to do (heartbeat.autoFailback)."`,
        );
    });

    test("prints as JSON what moved", async () => {
        await switchover(pair.declared, true, "lb2");
        expect(JSON.parse(printed[0])).toEqual({
            from: first,
            to: second,
            virtualIps: ["192.168.0.99"],
            seconds: expect.any(Number),
        });
        expect(JSON.parse(printed[0]).seconds).toBeLessThan(5);
    });

    test("moves nothing where the host holds everything already", async () => {
        expect(await switchover(pair.declared, false, "LB1.example.com")).toBe(0);
        expect(await switchover(pair.declared, true, "lb1")).toBe(0);
        expect(pair.holder.name).toBe(first);
        expect(printed).toMatchInlineSnapshot(`
          [
            "It is there already; nothing was moved.",
            "null",
          ]
        `);
    });

    test("rejects a host that the pair does not have", () => {
        expect(() => hostCalled(pair.declared.hosts, "lb3")).toThrowErrorMatchingInlineSnapshot(
            `[Error: --to: the pair has no host "lb3"; there are lb1.example.com, lb2.example.com]`,
        );
    });

    test("rejects a host that is unfit, with the reason", async () => {
        pair.hosts[1].units.haproxy = "inactive";
        pair.hosts[1].units.heartbeat = "failed";
        expect(await failure(move(pair.declared))).toMatchInlineSnapshot(
            `"lb2.example.com is unfit, and nothing was moved: HAProxy is inactive (see "journalctl -u haproxy" there); Heartbeat is failed (see "journalctl -u heartbeat" there)"`,
        );
        expect(pair.holder.name).toBe(first);
    });

    test("rejects a switchover from a host that does not answer", async () => {
        await pair.hosts[0].ssh.stop();
        expect(
            (await failure(move(pair.declared, "lb2"))).replace(/connect ECONNREFUSED [\d.:]+/, "WHY"),
        ).toMatchInlineSnapshot(
            `"lb1.example.com does not answer (WHY), and cannot be asked to hand anything over. Where it is dead, the other host takes over by itself"`,
        );
    });

    test("asks for --to where no host holds nothing", async () => {
        pair.hosts[1].lines = ["holds\t192.168.0.99"];
        expect(await failure(move(pair.declared))).toMatchInlineSnapshot(
            `"it is not clear which host is to take over; name it with --to"`,
        );
    });

    test("passes on why a host handed nothing over", async () => {
        pair.hosts[0].results.hand_over = { code: 1, stderr: "lb1: a run of pulumi is at work\n" };
        expect(await failure(move(pair.declared))).toBe("lb1: a run of pulumi is at work");
    });

    test("says that the addresses stay where they are without automatic failback", () => {
        const declared = pair.declared;
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

    const calls = () => pair.hosts.map((host) => host.calls.filter((call) => !call.includes("look")));

    test("hand-over: moves the address there and back, and measures the client", async () => {
        expect(await drill(pair.declared, "hand-over", false, options)).toBe(0);
        expect(pair.holder.name).toBe(first);
        expect(calls()).toEqual([["hand_over"], ["hand_over"]]);
        expect(output()).toMatchInlineSnapshot(
            `"hand-over: N of N requests failed, longest gap N s. All is as it was before."`,
        );
        expect(output(errors)).toMatchInlineSnapshot(`
          "  asking http://SITE/ 200 times a second; 2 s without a failure first
              N s  lb2.example.com has the virtual IPs
              N s  lb1.example.com has the virtual IPs again"
        `);
    });

    test("haproxy: stops HAProxy on the holder, starts it again and moves the address back", async () => {
        const report = join(folder, "new", "report");
        expect(await drill(pair.declared, "haproxy", true, { ...options, report })).toBe(0);
        expect(calls()).toEqual([["stop_haproxy", "start_haproxy"], ["hand_over"]]);
        const done: Drill = JSON.parse(printed[0]);
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
        const look = pair.hosts[0].ssh.respond as (input: string) => object;
        pair.hosts[0].ssh.respond = (input) => {
            pair.hosts[0].isOff &&= !existsNow(marker);
            return look(input);
        };
        expect(await drill(pair.declared, "power", true, { ...options, powerOn: `touch ${marker}` })).toBe(0);
        expect(calls()[1]).toEqual(["fence", "hand_over"]);
        const { input } = pair.hosts[1].ssh.runs.find((run) => run.input.endsWith("fence\n")) as { input: string };
        expect(input).toContain("fencing_command='/sbin/fence'");
        expect(input).toContain(`fenced='${first}'`);
        expect(JSON.parse(printed[0]).marks.map(({ what }: { what: string }) => what)).toMatchInlineSnapshot(`
          [
            "lb1.example.com is switched off",
            "lb2.example.com has the virtual IPs",
            "lb1.example.com is back",
            "lb1.example.com has the virtual IPs again",
          ]
        `);
    }, 30_000);

    test("power: fails with the output of --power-on where that fails, and says that the pair is not restored", async () => {
        const said = await failure(
            drill(pair.declared, "power", false, { ...options, powerOn: "echo no such machine >&2; exit 7" }),
        );
        expect(said).toBe("--power-on ended with 7: no such machine");
        expect(errors.at(-1)).toMatchInlineSnapshot(`"  the pair is not as it was before: see "halb status""`);
    }, 30_000);

    test("power is rejected for a pair without a fencing command", async () => {
        expect(
            await failure(drill({ ...pair.declared, fencing: undefined }, "power", false, options)),
        ).toMatchInlineSnapshot(
            `"this pair has no fencing command, and so there is nothing that could switch a host off (fencing.command)"`,
        );
    });

    test("is rejected for a pair that is not well", async () => {
        pair.hosts[1].serves = false;
        expect(await failure(drill(pair.declared, "hand-over", false, options))).toMatchInlineSnapshot(`
          "a drill needs a pair that is well:
            - lb2.example.com: HAProxy does not answer"
        `);
        expect(calls()).toEqual([[], []]);
    });

    test("is rejected where both hosts hold an address", async () => {
        const declared = pair.declared;
        for (const { values } of declared.hosts) {
            values.virtual_ips = "192.168.0.99/24 192.168.0.98/24";
        }
        pair.hosts[1].lines = ["holds\t192.168.0.98"];
        expect(await failure(drill(declared, "hand-over", false, options))).toMatchInlineSnapshot(
            `"both hosts hold virtual IPs; move all of them to one (halb switchover --to HOST) before a drill"`,
        );
    });

    test("is rejected where no client gets an answer", async () => {
        pair.status = 500;
        expect(
            (await failure(drill(pair.declared, "hand-over", false, options))).replace(pair.url, "SITE"),
        ).toMatchInlineSnapshot(
            `"nobody answers at SITE from here (status 500), so there is nothing to measure; run the drill where clients are"`,
        );
        expect(calls()).toEqual([[], []]);
    });

    test("reports a host on which a step of the drill fails, and restores the pair", async () => {
        pair.hosts[0].results.stop_haproxy = { code: 4, stdout: "no systemd\n" };
        const said = await failure(drill(pair.declared, "haproxy", false, options));
        expect(said).toBe("lb1.example.com: stop_haproxy ended with 4: no systemd");
        expect(calls()[0]).toEqual(["stop_haproxy", "start_haproxy"]);
    });
});

function existsNow(path: string): boolean {
    try {
        readFileSync(path);
        return true;
    } catch {
        return false;
    }
}

describe("host-keys", () => {
    test("shows the key and the fingerprint of a host without a login", async () => {
        const { ssh } = pair.hosts[0];
        const shown = await shownKey({ host: "127.0.0.1", port: ssh.port });
        expect(shown).toEqual({
            host: "127.0.0.1",
            hostKey: ssh.hostKey,
            fingerprint: expect.stringMatching(/^SHA256:[\w+/]{43}$/),
        });
        expect(ssh.attempts).toEqual([]);
    });

    test("reaches a host behind a proxy", async () => {
        const proxy = await SshStandIn.start();
        proxy.behind = pair.hosts[0].ssh;
        const shown = await shownKey({ host: "10.9.9.9", port: 22, proxy: proxy.login });
        expect(shown).toMatchObject({ host: "10.9.9.9", hostKey: pair.hosts[0].ssh.hostKey });
        await vi.waitFor(() => expect(proxy.openConnections).toBe(0));
    });

    test("names the host that showed no key", async () => {
        const { port } = pair.hosts[0].ssh;
        await pair.hosts[0].ssh.stop();
        expect(
            (await failure(shownKey({ host: "127.0.0.1", port }))).replace(/[\d.]+:\d+/, "ADDRESS"),
        ).toMatchInlineSnapshot(`"127.0.0.1: no SSH key was shown (connect ECONNREFUSED ADDRESS)"`);
    });

    const shown = [
        { host: "10.0.0.1", hostKey: "ssh-ed25519 AAAA", fingerprint: "SHA256:abc" },
        { host: "10.0.0.2", hostKey: "ssh-ed25519 BBBB", fingerprint: "SHA256:def" },
    ];

    test("prints the commands that pin the keys", async () => {
        expect(await hostKeys(shown, false)).toBe(0);
        expect(output()).toMatchInlineSnapshot(`
          "# 10.0.0.1 shows SHA256:abc
          pulumi config set --path 'hosts[0].hostKey' 'ssh-ed25519 AAAA'
          # 10.0.0.2 shows SHA256:def
          pulumi config set --path 'hosts[1].hostKey' 'ssh-ed25519 BBBB'
          # Whoever answered has shown these keys. Compare the fingerprints on the hosts themselves before you pin them:
          #   ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"
        `);
    });

    test("prints the keys as JSON", async () => {
        expect(await hostKeys(shown, true)).toBe(0);
        expect(printed).toHaveLength(1);
        expect(JSON.parse(printed[0])).toEqual(shown);
    });
});

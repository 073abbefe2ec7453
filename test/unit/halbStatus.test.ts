/** `halb status` and `halb doctor`, on a stand-in for a pair (pairStandIn.ts). */
import { describe, expect, test, vi } from "vitest";
import { doctor } from "../../cli/doctor";
import { status, watch } from "../../cli/status";
import { first, output, second, usePairStandIn } from "./halbFixture";

const used = usePairStandIn();

describe("status", () => {
    test("shows both hosts, the holder, servers, links and versions, and returns 0", async () => {
        expect(await status(used.pair.declared, false)).toBe(0);
        expect(output(used.printed)).toMatchInlineSnapshot(`
          "web  http://SITE/

          HOST             HAPROXY  HEARTBEAT  KEEPER  SEES PEER  PEER'S KEEPER  HOLDS
          lb1.example.com  active   active     active  active     heard          192.168.0.99
          lb2.example.com  active   active     active  active     heard          -

          VIRTUAL IP    HOLDER           PREFERRED HOST   INTERFACE
          192.168.0.99  lb1.example.com  lb1.example.com  eth0

          SERVER    BY lb1.example.com  BY lb2.example.com
          web/web1  UP                  UP

          HOST             LINKS TO THE PEER  VERSIONS
          lb1.example.com  eth0 up            haproxy 2.6.12-1
          lb2.example.com  eth0 up            haproxy 2.6.12-1

          All is well."
        `);
    });

    test("lists each problem and returns 1", async () => {
        used.pair.hosts[1].serves = false;
        used.pair.hosts[0].lines = [
            "drift\thaproxy\t/etc/haproxy/haproxy.cfg was edited",
            "problem\tthe disk is full\tmake room",
        ];
        expect(await status(used.pair.declared, false)).toBe(1);
        expect(output(used.printed)).toMatchInlineSnapshot(`
          "web  http://SITE/

          HOST             HAPROXY  HEARTBEAT  KEEPER  SEES PEER  PEER'S KEEPER  HOLDS
          lb1.example.com  active   active     active  active     heard          192.168.0.99
          lb2.example.com  silent   active     active  active     heard          -

          VIRTUAL IP    HOLDER           PREFERRED HOST   INTERFACE
          192.168.0.99  lb1.example.com  lb1.example.com  eth0

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

    test("shows an unreachable host with question marks", async () => {
        await used.pair.hosts[1].ssh.stop();
        expect(await status(used.pair.declared, false)).toBe(1);
        expect(output(used.printed).replace(/connect ECONNREFUSED [\d.:]+/, "WHY")).toMatchInlineSnapshot(`
          "web  http://SITE/

          HOST             HAPROXY  HEARTBEAT  KEEPER  SEES PEER  PEER'S KEEPER  HOLDS
          lb1.example.com  active   active     active  active     heard          192.168.0.99
          lb2.example.com  ?        ?          ?       ?          ?              ?

          VIRTUAL IP    HOLDER           PREFERRED HOST   INTERFACE
          192.168.0.99  lb1.example.com  lb1.example.com  eth0

          SERVER    BY lb1.example.com  BY lb2.example.com
          web/web1  UP                  ?

          HOST             LINKS TO THE PEER  VERSIONS
          lb1.example.com  eth0 up            haproxy 2.6.12-1
          lb2.example.com  -                  -

          Not well:
            - lb2.example.com: unreachable (WHY)"
        `);
    });

    test("shows a running HAProxy without answers as silent, and a server that only one host has", async () => {
        used.pair.hosts[0].serves = false;
        used.pair.hosts[0].lines = ["server\tweb/web2\tDOWN 1/2"];
        await status(used.pair.declared, false);
        expect(output(used.printed)).toMatch(/^lb1\.example\.com +silent +active/m);
        expect(output(used.printed)).toMatch(/^web\/web2 +DOWN 1\/2 +\?$/m);
    });

    test("shows a keeper as silent if it does not hear its peer", async () => {
        used.pair.hosts[1].lines = ["peer\t192.168.0.99\t"];
        expect(await status(used.pair.declared, false)).toBe(1);
        expect(output(used.printed)).toMatch(/^lb1\.example\.com +active +active +active +active +heard /m);
        expect(output(used.printed)).toMatch(/^lb2\.example\.com +active +active +active +active +silent /m);
        expect(output(used.printed)).toContain("lb2.example.com: its keeper does not hear the peer's keeper");
    });

    test("limits the remote script to 20 s, and uses sudo if the login is not root's", async () => {
        const declared = used.pair.declared;
        declared.hosts[1].login.user = "admin";
        await status(declared, false);
        expect(used.pair.hosts.map(({ ssh }) => ssh.runs.map(({ command }) => command))).toEqual([
            ["timeout -k 5 20 sh -s"],
            ["sudo -n timeout -k 5 20 sh -s"],
        ]);
    });

    test("prints the whole state as JSON", async () => {
        expect(await status(used.pair.declared, true)).toBe(0);
        expect(JSON.parse(used.printed[0])).toMatchObject({
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
        used.pair.hosts[1].results["(survey) && look"] = { code: 3, stderr: "sh: broken\n" };
        expect(await status(used.pair.declared, true)).toBe(1);
        expect(JSON.parse(used.printed[0]).problems).toMatchInlineSnapshot(`
          [
            "lb2.example.com: unreachable (its survey failed with exit status 3: sh: broken)",
          ]
        `);
    });

    test("reports a script that takes too long on a host", async () => {
        used.pair.hosts[1].results["(survey) && look"] = { code: 124 };
        await status(used.pair.declared, true);
        expect(JSON.parse(used.printed[0]).problems).toMatchInlineSnapshot(`
          [
            "lb2.example.com: unreachable (no result within 20 s)",
          ]
        `);
    });

    test("--watch prints the state again after each interval", async () => {
        const end = new Error("enough");
        vi.mocked(console.log).mockImplementation((text) => {
            used.printed.push(text);
            if (used.printed.length === 3) {
                throw end;
            }
        });
        const began = performance.now();
        await expect(watch(used.pair.declared, true, 0.05)).rejects.toBe(end);
        expect(performance.now() - began).toBeGreaterThan(100);
        expect(used.printed.map((line) => JSON.parse(line))).toMatchObject(
            Array(3).fill({ at: expect.stringMatching(/^\d{4}-.*Z$/), name: "web", problems: [] }),
        );
    });

    test("--watch prints the time and the tables, without control characters if the output is no terminal", async () => {
        vi.mocked(console.log).mockImplementation((text) => {
            used.printed.push(text);
            throw new Error("enough");
        });
        await expect(watch(used.pair.declared, false, 1)).rejects.toThrow("enough");
        expect(used.printed[0]).toMatch(/^\d{4}-\S+Z {2}web {2}http/);
        expect(used.printed[0]).toMatch(/All is well\.\n$/);
    });
});

describe("doctor", () => {
    test("prints a line for each check, and returns 0 if all pass", async () => {
        expect(await doctor(used.pair.declared, false)).toBe(0);
        expect(output(used.printed)).toMatchInlineSnapshot(`
          "ok   lb1.example.com: SSH login works, with the declared host key, as root or by sudo
          ok   lb1.example.com: node name, system, addresses, interfaces, ports, disk and clock fit
          ok   lb1.example.com: HAProxy, Heartbeat and the keeper work, and hear the peer
          ok   lb1.example.com: no drift
          ok   lb2.example.com: SSH login works, with the declared host key, as root or by sudo
          ok   lb2.example.com: node name, system, addresses, interfaces, ports, disk and clock fit
          ok   lb2.example.com: HAProxy, Heartbeat and the keeper work, and hear the peer
          ok   lb2.example.com: no drift
          ok   192.168.0.99: is held by one host
          ok   http://SITE/: answers a client here"
        `);
    });

    test("prints the problems below each failed check, and returns 1", async () => {
        used.pair.status = 503;
        used.pair.hosts[0].lines = ["drift\thaproxy\t/etc/haproxy/haproxy.cfg was edited"];
        used.pair.hosts[1].lines = ["problem\tthe disk is full\tmake room", "holds\t192.168.0.99"];
        used.pair.hosts[1].units.heartbeat = "failed";
        expect(await doctor(used.pair.declared, false)).toBe(1);
        expect(output(used.printed)).toMatchInlineSnapshot(`
          "ok   lb1.example.com: SSH login works, with the declared host key, as root or by sudo
          ok   lb1.example.com: node name, system, addresses, interfaces, ports, disk and clock fit
          ok   lb1.example.com: HAProxy, Heartbeat and the keeper work, and hear the peer
          BAD  lb1.example.com: no drift
                 /etc/haproxy/haproxy.cfg was edited. What to do: "pulumi up" repairs it
          ok   lb2.example.com: SSH login works, with the declared host key, as root or by sudo
          BAD  lb2.example.com: node name, system, addresses, interfaces, ports, disk and clock fit
                 the disk is full. What to do: make room
          BAD  lb2.example.com: HAProxy, Heartbeat and the keeper work, and hear the peer
                 Heartbeat is failed (see "journalctl -u heartbeat" there)
          ok   lb2.example.com: no drift
          BAD  192.168.0.99: is held by one host
                 lb1.example.com and lb2.example.com both hold 192.168.0.99. What to do: run "journalctl -u heartbeat -u ha-load-balancer-pair" on both hosts
          BAD  http://SITE/: answers a client here
                 status 503. What to do: check with "halb status" that a server is UP, and that this machine has a route to the virtual IP"
        `);
    });

    test("checks only the login of an unreachable host", async () => {
        await used.pair.hosts[0].ssh.stop();
        expect(await doctor(used.pair.declared, true)).toBe(1);
        const checks: { what: string; problems: string[] }[] = JSON.parse(used.printed[0]);
        expect(checks.filter(({ what }) => what.startsWith(first))).toEqual([
            { what: expect.any(String), problems: [expect.stringContaining("ECONNREFUSED")] },
        ]);
        expect(checks.find(({ what }) => what.startsWith("192.168.0.99"))?.problems).toMatchInlineSnapshot(`
          [
            "no reachable host holds 192.168.0.99. What to do: run "journalctl -u heartbeat -u ha-load-balancer-pair" on both hosts",
          ]
        `);
    });

    test("sends no request for a pair without a URL", async () => {
        expect(await doctor({ ...used.pair.declared, url: "" }, true)).toBe(0);
        expect(used.printed[0]).not.toContain("http");
    });
});

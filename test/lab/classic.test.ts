/**
 * The classic how-to, step by step, by one `pulumi up` instead of by hand: lb1 192.168.0.100, lb2 192.168.0.101, the
 * virtual IP 192.168.0.99 and two web servers. On each release, as root and as a user with sudo.
 */

import { writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import type { Host } from "../../lab/host";
import { Probe } from "../../lab/probe";
import { run } from "../../support/run";
import { sleep, until } from "../../support/wait";
import {
    askHaproxy,
    counts,
    halb,
    holds,
    inAll,
    page,
    site,
    snapshot,
    switchOver,
    untilHolds,
    usePair,
    virtualIp,
} from "./fixture";

/** Collects the command lines of a host's processes, from outside, until the returned function is called. */
function watchProcesses(host: Host): () => Promise<string> {
    const look =
        "while [ -e /run/watching ]; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '; echo; sleep 0.2; done";
    const seen = host.run(`: > /run/watching; ${look}`);
    return async () => {
        await host.run("rm /run/watching");
        return seen;
    };
}

for (const [plan, user, options] of [
    [{ release: "bookworm" }, "root", inAll],
    [{ release: "bookworm", isMinimal: true }, "admin", inAll],
    [{ release: "trixie", isMinimal: true }, "root", inAll],
    [{ release: "trixie" }, "admin", {}],
] as const) {
    const title = `${plan.release}${"isMinimal" in plan ? " without Python and Perl" : ""} as ${user}`;
    describe(title, options, () => isTheHowTo(plan, user));
}

function isTheHowTo(plan: { release: string; isMinimal?: boolean }, user: string): void {
    const used = usePair({ name: `${plan.release}-${user}`, ...plan }, { connection: { user } });
    const balancers = () => [used.lab.host("lb1"), used.lab.host("lb2")];
    let before: string[];
    // What the first pulumi up printed, and what the hosts' process lists showed meanwhile.
    let said: string;
    let processes: string[];

    test("a preview needs no host", async () => {
        before = await Promise.all(balancers().map(snapshot));
        await Promise.all(balancers().map((host) => host.cut()));
        expect(counts(await used.stack.preview())).toEqual({ create: 21 });
        await Promise.all(balancers().map((host) => host.mend()));
    });

    test("one pulumi up converges the pair, and the pair serves", async () => {
        const watchers = balancers().map(watchProcesses);
        said = await used.stack.up();
        processes = await Promise.all(watchers.map((stop) => stop()));
        expect(counts(said)).toEqual({ created: 21 });
        for (const host of balancers()) {
            expect(said).toContain(`${host.plan.fqdn}: virtual IP 192.168.0.99 uses interface eth0`);
        }
        expect((await page(used.lab, site)).status).toBe(200);
    });

    test("halb status and halb switchover work with the same login", async () => {
        await until("all is well", 60_000, async () => (await halb(used, ["status"])).code === 0, 500);
        for (const name of ["lb2", "lb1"]) {
            await switchOver(used, name);
        }
    });

    test("the files are the same on both hosts, but for the peer's address in ha.cf", async () => {
        const same = [
            "/etc/ha.d/authkeys",
            "/etc/ha.d/haresources",
            "/etc/haproxy/haproxy.cfg",
            "/etc/ha.d/resource.d/VirtualIp",
        ];
        for (const file of same) {
            const [first, second] = await used.lab.onLoadBalancers(`cat ${file}`);
            expect(first, file).toBe(second);
        }
        const [first, second] = (await used.lab.onLoadBalancers("cat /etc/ha.d/ha.cf")).map((text) => text.split("\n"));
        expect(first.filter((line) => !second.includes(line))).toEqual(["ucast eth0 192.168.0.101"]);
        expect(second.filter((line) => !first.includes(line))).toEqual(["ucast eth0 192.168.0.100"]);
        expect(await used.lab.onLoadBalancers("uname -n")).toEqual(
            first.filter((line) => line.startsWith("node ")).map((line) => line.slice(5)),
        );
    });

    test("only root can read authkeys", async () => {
        expect(await used.lab.onLoadBalancers("stat -c '%a %U:%G' /etc/ha.d/authkeys")).toEqual([
            "600 root:root",
            "600 root:root",
        ]);
        expect((await balancers()[0].attempt("su admin -c 'cat /etc/ha.d/authkeys'")).code).not.toBe(0);
    });

    test("both services run and start at boot, and non-local binds are allowed", async () => {
        const all = ["active", "active", "enabled", "enabled", "1"].join("\n");
        const look =
            "systemctl is-active haproxy heartbeat; systemctl is-enabled haproxy heartbeat; sysctl -n net.ipv4.ip_nonlocal_bind";
        expect(await used.lab.onLoadBalancers(look)).toEqual([all, all]);
    });

    test("the virtual IP is on lb1 and not on lb2", async () => {
        expect(await Promise.all(balancers().map((host) => holds(host)))).toEqual([true, false]);
    });

    test("both back ends answer in turn", async () => {
        const bodies = [(await page(used.lab, site)).body.trim(), (await page(used.lab, site)).body.trim()];
        expect(bodies.sort()).toEqual(["This is web1.", "This is web2."]);
    });

    test("the statistics page requires its password", async () => {
        const { statisticsUrl, statisticsUser, statisticsPassword } = await used.stack.outputs();
        expect((await page(used.lab, statisticsUrl)).status).toBe(401);
        expect((await page(used.lab, statisticsUrl, `${statisticsUser}:wrong`)).status).toBe(401);
        const right = await page(used.lab, statisticsUrl, `${statisticsUser}:${statisticsPassword}`);
        expect(right.status).toBe(200);
        expect(right.body).toContain("Statistics Report");
    });

    test("a second pulumi up changes nothing", async () => {
        expect(counts(await used.stack.up())).toEqual({ unchanged: 21 });
    });

    test("no secret is unencrypted but in its own file", async () => {
        const { authkeysSecret, statisticsPassword } = await used.stack.outputs();
        const log: string[] = [said, ...processes];
        expect(processes.every((list) => list.includes("apt-get"))).toBe(true);
        log.push(
            await used.stack.state(),
            await used.stack.preview("--diff"),
            (await used.stack.attempt(["stack", "output"])).stdout,
        );
        const secrets = [authkeysSecret, statisticsPassword];
        for (const secret of secrets) {
            expect(secret.length).toBeGreaterThan(20);
            expect(log.join("\n")).not.toContain(secret);
        }
        // In a file: on a command line they would be found in the list of processes.
        const patterns = join(used.lab.scratch, "patterns");
        writeFileSync(patterns, secrets.join("\n"), { mode: 0o600 });
        const shown = "cat /proc/[0-9]*/cmdline | tr '\\0' '\\n'; journalctl --no-pager";
        for (const text of await used.lab.onLoadBalancers(shown)) {
            expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
        }
        for (const text of await Promise.all(balancers().map((host) => askHaproxy(host, "show env")))) {
            expect(text).toContain("HAPROXY_CFGFILES=");
            expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
        }
        // What the host itself has written, seen from outside.
        const find = (where: string) => `find "$1" -xdev -type f ${where} -exec grep -lFf "$2" {} + || :`;
        const containing = (where: string) =>
            Promise.all(
                balancers().map(async ({ ownDisk }) =>
                    (await run(["sh", "-c", find(where), "sh", ownDisk, patterns])).split("\n").filter(Boolean),
                ),
            );
        expect(await containing("\\( -perm -004 -o -path '*/etc/haproxy/haproxy.cfg' \\)")).toEqual([[], []]);
        const expected = ["etc/ha.d/authkeys", "etc/haproxy/ha-load-balancer-pair-secrets.cfg"];
        for (const [i, files] of (await containing("")).entries()) {
            expect(files.map((file) => relative(balancers()[i].ownDisk, file)).sort()).toEqual(expected);
        }
    });

    test("a stopped back end costs no request after its health check", async () => {
        await used.lab.host("web1").powerOff();
        const { statisticsUrl, statisticsUser, statisticsPassword } = await used.stack.outputs();
        await until("HAProxy sees web1 down", 30_000, async () => {
            const { body } = await page(used.lab, `${statisticsUrl};csv`, `${statisticsUser}:${statisticsPassword}`);
            return /^webfarm,web1,.*,DOWN,/m.test(body);
        });
        const probe = await Probe.start(used.lab, site);
        await sleep(2000);
        const { sent, failed } = await probe.stop();
        expect(sent).toBeGreaterThan(100);
        expect(failed).toBe(0);
        for (let i = 0; i < 10; i++) {
            expect((await page(used.lab, site)).body).toBe("This is web2.\n");
        }
        await used.lab.host("web1").powerOn();
    });

    test("lb1 loses power: lb2 acquires the virtual IP; lb1 boots: the virtual IP goes back", async () => {
        const [lb1, lb2] = balancers();
        const probe = await Probe.start(used.lab, site);
        await lb1.powerOff();
        await untilHolds(lb2);
        expect((await page(used.lab, site)).status).toBe(200);
        await lb1.boot();
        await untilHolds(lb1);
        await until("lb2 lets the virtual IP go", 10_000, async () => !(await holds(lb2)));
        await sleep(500);
        const { gap, failed, sent } = await probe.stop();
        console.log(
            `${plan.release} as ${user}: power loss and failback: ${failed} of ${sent} requests failed, longest gap ${gap.toFixed(2)} s`,
        );
        expect((await page(used.lab, site)).status).toBe(200);
        // Both a takeover and nothing that lasts: the limit of a takeover, generous for a shared machine.
        expect(gap).toBeGreaterThan(0.3);
        expect(gap).toBeLessThan(5);
    });

    test("pulumi destroy leaves the hosts as they were", async () => {
        await used.stack.destroy();
        expect(await Promise.all(balancers().map(snapshot))).toEqual(before);
        expect((await page(used.lab, site)).status).toBe(0);
        expect((await used.lab.attempt(["ping", "-c1", "-W1", virtualIp])).code).not.toBe(0);
    });
}

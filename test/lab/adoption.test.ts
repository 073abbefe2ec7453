/** Two hosts that somebody has set up by hand, as the classic how-to has it, and that serve: `pulumi up` takes them over. */
// @module-tag all
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { HaLoadBalancerPairArgs } from "../../components";
import type { Host } from "../../lab/host";
import { writeConfig } from "../../lab/pulumi";
import { until } from "../../support/wait";
import { root } from "../../toolchain/paths";
import { counts, failure, holds, page, site, underLoad, untilHolds, usePair, virtualIp } from "./fixture";

/** A stack's configuration of what halb import has printed. */
function configure(
    used: ReturnType<typeof usePair>,
    { hosts, virtualIps, heartbeat, haproxy }: HaLoadBalancerPairArgs,
): void {
    const { password, ...stats } = haproxy.stats ?? {};
    writeConfig(used.lab, used.stack.place.configFile as string, {
        ...{ hosts, virtualIps, heartbeat, haproxy: { ...haproxy, stats }, servers: [], listen: {} },
        statsPassword: password,
    });
}

const haCf = (peer: Host) => `#
#       keepalive: how many seconds between heartbeats
#
keepalive 2
#
#       deadtime: seconds-to-declare-host-dead
#
deadtime 10
#
#       What UDP port to use for udp or ppp-udp communication?
#
udpport        694
bcast  eth0
mcast eth0 225.0.0.1 694 1 0
ucast eth0 ${peer.address}
#       What interfaces to heartbeat over?
udp     eth0
#
#       Facility to use for syslog()/logger (alternative to log/debugfile)
#
logfacility     local0
#
#       Tell what machines are in the cluster
#       node    nodename ...    -- must match uname -n
node    lb1.example.com
node    lb2.example.com
`;

const haproxyCfg = `global
        log 127.0.0.1   local0
        log 127.0.0.1   local1 notice
        maxconn 4096
        user haproxy
        group haproxy

defaults
        log     global
        mode    http
        option  httplog
        option  dontlognull
        retries 3
        option  redispatch
        maxconn 2000
        timeout connect 5000
        timeout client  50000
        timeout server  50000

listen webfarm
       bind 192.168.0.99:80
       mode http
       stats enable
       stats auth someuser:somepassword
       balance roundrobin
       cookie JSESSIONID prefix
       option httpclose
       option forwardfor
       option httpchk HEAD / HTTP/1.0
       server webA 192.168.0.102:80 cookie A check
       server webB 192.168.0.103:80 cookie B check
`;

describe.each([
    // As the how-to writes it; and with all that its resource script takes.
    ["bookworm", "192.168.0.99"],
    ["trixie", "IPaddr::192.168.0.99/24/eth0"],
])("%s", (release, resource) => {
    const used = usePair({ name: `adopt-${release}`, release });

    /** halb import, as somebody runs it who has two hosts and no stack. */
    async function imported(): Promise<{ args: HaLoadBalancerPairArgs; notes: string[] }> {
        const program = [join(root, "node_modules", ".bin", "tsx"), join(root, "cli", "halb.ts"), "import"];
        const files = ["--identity", used.lab.privateKeyFile, "--known-hosts", used.lab.knownHostsFile];
        // The second one first: which is preferred, haresources says.
        const { code, stdout, stderr } = await used.lab.attempt([
            ...program,
            "192.168.0.101",
            "192.168.0.100",
            ...files,
        ]);
        expect(code, stderr).toBe(0);
        return { args: JSON.parse(stdout), notes: stderr.trim().split("\n") };
    }
    const hosts = () => used.lab.loadBalancers;

    const byHand = "/etc/ha.d/ha.cf /etc/ha.d/haresources /etc/ha.d/authkeys /etc/haproxy/haproxy.cfg";
    const files = () => Promise.all(hosts().map((host) => host.run(`sha256sum ${byHand}; stat -c '%a %n' ${byHand}`)));
    let before: string[];

    beforeAll(async () => {
        await Promise.all(
            hosts().map((host) =>
                host.run(`export DEBIAN_FRONTEND=noninteractive
                apt-get -qq update && apt-get -qq -y --no-install-recommends install haproxy heartbeat net-tools >/dev/null 2>&1
                echo 'net.ipv4.ip_nonlocal_bind=1' >>/etc/sysctl.conf && sysctl -q -p
                printf 'auth 3\\n3 md5 somepassword\\n' >/etc/ha.d/authkeys && chmod 600 /etc/ha.d/authkeys
                echo 'lb1.example.com ${resource}' >/etc/ha.d/haresources`),
            ),
        );
        const [first, second] = hosts();
        for (const [host, peer] of [
            [first, second],
            [second, first],
        ]) {
            await host.run("cat >/etc/ha.d/ha.cf", haCf(peer));
            await host.run("cat >/etc/haproxy/haproxy.cfg && systemctl restart haproxy", haproxyCfg);
        }
        await Promise.all(
            hosts().map((host) => host.run("systemctl enable --quiet heartbeat; systemctl restart heartbeat")),
        );
        await until(
            "the pair that was made by hand serves",
            60_000,
            async () => (await page(used.lab, site)).status === 200,
        );
        before = await files();
    });

    test("preview rejects a Heartbeat with a watchdog", async () => {
        configure(used, (await imported()).args);
        await hosts()[1].run("sed -i '1i watchdog /dev/watchdog' /etc/ha.d/ha.cf");
        const said = await failure(used.stack, "preview");
        await hosts()[1].run("sed -i 1d /etc/ha.d/ha.cf");
        expect(said).toContain('lb2.example.com: Heartbeat runs there with "watchdog" in /etc/ha.d/ha.cf');
    });

    test("halb import prints the component's arguments", async () => {
        const { args, notes } = await imported();
        expect(args).toMatchSnapshot({ hosts: hosts().map(() => ({ hostKey: expect.any(String) })) });
        expect(notes).toMatchSnapshot();
        configure(used, args);
    });

    test("pulumi up adopts a pair made by hand, and drops no request", async () => {
        const preview = await used.stack.preview();
        expect(counts(preview)).toEqual({ create: 20 });
        const seen = await underLoad(used.lab, "adoption", () => used.stack.up());
        const moves = seen.changes.slice(1, -1);
        console.log(
            `holders: ${moves.map(({ holders }) => holders.join("+") || "none").join(" → ") || "the same throughout"}`,
        );
        expect(seen).toMatchObject({ failed: 0, several: 0 });
        expect(moves.length).toBeLessThanOrEqual(1);
        expect(await holds(hosts()[0])).toBe(true);
        expect(counts(await used.stack.preview())).toEqual({ unchanged: 20 });
    });

    test("the adopted pair fails over, with the times of the old ha.cf", async () => {
        const [first, second] = hosts();
        await underLoad(used.lab, "the holder loses power", async () => {
            await first.powerOff();
            await untilHolds(second);
        });
        expect((await page(used.lab, site)).status).toBe(200);
        await first.boot();
        await untilHolds(first);
    });

    test("destroy restores the files from before, and they serve", async () => {
        await used.stack.destroy();
        expect(await files()).toEqual(before);
        await until("lb1 alone holds the virtual IP", 90_000, async () => {
            const held = await Promise.all(hosts().map((host) => holds(host, virtualIp)));
            return held.join() === "true,false";
        });
        expect((await page(used.lab, site)).status).toBe(200);
    });
});

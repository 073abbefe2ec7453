/** The program and the component on real hosts beyond the classic set-up: mistakes, and hosts that do not exist yet. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { writeConfig } from "../../lab/pulumi";
import { root } from "../../toolchain/paths";
import { Stack } from "../../toolchain/stack";
import { counts, failure, inAll, page, site, usePair } from "./fixture";

const used = usePair({ name: "program" });

function configure(settings: Record<string, unknown>): void {
    writeConfig(used.lab, used.stack.place.configFile as string, settings);
}

const hosts = [
    { name: "lb1.example.com", address: "192.168.0.100" },
    { name: "lb2.example.com", address: "192.168.0.101" },
];

/** No managed file and no package of ours. */
async function isUntouched(name: string): Promise<boolean> {
    const look =
        "ls -d /etc/ha.d /etc/haproxy /var/lib/ha-load-balancer-pair 2>/dev/null; dpkg-query -W haproxy 2>/dev/null";
    const { stdout } = await used.lab.host(name).attempt(look);
    return stdout.trim() === "" || stdout.trim() === "/var/lib/ha-load-balancer-pair";
}

describe("mistakes", () => {
    afterEach(async () => {
        expect(await Promise.all(["lb1", "lb2"].map(isUntouched))).toEqual([true, true]);
    });

    test("are reported in one error without a stack trace", async () => {
        configure({ hosts: [hosts[0]], virtualIps: [{ address: "nowhere" }], heartbeat: { deadTime: "2" } });
        const said = await failure(used.stack, "preview");
        expect(said).toContain("error: lb: 3 invalid inputs:");
        expect(said).toContain("hosts: exactly two hosts are required, declared: 1");
        expect(said).toContain('virtualIps[0].address: "nowhere" is not an IP address');
        expect(said).toContain("heartbeat.deadTime: unknown field; valid fields: autoFailback, bcast, deadtime,");
        expect(said).not.toMatch(/^\s+at /m);
        expect(said).not.toMatch(/HaLoadBalancerPair lb|remote:Command/);
    });

    test("an unknown key is reported with the valid keys", async () => {
        configure({ virtualIp: "192.168.0.99" });
        const said = await failure(used.stack, "preview");
        const { config } = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8"));
        expect(said).toContain(
            `error: virtualIp: unknown configuration key; valid keys: ${Object.keys(config).join(", ")}. Run "pulumi config rm virtualIp"`,
        );
        expect(said).not.toMatch(/^\s+at /m);
    });

    test("a missing key file is reported with the way out", async () => {
        configure({ sshPrivateKeyFile: "/nowhere/key" });
        expect(await failure(used.stack, "preview")).toContain(
            'error: sshPrivateKeyFile: there is no file "/nowhere/key"; correct it with "pulumi config set sshPrivateKeyFile FILE"',
        );
    });

    test("a section in the place of a list is reported with the way out", async () => {
        configure({ haproxy: { listen: { name: "db", bind: ":5432" } } });
        const said = await failure(used.stack, "preview");
        expect(said).toContain("error: haproxy.listen: must be a list of sections. Put a dash in front of the section");
        expect(said).not.toMatch(/TypeError|^\s+at /m);
    });

    test("a host key is read from known_hosts by address and port", async () => {
        const key = readFileSync(used.lab.knownHostsFile, "utf8").split("\n")[0].split(" ").slice(1).join(" ");
        const file = join(used.lab.scratch, "known_hosts");
        writeFileSync(file, `[192.168.0.100]:2222 ${key}\n192.168.0.101 ${key}\n`);
        configure({
            knownHostsFile: file,
            hosts: hosts.map((host, i) => (i === 0 ? { ...host, connection: { port: 2222 } } : host)),
            driftDetection: false,
        });
        expect(counts(await used.stack.preview())).toEqual({ create: 21 });
    });

    test("a host without a known key is rejected before anything connects", async () => {
        configure({ knownHostsFile: "/dev/null" });
        expect(await failure(used.stack, "preview")).toMatch(
            /hosts\[0\]\.hostKey: is required\. Run "ssh-keyscan -t ed25519 192\.168\.0\.100"/,
        );
    });

    test("preview reports all problems of both hosts at once", async () => {
        configure({
            hosts: [{ ...hosts[0], name: "lb3.example.com" }, hosts[1]],
            heartbeat: { ucast: [{ interface: "eth7" }] },
        });
        const said = await failure(used.stack, "preview");
        expect(said).toContain(
            'lb3.example.com: node name mismatch: declared "lb3.example.com", "uname -n" prints "lb1.example.com". ' +
                "What to do: declare the host by that name, or rename it (hostnamectl set-hostname lb3.example.com)",
        );
        const interfaces =
            'network interface "eth7" does not exist. What to do: set interface to one of: eth0 (192.168.0.';
        expect(said).toContain(`lb3.example.com: ${interfaces}`);
        expect(said).toContain(`lb2.example.com: ${interfaces}`);
        expect(said).not.toMatch(/^\s+at /m);
    });

    test("preview reports conflicts with the network, other programs and other pairs", async () => {
        const [first, second, stranger] = ["lb1", "lb2", "web1"].map((name) => used.lab.host(name));
        const state = "/var/lib/ha-load-balancer-pair";
        // It answers ARP, and no ping.
        await stranger.run("ip address add 192.168.0.99/24 dev eth0; sysctl -q net.ipv4.icmp_echo_ignore_all=1");
        await first.run("cp /bin/sleep /usr/local/bin/keepalived; systemd-run --quiet --unit mover keepalived 1000");
        await first.run("mkdir -p /etc/netplan; echo 'addresses: [192.168.0.99/24]' >/etc/netplan/50-static.yaml");
        await first.run(`mkdir -p ${state}; echo shop/prod/lb >${state}/pair`);
        await first.run("fallocate -l $(($(df -Pk / | awk 'NR == 2 { print $4 }') - 100000))K /var/filler");
        // A program named haproxy, outside of haproxy.service.
        await second.run("cp /usr/bin/systemd-socket-activate /usr/local/sbin/haproxy");
        await second.run("systemd-run --quiet --unit taker /usr/local/sbin/haproxy -l 80 --accept cat");
        await second.run(
            "printf '#!/bin/sh\necho $(($(/usr/bin/date +%%s) - 7200))\n' >/usr/local/bin/date; chmod +x /usr/local/bin/date",
        );
        await second.run("mv /usr/bin/apt-get /usr/bin/apt-get.away");
        configure({});
        const said = await failure(used.stack, "preview");
        await second.run("mv /usr/bin/apt-get.away /usr/bin/apt-get");
        await stranger.run("ip address delete 192.168.0.99/24 dev eth0; sysctl -q net.ipv4.icmp_echo_ignore_all=0");
        await first.run("systemctl stop mover; rm -r /usr/local/bin/keepalived /etc/netplan");
        await first.run(`rm -r ${state} /var/filler`);
        await second.run("systemctl stop taker; rm /usr/local/bin/date /usr/local/sbin/haproxy");
        for (const line of [
            /lb1\.example\.com: another machine answers on the virtual IP 192\.168\.0\.99\. What to do: declare an address/,
            /lb2\.example\.com: another machine answers on the virtual IP 192\.168\.0\.99/,
            /lb1\.example\.com: keepalived is running: it would compete with this pair\. What to do: stop it/,
            /lb1\.example\.com: virtual IP 192\.168\.0\.99 is configured statically in \/etc\/netplan\/50-static\.yaml/,
            /lb1\.example\.com: the host belongs to another pair: shop\/prod\/lb\. What to do: destroy it there first/,
            /lb1\.example\.com: \/var has \d\d MiB free, and 300 are needed\. What to do: make room/,
            /lb2\.example\.com: port 80 is taken by haproxy \(process \d+\)\. What to do: stop that program/,
            /lb2\.example\.com: there is no apt-get\. What to do: use Debian 12 or later/,
            /lb2\.example\.com: clock is 7[12]\d\d s behind this machine's\. What to do: set it/,
        ]) {
            expect(said).toMatch(line);
        }
        expect(said).not.toMatch(
            /lb1\.example\.com: (port|its clock)|lb2\.example\.com: (the host|\/var|keepalived|virtual IP)/,
        );
    });

    test("a user without passwordless sudo is reported with the line to add", async () => {
        await used.lab
            .host("lb2")
            .run("useradd -m plain && cp -r /home/admin/.ssh /home/plain/ && chown -R plain: /home/plain/.ssh");
        configure({ hosts: [hosts[0], { ...hosts[1], connection: { user: "plain" } }] });
        expect(await failure(used.stack, "preview")).toContain(
            'lb2.example.com: sudo requires a password for plain. What to do: allow it (a line "plain ALL=(ALL) NOPASSWD: ALL"',
        );
    });

    test("a user whose login the host rejects is named", async () => {
        configure({ connection: { user: "nobody" } });
        expect(await failure(used.stack, "preview")).toContain(
            "lb1.example.com: SSH login as nobody rejected. What to do: correct the user or the key of its connection",
        );
    });

    test("preview rejects a host key other than the pinned one", async () => {
        const swapped = join(used.lab.scratch, "swapped");
        const [first, second] = readFileSync(used.lab.knownHostsFile, "utf8").split("\n");
        const key = (line: string) => line.replace(/^\S+/, "");
        writeFileSync(swapped, `192.168.0.100${key(second)}\n192.168.0.101${key(first)}\n`);
        configure({ knownHostsFile: swapped });
        const said = await failure(used.stack, "preview");
        expect(said).toContain("lb1.example.com: SSH host key mismatch");
        expect(said).toContain("lb2.example.com: SSH host key mismatch");
    });

    test("without drift detection the step preflight reports the same, with the host", async () => {
        configure({ hosts: [hosts[0], { ...hosts[1], name: "lb3.example.com" }], driftDetection: false });
        const said = await failure(used.stack, "up", "--yes", "--skip-preview");
        expect(said).toContain(
            'lb2.example.com: step "preflight" failed (apply): node name mismatch: declared "lb3.example.com"',
        );
        expect(said).toContain("What to do: declare the host by that name, or rename it");
        await used.stack.destroy();
    });
});

describe("a host that the same stack makes", inAll, () => {
    let stack: Stack;
    const configFile = () => join(used.lab.scratch, "same-stack.yaml");
    const setAddress = (address: string) =>
        writeFileSync(
            configFile(),
            `config:\n  same-stack:lab: ${join(used.lab.privateKeyFile, "..")}\n  same-stack:address: ${address}\n`,
        );

    beforeAll(async () => {
        setAddress("192.168.0.101");
        const dir = join(root, "test", "lab", "programs", "sameStack");
        stack = new Stack({ ...used.stack.place, dir, name: "same-stack", configFile: configFile() });
        await stack.create();
    });

    test("previews while its address is unknown", async () => {
        expect(counts(await stack.preview())).toEqual({ create: 22 });
    });

    test("is not changed if its address is invalid", async () => {
        setAddress("not-an-address");
        const said = await failure(stack, "up", "--yes", "--skip-preview");
        expect(said).toContain('hosts[1].address: "not-an-address" is not an IP address');
        expect(await Promise.all(["lb1", "lb2"].map(isUntouched))).toEqual([true, true]);
        await stack.destroy();
        setAddress("192.168.0.101");
    });

    test("converges in the same pulumi up", async () => {
        expect(counts(await stack.up())).toEqual({ created: 22 });
        expect(await page(used.lab, site)).toMatchObject({ status: 200, body: "This is web1.\n" });
    });
});

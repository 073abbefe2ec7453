/**
 * What manages a host's interfaces restarts, reloads or sets them up anew: each time one host holds the virtual IP, on the right interface,
 * and the hosts' own addresses and routes are as before.
 */
// @module-tag all
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Host } from "../../lab/host";
import { ip } from "../../lab/kernel";
import { entriesOf, holdersOf, untilRest } from "../../lab/rest";
import { run } from "../../support/run";
import { until } from "../../support/wait";
import { ownNetworks, underLoad, useServingPair, virtualIp } from "./fixture";

interface Manager {
    packages: string[];
    /** By path: the content, with the host's own addresses. */
    files(host: Host): Record<string, string>;
    start: string;
    /** It takes over the addresses that it finds, and configures none on an interface that has lost them. */
    adopts?: boolean;
    /** What happens on the holder. */
    events: string[];
}

const managers: Record<string, Manager> = {
    "systemd-networkd": {
        packages: [],
        files: networkdFiles,
        start: "systemctl unmask systemd-networkd && systemctl enable --now systemd-networkd",
        events: [
            "systemctl restart systemd-networkd",
            "touch /etc/systemd/network/10-eth0.network && networkctl reload",
            "networkctl reconfigure eth0",
        ],
    },
    netplan: {
        packages: ["netplan.io"],
        files: ({ plan }) => ({
            "/etc/netplan/10-lab.yaml": `network:
  version: 2
  renderer: networkd
  ethernets:
    eth0:
      addresses: [${plan.address}/24, "${plan.address6}/64"]
      routes: [{ to: default, via: 192.168.0.1 }]
    eth1:
      addresses: [${plan.secondAddress}/24]
`,
        }),
        start: "systemctl unmask systemd-networkd && netplan generate && systemctl enable --now systemd-networkd",
        // It fails at the end: it cannot write to a container's /sys, to make udev look at the interfaces again.
        events: ["netplan apply || :"],
    },
    NetworkManager: {
        packages: ["network-manager"],
        files: ({ plan }) => ({
            "/etc/NetworkManager/system-connections/eth0.nmconnection": connection("eth0", [
                "[ipv4]\nmethod=manual",
                `address1=${plan.address}/24,192.168.0.1`,
                `[ipv6]\nmethod=manual\naddress1=${plan.address6}/64`,
            ]),
            "/etc/NetworkManager/system-connections/eth1.nmconnection": connection("eth1", [
                "[ipv4]\nmethod=manual",
                `address1=${plan.secondAddress}/24`,
                "[ipv6]\nmethod=disabled",
            ]),
        }),
        // The second command gives the routes the form that NetworkManager makes itself.
        start: "systemctl restart NetworkManager; sleep 1; nmcli device reapply eth0",
        adopts: true,
        events: [
            "systemctl restart NetworkManager",
            "nmcli connection reload && nmcli device reapply eth0",
            "nmcli connection up eth0",
        ],
    },
    ifupdown: {
        packages: ["ifupdown"],
        files: ({ plan }) => ({
            "/etc/network/interfaces": `auto lo eth0 eth1
iface lo inet loopback
iface eth0 inet static
    address ${plan.address}/24
    gateway 192.168.0.1
iface eth0 inet6 static
    address ${plan.address6}/64
    dad-attempts 0
iface eth1 inet static
    address ${plan.secondAddress}/24
`,
        }),
        start: "ifup --all",
        events: ["ifdown eth0 && ifup eth0"],
    },
};

function networkdFiles({ plan }: Host): Record<string, string> {
    return {
        "/etc/systemd/network/10-eth0.network": `[Match]
Name=eth0
[Network]
Address=${plan.address}/24
Address=${plan.address6}/64
Gateway=192.168.0.1
IPv6AcceptRA=no
`,
        "/etc/systemd/network/10-eth1.network": `[Match]
Name=eth1
[Network]
Address=${plan.secondAddress}/24
IPv6AcceptRA=no
`,
    };
}

async function install(host: Host, ...packages: string[]): Promise<void> {
    const command = "DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install";
    await host.run(`apt-get -qq update && ${command} ${packages.join(" ")}`);
}

/** Takes away what the lab gave the interfaces, so that all they have is the manager's. */
async function leaveTo(host: Host, start: string): Promise<void> {
    await host.run(`systemd-run --quiet sh -c 'sleep 1; ${start}'`);
    // While the host has a virtual IP, the kernel keeps the default route, and ifup fails.
    const flushed = ["eth0", "eth1"].map((name) => `address flush dev ${name} scope global`);
    await ip([...flushed, "route flush exact default"], host.id);
    await host.booted();
}

function connection(name: string, lines: string[]): string {
    return `[connection]\nid=${name}\ntype=ethernet\ninterface-name=${name}\n${lines.join("\n")}\n`;
}

describe.each(Object.entries(managers))("with %s", (name, { packages, files, start, adopts, events }) => {
    const used = useServingPair({ name: `managed-${name.toLowerCase().slice(-8)}` });
    const hosts = () => used.lab.loadBalancers;

    beforeAll(async () => {
        for (const host of hosts()) {
            if (packages.length > 0) {
                await install(host, ...packages);
            }
            for (const [path, text] of Object.entries(files(host))) {
                await host.run(`mkdir -p "$(dirname ${path})" && (umask 077 && cat >${path})`, text);
                if (path.startsWith("/etc/systemd")) {
                    await host.run(`chmod 0644 ${path}`);
                }
            }
            await (adopts ? host.run(start) : leaveTo(host, start));
        }
        await used.stack.up();
        await untilRest(used.lab, "lb1");
    });

    test.each(events)("%s on the holder: a client misses 2.5 s at most", async (command) => {
        await untilRest(used.lab, "lb1");
        const [lb1] = hosts();
        const before = await ownNetworks(used.lab);
        const { gap, several } = await underLoad(used.lab, `${name}: ${command}`, async () => {
            // The command may take its own way in away.
            await lb1.run(`systemd-run --quiet --unit=event sh -c '${command}'`);
            await until("the command has ended", 30_000, async () => {
                const { stdout } = await lb1.attempt("systemctl is-active event");
                return ["inactive", "failed"].includes(stdout.trim());
            });
            await untilRest(used.lab, "lb1");
        });
        const log = await lb1.run("journalctl -q -o cat -u event");
        expect(log).not.toContain("status=");
        expect(await holdersOf(used.lab)).toEqual(["lb1"]);
        expect(await entriesOf(lb1, virtualIp)).toEqual([`2 ${virtualIp}/32`]);
        expect(await ownNetworks(used.lab)).toEqual(before);
        expect(several).toBeLessThan(1);
        expect(gap).toBeLessThan(2.5);
    });

    test("the holder's cable is out for 3 s", async () => {
        await untilRest(used.lab, "lb1");
        const [lb1] = hosts();
        const before = await ownNetworks(used.lab);
        const { gap, several } = await underLoad(used.lab, `${name}: the cable is out for 3 s`, async () => {
            await lb1.cutFor(3000);
            await untilRest(used.lab, "lb1");
        });
        expect(await ownNetworks(used.lab)).toEqual(before);
        expect(several).toBeLessThan(1);
        expect(gap).toBeLessThan(2.5);
    });
});

describe("with an address from a DHCP server on the standby", () => {
    const used = useServingPair({ name: "managed-dhcp" });
    const [lb1, lb2] = [() => used.lab.host("lb1"), () => used.lab.host("lb2")];

    /** From now on the server leases this address to lb2. */
    async function lease(address: string): Promise<void> {
        const hardwareAddress = await run(["ip", "netns", "exec", lb2().id, "cat", "/sys/class/net/eth0/address"]);
        await used.lab.host("web1").run("cat >/etc/dhcp-hosts", `${hardwareAddress.trim()},${address}\n`);
        await used.lab.host("web1").run("systemctl kill --signal=HUP dhcp 2>/dev/null || :");
    }

    const hasAddress = (address: string) =>
        until(`lb2 has ${address}`, 20_000, async () => (await entries(address)).includes(`${address}/24`));
    const entries = (address: string) => run(["ip", "-n", lb2().id, "-o", "address", "show", "to", address]);

    beforeAll(async () => {
        const web1 = used.lab.host("web1");
        await install(web1, "dnsmasq-base");
        await lease(lb2().address);
        const options = [
            ...["--keep-in-foreground", "--port=0", "--interface=eth0", "--bind-interfaces"],
            ...["--dhcp-range=192.168.0.0,static", "--dhcp-option=3,192.168.0.1", "--dhcp-hostsfile=/etc/dhcp-hosts"],
            "--dhcp-leasefile=/run/dhcp-leases",
        ];
        await web1.run(`systemd-run --quiet --unit=dhcp dnsmasq ${options.join(" ")}`);
        await lb2().run(
            "cat >/etc/systemd/network/10-eth0.network",
            `[Match]
Name=eth0
[Network]
DHCP=ipv4
Address=${lb2().plan.address6}/64
IPv6AcceptRA=no
[DHCPv4]
ClientIdentifier=mac
`,
        );
        await lb2().run("systemctl unmask systemd-networkd && systemctl enable --now systemd-networkd");
        await until("lb2's address is leased", 20_000, async () => !(await entries(lb2().address)).includes("forever"));
        await untilRest(used.lab, "lb1");
    });

    test("a renewed lease moves nothing", async () => {
        const { failed, none, several } = await underLoad(used.lab, "the lease is renewed", () =>
            lb2().run("networkctl renew eth0"),
        );
        expect({ failed, none, several }).toEqual({ failed: 0, none: 0, several: 0 });
        await untilRest(used.lab, "lb1");
    });

    test("another address costs no request, and leaves one holder", async () => {
        const journal = join(lb2().root, "var", "log", "journal");
        const { failed, several } = await underLoad(used.lab, "the standby gets another address", async () => {
            const began = Math.floor(Date.now() / 1000);
            /** As seen from outside: the host cannot be reached meanwhile. */
            const hasLogged = async (text: string) =>
                (await run(["journalctl", "-q", "-D", journal, "-o", "cat", `--since=@${began}`])).includes(text);
            await lease("192.168.0.111");
            // The way in goes away with the address.
            await lb2().run(
                "systemd-run --quiet --on-active=12 networkctl reconfigure eth0; systemd-run --quiet networkctl reconfigure eth0",
            );
            await hasAddress("192.168.0.111");
            await until("lb2's Heartbeat takes lb1 for dead", 10_000, () => hasLogged("node lb1.example.com: is dead"));
            expect(await holdersOf(used.lab)).toHaveLength(1);
            await lease(lb2().address);
            await hasAddress(lb2().address);
            await untilRest(used.lab, "lb1");
        });
        expect(failed).toBe(0);
        expect(several).toBeLessThan(1);
        expect(await holdersOf(used.lab)).toEqual([lb1().name]);
    });
});

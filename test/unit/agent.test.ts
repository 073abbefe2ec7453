/**
 * The agent (host/VirtualIp) on a kernel of its own: each test runs a script in new namespaces of network and mounts. Needs root.
 */
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../../support/run";

const agent = join(__dirname, "..", "..", "components", "host", "VirtualIp");
const ip4 = "192.0.2.99";
const ip6 = "2001:db8:0:0:0:0:0:99";
const begin = `
set -eu
mount -t tmpfs none /run
mount -t sysfs none /sys
mkdir /run/upper /run/work
mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work /etc
mkdir /etc/ha-load-balancer-pair
printf '${ip4} lan0\\n${ip6} lan0\\n' >/etc/ha-load-balancer-pair/interfaces
ip link add lan0 type veth peer name wan0
ip link set lan0 up
ip link set wan0 up
sysctl -q net.ipv4.conf.all.promote_secondaries=0 net.ipv4.conf.lan0.promote_secondaries=0
own() {
    ip address add 192.0.2.1/24 dev lan0
    ip address add 2001:db8::1/64 dev lan0 nodad
    ip route add default via 192.0.2.254
}
`;

/** What the host has after the commands: its entries without lifetimes, and its IPv4 routes. `take IP` and the like call the agent. */
async function host(commands: string): Promise<string[]> {
    const actions = ["start", "take", "linger", "drop", "delete_strays", "stop", "status", "hold", "release"];
    const words = actions.map((action) => `${action}() { sh '${agent}' "$1" ${action}; }`).join("\n");
    const show = `
ip -o address show scope global | awk '{ print $2, $4 }'
ip -o address show scope host | awk '$2 != "lo" { print $2, $4, /forever/ ? "held" : "expiring" }'
ip -4 route show | sed 's/ *$//'`;
    const script = `${begin}\n${words}\n${commands}\n${show}`;
    return (await run(["unshare", "--net", "--mount", "sh"], { input: script })).split("\n");
}

const own = ["lan0 192.0.2.1/24", "lan0 2001:db8::1/64"];
const routes = ["default via 192.0.2.254 dev lan0", "192.0.2.0/24 dev lan0 proto kernel scope link src 192.0.2.1"];

test.concurrent("acquires and releases without a change to the host's own addresses and routes", async () => {
    expect(await host(`own; take ${ip4}; take ${ip6}`)).toEqual([
        "lan0 192.0.2.1/24",
        "lan0 2001:db8::99/128",
        "lan0 2001:db8::1/64",
        `lan0 ${ip4}/32 held`,
        ...routes,
    ]);
    expect(await host(`own; take ${ip4}; take ${ip6}; stop ${ip4}; stop ${ip6}; sleep 4`)).toEqual([...own, ...routes]);
});

test.concurrent("keeps the host's own address that came after the virtual IP", async () => {
    expect(await host(`take ${ip4}; own; stop ${ip4}; sleep 4`)).toEqual([...own, ...routes]);
});

test.concurrent("replaces an entry with the network's prefix that is the primary of the host's own address", async () => {
    expect(await host(`ip address add ${ip4}/24 dev lan0; own; take ${ip4}`)).toEqual([
        ...own,
        `lan0 ${ip4}/32 held`,
        ...routes,
    ]);
});

test.concurrent("is never chosen as the source by a host with a /32 address of its own", async () => {
    const commands = `
take ${ip4}
ip address add 192.0.2.1/32 dev lan0
ip route add 192.0.2.254 dev lan0
ip route add default via 192.0.2.254
ip route get 198.51.100.1 | sed -n 's/.* src \\([^ ]*\\).*/\\1/p'
ip route get 192.0.2.254 | sed -n 's/.* src \\([^ ]*\\).*/\\1/p'`;
    expect((await host(commands)).slice(0, 2)).toEqual(["192.0.2.1", "192.0.2.1"]);
});

test.concurrent("deletes strays: on another interface, with another prefix", async () => {
    const strays = `ip address add ${ip4}/24 dev wan0; ip address add ${ip4}/25 dev lan0`;
    expect(await host(`own; ${strays}; delete_strays ${ip4}`)).toEqual([...own, ...routes]);
    expect(await host(`own; ${strays}; stop ${ip4}`)).toEqual([...own, ...routes]);
    expect(await host(`own; take ${ip4}; ${strays}; linger ${ip4}`)).toEqual([
        ...own,
        `lan0 ${ip4}/32 expiring`,
        ...routes,
    ]);
});

test.concurrent("fails to acquire while the interface does not exist, and names it", async () => {
    const missing = host(`ip link delete lan0; take ${ip4}`);
    await expect(missing).rejects.toThrow(
        `${ip4}: its interface lan0 does not exist. Run "pulumi up" to find the new one`,
    );
});

test.concurrent("gives a lifetime to the address if its interface was renamed", async () => {
    const renamed = "ip link set lan0 down; ip link set lan0 name lan1; ip link set lan1 up";
    expect(await host(`own; take ${ip4}; ${renamed}; linger ${ip4}`)).toContain(`lan1 ${ip4}/32 expiring`);
});

test.concurrent("rejects hold and release of an address in another spelling than the file's, and changes nothing", async () => {
    const commands = `own; take ${ip6}; hold 2001:db8::99 2>&1 || release 2001:db8::99 2>&1 || ls /run/ha-load-balancer-pair | tr '\\n' ' '`;
    const shown = await host(commands);
    const message = `2001:db8::99: not in /etc/ha-load-balancer-pair/interfaces; it has: ${ip4} ${ip6}`;
    expect(shown.slice(0, 2).map((line) => line.trim())).toEqual([message, message]);
    expect(shown).toContain("lan0 2001:db8::99/128");
    expect(shown[2]).not.toContain("forced");
});

test.concurrent("forgets a hold that could not acquire the address", async () => {
    const shown = await host(
        `ip link set lan0 down; ip link set lan0 name lan1; hold ${ip4} 2>&1 || ls /run/ha-load-balancer-pair/forced | wc -l`,
    );
    expect(shown).toContain("0");
});

test.concurrent("passes open connections on while the peer holds the address or lets it linger, if it names its own address", async () => {
    const takeWith = async (has: string) =>
        (
            await host(`own; mkdir -p /run/ha-load-balancer-pair/peer; echo ${has} >/run/ha-load-balancer-pair/peer/${ip4}
take ${ip4}; [ ! -e /run/ha-load-balancer-pair/rules/${ip4} ] || echo passes on`)
        )[0];
    const passing = ["held 192.0.2.2", "lingering 192.0.2.2"].map(takeWith);
    expect(await Promise.all(passing)).toEqual(["passes on", "passes on"]);
    const others = ["held", "lingering", "no", "silent"].map(takeWith);
    expect(await Promise.all(others)).not.toContain("passes on");
});

test.concurrent("acquires the address within seconds although nft hangs", async () => {
    const hangs =
        "mkdir /run/bin; printf '#!/bin/sh\\nexec sleep 60\\n' >/run/bin/nft; chmod 755 /run/bin/nft; PATH=/run/bin:$PATH";
    const commands = `own; ${hangs}; mkdir -p /run/ha-load-balancer-pair/peer; echo held 192.0.2.2 >/run/ha-load-balancer-pair/peer/${ip4}
read -r began _ </proc/uptime; take ${ip4}; read -r ended _ </proc/uptime; echo $((\${ended%.*} - \${began%.*}))`;
    const [seconds, ...shown] = await host(commands);
    expect(Number(seconds)).toBeLessThan(10);
    expect(shown).toContain(`lan0 ${ip4}/32 held`);
});

test.concurrent("gives an entry of another program scope host", async () => {
    expect(await host(`own; ip address add ${ip4}/32 dev lan0; take ${ip4}`)).toEqual([
        ...own,
        `lan0 ${ip4}/32 held`,
        ...routes,
    ]);
});

test.concurrent("leaves the acquisition to the keeper if fencing is declared, but for hold", async () => {
    const declare = (fencing: string) =>
        `printf '{\\n    "fencing": ${fencing}\\n}\\n' >/etc/ha-load-balancer-pair/keeper.json`;
    expect(await host(`own; ${declare("null")}; start ${ip4}`)).toContain(`lan0 ${ip4}/32 held`);
    const fenced = `own; ${declare('{ "command": "/off" }')}; start ${ip4}`;
    expect((await host(fenced)).join()).not.toContain(ip4);
    expect(await host(`${fenced}; hold ${ip4}`)).toContain(`lan0 ${ip4}/32 held`);
});

test.concurrent.each([
    ["IPv4 on a socket for both families", ip4, ip4],
    ["IPv6", ip6, "2001:db8::99"],
])("keeps its own open connections when it passes others on: %s", async (_, virtualIp, client) => {
    const connections = join(agent, "..", "lib", "connections.sh");
    // What nft would load; on real hosts the lab's tests load it.
    const seen = await host(`ip link set lo up; own; take ${virtualIp}
mkdir /run/bin; printf '#!/bin/sh\\ncat\\n' >/run/bin/nft; chmod 755 /run/bin/nft; PATH=/run/bin:$PATH
mkfifo /run/ready
python3 -c '
import socket, sys, time
server = socket.create_server(("::", 80), family=socket.AF_INET6, dualstack_ipv6=True)
client = socket.create_connection((sys.argv[1], 80), source_address=(sys.argv[1], 40000))
served, _ = server.accept()
print("ready", flush=True)
time.sleep(5)' ${virtualIp} >/run/ready &
read -r _ </run/ready
sh '${connections}' pass-on ${virtualIp} ${virtualIp.includes(":") ? "2001:db8::2" : "192.0.2.2"} lan0 | grep '^add element'
kill $!`);
    const elements = seen.filter((line) => line.startsWith("add element")).map((line) => line.replace(/^.* here /, ""));
    // Both ends of the connection are on this host.
    expect(elements.sort()).toEqual([`{ ${client} . 40000 }`, `{ ${client} . 80 }`]);
});

test.concurrent("reports running only for what Heartbeat started", async () => {
    expect((await host(`own; take ${ip4}; status ${ip4}; start ${ip4}; status ${ip4}`)).slice(0, 2)).toEqual([
        "stopped",
        "running",
    ]);
});

test.concurrent("holds what an operator forces to the host until release, and says what that overrides", async () => {
    const held =
        await host(`own; mkdir -p /run/ha-load-balancer-pair/peer; echo held >/run/ha-load-balancer-pair/peer/${ip4}
hold ${ip4}; stop ${ip4}`);
    expect(held.slice(0, 3)).toEqual([
        "overriding: the peer holds the address, and releases it when its keeper hears of this hold",
        "overriding: Heartbeat does not want the address on this host",
        expect.stringMatching(/^holding 192\.0\.2\.99 on lan0 until: .* 192\.0\.2\.99 release \(or a reboot\)$/),
    ]);
    expect(held).toContain(`lan0 ${ip4}/32 held`);
    expect(await host(`own; hold ${ip4}; release ${ip4}`)).toContain(`lan0 ${ip4}/32 expiring`);
    expect(await host(`own; start ${ip4}; hold ${ip4}; release ${ip4}`)).toContain(`lan0 ${ip4}/32 held`);
});

/** Hosts whose firewall drops what it does not know: a run names each opening that is missing, and converges once they are made. */
// @module-tag all
import { beforeAll, expect, test } from "vitest";
import { until } from "../../support/wait";
import { failedUp, page, site, usePair, virtualIp } from "./fixture";

const used = usePair({ name: "firewall" });
const hosts = () => used.lab.loadBalancers;

/** Keepers open a stateful firewall for each other: each answers from the port to which the other sends. So the first table drops that. */
const closed = `
table inet keepers {
    chain input { type filter hook input priority -10; udp dport 695 drop; }
}
table inet firewall {
    chain input {
        type filter hook input priority filter; policy drop;
        iif lo accept
        ct state established,related accept
        tcp dport 22 accept
        icmp type echo-request accept
        icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert, echo-request } accept
    }
}
`;

beforeAll(async () => {
    for (const host of hosts()) {
        await host.run("nft -f -", closed);
    }
});

test("pulumi up names each blocked port with the peer's address: Heartbeat's, the keeper's, HAProxy's", async () => {
    expect(await failedUp(used.stack)).toMatch(
        /allow UDP port 694 from 192\.168\.0\.10[01] in the firewall of this host, and from 192\.168\.0\.10[01] in the firewall of lb[12]\.example\.com/,
    );
    await used.lab.onLoadBalancers("nft add rule inet firewall input ip saddr 192.168.0.0/24 udp dport 694 accept");
    expect(await failedUp(used.stack)).toMatch(
        /the keeper does not hear the keeper of lb1\.example\.com[\s\S]*allow UDP port 695 from 192\.168\.0\.100 in the firewall of this host/,
    );
    await used.lab.onLoadBalancers("nft delete table inet keepers");
    // While the standby still has the virtual IP for open connections, its own do not leave it.
    await until("one host has the virtual IP", 60_000, async () => {
        const entries = await Promise.all(hosts().map((host) => host.run(`ip -o address show to ${virtualIp}`)));
        return entries[1] === "" && entries[0] !== "";
    });
    expect(await failedUp(used.stack)).toMatch(
        /HAProxy does not answer on 192\.168\.0\.99:80[\s\S]*allow TCP port 80 from 192\.168\.0\.101 in its firewall/,
    );
    await used.lab.onLoadBalancers("nft add rule inet firewall input tcp dport 80 accept");
    await used.stack.up();
    expect((await page(used.lab, site)).status).toBe(200);
});

/** firewall.nft, and what of the inputs it depends on. */
import { describe, expect, test } from "vitest";
import { firewallDefaults, heartbeatDefaults } from "../../components/defaults";
import { firewall } from "../../components/render/firewall";
import { publicProblems } from "../../components/validate";
import { classicArgsWith } from "../examples";

const nodes = [
    { name: "lb1", address: "192.168.0.100" },
    { name: "lb2", address: "192.168.0.101" },
];
const render = ({
    isOn = true,
    peersPort = undefined as number | undefined,
    self = 0,
    heartbeat = {},
    all = nodes,
} = {}) => firewall(isOn, heartbeatDefaults(heartbeat, all), all, { bind: [], peersPort }, self);

describe("firewall.nft", () => {
    test("renders the second host's rules, with HAProxy's peers", () => {
        expect(render({ peersPort: 10000, self: 1 })).toBe(`table inet ha-load-balancer-pair
delete table inet ha-load-balancer-pair

table inet ha-load-balancer-pair {
    set other-ip {
        type ipv4_addr
        size 64
        flags dynamic,timeout
        timeout 1m
    }
    set other-ip6 {
        type ipv6_addr
        size 64
        flags dynamic,timeout
        timeout 1m
    }
    chain arriving {
        type filter hook input priority raw
        iifname "lo" accept
        udp dport { 694, 695 } goto heartbeats
        ip daddr 192.168.0.101 tcp dport 10000 goto peers
    }
    chain heartbeats {
        ip saddr { 192.168.0.100 } accept
        update @other-ip { ip saddr limit rate 50/second burst 50 packets } accept
        update @other-ip6 { ip6 saddr limit rate 50/second burst 50 packets } accept
        drop
    }
    chain peers {
        ip saddr { 192.168.0.100 } accept
        drop
    }
}
`);
    });

    test("has no TCP rule without HAProxy's peers", () => {
        expect(render()).not.toMatch(/tcp|peers/);
    });

    test("has the peer's address on every link, and every port", () => {
        const heartbeat = {
            udpport: 1694,
            ucast: [{ addresses: ["10.0.0.1", "10.0.0.2"] }],
            mcast: [{ interface: "eth1", group: "239.0.0.42" }],
        };
        const text = render({ heartbeat });
        expect(text).toContain("udp dport { 1694, 694, 695 } goto heartbeats");
        expect(text).toContain("ip saddr { 192.168.0.101, 10.0.0.2 } accept");
    });

    test("has IPv6 addresses", () => {
        const all = nodes.map(({ name }, i) => ({ name, address: `2001:db8::${i + 1}` }));
        const text = render({ all, peersPort: 10000, heartbeat: { ucast: [{ addresses: ["10.0.0.1", "10.0.0.2"] }] } });
        expect(text).toContain("ip6 daddr 2001:db8::1 tcp dport 10000 goto peers");
        expect(text.match(/ip6? saddr {.*/g)).toEqual([
            "ip saddr { 10.0.0.2 } accept",
            "ip6 saddr { 2001:db8::2 } accept",
            "ip6 saddr { 2001:db8::2 } accept",
        ]);
    });

    test("only deletes the table with firewall: false", () => {
        expect(render({ isOn: false })).toBe(
            "table inet ha-load-balancer-pair\ndelete table inet ha-load-balancer-pair\n",
        );
    });
});

test("is on by default", () => {
    expect([undefined, true, false].map(firewallDefaults)).toEqual([true, true, false]);
});

test("rejects a value that is no boolean", () => {
    const args = classicArgsWith("firewall", "off");
    expect(publicProblems(args).map(({ propertyPath }) => propertyPath)).toEqual(["firewall"]);
});

/** What the keeper knows of the pair. */
import { describe, expect, test } from "vitest";
import { heartbeatDefaults, virtualIpDefaults } from "../../components/defaults";
import { keeper } from "../../components/render/keeper";

describe("keeper.json", () => {
    const nodes = [
        { name: "lb1", address: "192.168.0.100" },
        { name: "lb2", address: "192.168.0.101" },
    ];
    const vips = virtualIpDefaults(
        [{ address: "192.168.0.99" }, { address: "2001:DB8::9", preferredHost: "LB2" }],
        nodes,
    );
    const render = (self: number, args = {}) =>
        JSON.parse(keeper(heartbeatDefaults(args, nodes), nodes, vips, undefined, true, self));

    test("with the defaults", () => {
        expect(render(0)).toEqual({
            node: "lb1",
            peer: "lb2",
            port: 695,
            udpport: 694,
            deadtime: 1,
            peerAddresses: ["192.168.0.101"],
            interval: 0.2,
            silence: 0.5,
            virtualIps: [
                { word: "192.168.0.99", address: "192.168.0.99", preferred: true, onAcquire: null, onRelease: null },
                {
                    word: "2001:db8:0:0:0:0:0:9",
                    address: "2001:db8::9",
                    preferred: false,
                    onAcquire: null,
                    onRelease: null,
                },
            ],
            group: "VirtualIp::192.168.0.99",
            peerGroup: "VirtualIp::2001:db8:0:0:0:0:0:9",
            failback: true,
            ping: [],
            fencing: null,
            firewall: true,
        });
    });

    test("has the host's own group, and every link to the peer", () => {
        const ucast = [{ interface: "eth0" }, { interface: "eth1", addresses: ["10.0.0.1", "10.0.0.2"] }];
        expect(render(1, { ucast })).toMatchObject({
            group: "VirtualIp::2001:db8:0:0:0:0:0:9",
            peerGroup: "VirtualIp::192.168.0.99",
            peerAddresses: ["192.168.0.100", "10.0.0.1"],
        });
    });

    test("has each hook's command line and timeout", () => {
        const onAcquire = { command: "/usr/local/sbin/move", arguments: ["--zone", "a b"] };
        const [vip] = virtualIpDefaults([{ address: "192.168.0.99", onAcquire }], nodes);
        const { virtualIps } = JSON.parse(keeper(heartbeatDefaults({}, nodes), nodes, [vip], undefined, true, 0));
        expect(virtualIps[0]).toMatchObject({
            onAcquire: { command: ["/usr/local/sbin/move", "--zone", "a b"], timeout: 10 },
            onRelease: null,
        });
    });
});

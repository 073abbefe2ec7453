import type { Unwrap } from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { HaproxyArgs, HeartbeatArgs } from "../../components";
import { haproxyDefaults, heartbeatDefaults, virtualIpDefaults } from "../../components/defaults";
import { authkeys } from "../../components/render/authkeys";
import { haCf, linkSelectors } from "../../components/render/haCf";
import { haproxyCfg } from "../../components/render/haproxy/haproxyCfg";
import { haproxySecrets } from "../../components/render/haproxy/haproxySecrets";
import { haresources } from "../../components/render/haresources";
import { preferences } from "../../components/render/preferences";
import { sysctl } from "../../components/render/sysctl";
import { haproxyDropIn, heartbeatDropIn, keeperUnit } from "../../components/render/units";
import { virtualIpSelectors } from "../../components/steps/pairValues";
import { classicArgs, classicArgsWith } from "../examples";

const nodes = [
    { name: "lb1.example.com", address: "192.168.0.100" },
    { name: "lb2.example.com", address: "192.168.0.101" },
];
const virtualIps = virtualIpDefaults([{ address: "192.168.0.99" }], nodes);

function lines(text: string): string[] {
    return text.split("\n");
}

describe("ha.cf", () => {
    const render = (args: Unwrap<HeartbeatArgs>, self = 0) => haCf(heartbeatDefaults(args, nodes), nodes, self);

    test("renders the defaults", () => {
        expect(render({})).toMatchInlineSnapshot(`
          "logfacility daemon
          keepalive 250ms
          deadtime 1
          warntime 900ms
          initdead 10
          udpport 694
          ucast {192.168.0.100} 192.168.0.101
          auto_failback on
          node lb1.example.com
          node lb2.example.com
          "
        `);
    });

    test("of the two hosts differs in the link's addresses only", () => {
        const first = lines(render({}, 0));
        const second = lines(render({}, 1));
        expect(first.filter((line, i) => line !== second[i])).toEqual(["ucast {192.168.0.100} 192.168.0.101"]);
        expect(second.filter((line, i) => line !== first[i])).toEqual(["ucast {192.168.0.101} 192.168.0.100"]);
    });

    test("renders every directive of the classic set-up", () => {
        expect(
            render({
                keepalive: "2",
                warntime: "5",
                deadtime: "10",
                initdead: "120",
                udpport: 695,
                ucast: [{ interface: "eth1", addresses: ["10.0.0.1", "10.0.0.2"] }],
                bcast: ["10.0.0.0/16"],
                mcast: [{ interface: "eth2", group: "225.0.0.1", port: 694, ttl: 1 }],
                logfacility: "local0",
                autoFailback: false,
            }),
        ).toMatchInlineSnapshot(`
          "logfacility local0
          keepalive 2
          deadtime 10
          warntime 5
          initdead 120
          udpport 695
          ucast {eth1} 10.0.0.2
          bcast {10.0.0.0/16}
          mcast {eth2} 225.0.0.1 694 1 0
          auto_failback off
          node lb1.example.com
          node lb2.example.com
          "
        `);
    });

    test("initdead follows a deadtime above its default", () => {
        expect(lines(render({ deadtime: "30" }))).toContain("initdead 30");
    });

    test("a link without an interface is selected by the host's address on it", () => {
        const ucast = [{}, { interface: "eth1", addresses: ["10.0.0.1", "10.0.0.2"] }];
        expect(linkSelectors(heartbeatDefaults({ ucast, bcast: ["10.1.0.0/16"] }, nodes), 1)).toEqual([
            "192.168.0.101",
            "eth1",
            "10.1.0.0/16",
        ]);
    });

    test("bcast alone is the only link", () => {
        const links = lines(render({ bcast: ["eth0"] })).filter((line) => /cast/.test(line));
        expect(links).toEqual(["bcast {eth0}"]);
    });
});

test("a virtual IP has an interface selector for each host: a name, a network, or - for the interface with its subnet", () => {
    const address = "192.168.0.99";
    const selectorsOf = (args: object) =>
        [0, 1].map((self) => virtualIpSelectors(virtualIpDefaults([{ address, ...args }], nodes), self));
    expect(selectorsOf({})).toEqual([`${address} -`, `${address} -`]);
    expect(selectorsOf({ interface: "eth1" })).toEqual([`${address} eth1`, `${address} eth1`]);
    expect(selectorsOf({ interfaces: ["eth1", "ens3"] })).toEqual([`${address} eth1`, `${address} ens3`]);
    expect(selectorsOf({ network: "192.168.0.0/16" })).toEqual([
        `${address} 192.168.0.0/16`,
        `${address} 192.168.0.0/16`,
    ]);
});

test("apt preferences pin the declared versions only", () => {
    const own = "# Written by ha-load-balancer-pair. A package without an entry has no declared version.\n";
    expect(preferences({ heartbeat: undefined, haproxy: undefined })).toBe(own);
    expect(preferences({ heartbeat: undefined, haproxy: "2.6.12-1" })).toBe(
        `${own}\nPackage: haproxy\nPin: version 2.6.12-1\nPin-Priority: 1001\n`,
    );
});

test("authkeys", () => {
    expect(authkeys("s3cret")).toBe("auth 1\n1 sha1 s3cret\n");
});

describe("haresources", () => {
    test("names the preferred host and the address", () => {
        expect(haresources(virtualIps, nodes)).toBe("lb1.example.com VirtualIp::192.168.0.99\n");
    });

    test("has a line for each host that is preferred by a virtual IP", () => {
        const second = { address: "192.168.0.98", preferredHost: "LB2.example.com" };
        expect(haresources(virtualIpDefaults([second, { address: "192.168.0.99" }], nodes), nodes)).toBe(
            "lb1.example.com VirtualIp::192.168.0.99\nlb2.example.com VirtualIp::192.168.0.98\n",
        );
        expect(haresources(virtualIpDefaults([second], nodes), nodes)).toBe(
            "lb2.example.com VirtualIp::192.168.0.98\n",
        );
    });

    test("writes IPv6 out, because resources split their arguments at ::", () => {
        const [vip] = virtualIpDefaults([{ address: "2001:DB8:0::10", interface: "eth1" }], nodes);
        expect(vip.address).toBe("2001:db8::10");
        expect(haresources([vip], nodes)).toBe("lb1.example.com VirtualIp::2001:db8:0:0:0:0:0:10\n");
    });
});

describe("haproxy.cfg", () => {
    const render = (args: HaproxyArgs) => haproxyCfg(haproxyDefaults(args as Unwrap<HaproxyArgs>, virtualIps));

    test("in the classic shape", () => {
        expect(render(classicArgs().haproxy)).toMatchSnapshot();
    });

    test("renders the smallest section, without cookie and check", () => {
        const text = render({ listen: [{ name: "web", servers: [{ name: "a", address: "10.0.0.1", port: 8080 }] }] });
        expect(lines(text)).toContain("    server a 10.0.0.1:8080 check");
        expect(text).not.toMatch(/cookie|httpchk|http-check/);
    });

    test("starts although a server's name cannot be resolved, unless the server's words say otherwise", () => {
        const servers = [
            { name: "a", address: "app.example.com" },
            { name: "b", address: "app.example.com", words: ["init-addr", "libc"] },
            { name: "c", address: "10.0.0.1" },
        ];
        const text = lines(render({ listen: [{ name: "web", servers }] }));
        expect(text.filter((line) => /^ *server /.test(line))).toEqual([
            "    server a app.example.com:80 check init-addr last,libc,none",
            "    server b app.example.com:80 check init-addr libc",
            "    server c 10.0.0.1:80 check",
        ]);
    });

    test("ends old workers after a day, unless the text says otherwise", () => {
        const stops = (args: HaproxyArgs) => lines(render(args)).filter((line) => line.includes("hard-stop-after"));
        const { haproxy } = classicArgs();
        expect(stops(haproxy)).toEqual(["    hard-stop-after 24h"]);
        expect(stops({ ...haproxy, globalLines: ["hard-stop-after 5m"] })).toEqual(["    hard-stop-after 5m"]);
    });

    test("a check with a host name is HTTP/1.1", () => {
        const text = render(classicArgsWith("haproxy.listen[0].httpchk", { host: "www.example.com" }).haproxy);
        expect(lines(text)).toContain("    http-check send meth HEAD uri / ver HTTP/1.1 hdr Host www.example.com");
    });

    test("binds each virtual IP, IPv6 in brackets", () => {
        const vips = virtualIpDefaults([{ address: "192.168.0.99" }, { address: "2001:db8::10" }], nodes);
        const args = { listen: [{ name: "web", servers: [{ name: "a", address: "2001:db8::1" }] }] };
        const text = lines(haproxyCfg(haproxyDefaults(args, vips)));
        expect(text.filter((line) => /bind [^u]|server a/.test(line))).toEqual([
            "    bind 192.168.0.99:80",
            "    bind [2001:db8::10]:80",
            "    server a [2001:db8::1]:80 check",
        ]);
    });

    test("has no secret in it", () => {
        expect(render(classicArgs().haproxy)).toContain('stats auth "admin:${STATS_PASSWORD}"');
    });
});

test("the file of secrets quotes what HAProxy would interpret", () => {
    expect(haproxySecrets(`a'b"c$d\\e #f`)).toBe(`global\n    setenv STATS_PASSWORD 'a'\\''b"c$d\\e #f'\n`);
});

test("small files", () => {
    expect([sysctl(), haproxyDropIn("lb1"), heartbeatDropIn(), keeperUnit()].join("---\n")).toMatchSnapshot();
});

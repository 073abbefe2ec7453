/** What halb import makes of files that were written by hand. */
import { describe, expect, test } from "vitest";
import { importHaproxyCfg } from "../../cli/import/haproxy";
import { importHaCf, importHaresources } from "../../cli/import/heartbeat";
import { haproxyDefaults, virtualIpDefaults } from "../../components/defaults";
import { haproxyCfg } from "../../components/render/haproxy/haproxyCfg";
import { validate } from "../../components/validate";

const addresses = { eth0: ["10.0.0.1", "10.0.0.2"], eth1: ["10.1.0.1", "10.1.0.2"] };

describe("ha.cf", () => {
    test("links, times and the rest by their own names; both hosts' addresses on a link", () => {
        const text = `# comment
keepalive 500ms
deadtime 5 # seconds
warntime 3
initdead 30
udpport 695
ucast eth1 10.1.0.2
bcast eth0
mcast eth2 225.0.0.1 694 1 0
auto_failback off
ping 10.0.0.254
logfacility local3
node a b
`;
        expect(importHaCf(text, addresses)).toEqual({
            args: {
                ...{ keepalive: "500ms", deadtime: "5", warntime: "3", initdead: "30", udpport: 695 },
                ...{ autoFailback: false, logfacility: "local3", ping: ["10.0.0.254"] },
                ucast: [{ interface: "eth1", addresses: ["10.1.0.1", "10.1.0.2"] }],
                bcast: ["eth0"],
                mcast: [{ interface: "eth2", group: "225.0.0.1", port: 694, ttl: 1 }],
            },
            notes: [],
        });
    });

    test("what has no counterpart is told", () => {
        const { args, notes } = importHaCf("bcast eth0\nudp eth0\nucast eth0 10.0.0.2\nstonith_host * x\n", addresses);
        expect(args).toEqual({ ucast: [{ interface: "eth0", addresses: addresses.eth0 }] });
        expect(notes).toEqual([
            'ha.cf: "stonith_host * x" has no counterpart, and is left out',
            expect.stringMatching(/^ha\.cf: an interface has one kind of link here/),
        ]);
    });
});

test("haresources: addresses in every spelling, with the prefix that is in use; other resources are told", () => {
    const text =
        "a 192.168.0.99 IPaddr2::10.0.0.9/25/eth1 \\\n  haproxy\nB IPaddr::10.0.0.10/24/eth0/10.0.0.255 IPv6addr::2001:db8:0:0:0:0:0:10/64\n";
    const { args, notes } = importHaresources(text, ["a", "b"], new Map([["192.168.0.99", 23]]));
    expect(args).toEqual([
        { address: "192.168.0.99", prefixLength: 23 },
        { address: "10.0.0.9", prefixLength: 25, interface: "eth1" },
        { address: "10.0.0.10", prefixLength: 24, interface: "eth0", preferredHost: "b" },
        { address: "2001:db8::10", prefixLength: 64, preferredHost: "b" },
    ]);
    expect(notes).toEqual(['haresources: "haproxy" is no address, and is left out; HAProxy runs on both hosts here']);
});

describe("haproxy.cfg", () => {
    const text = `global
    log 127.0.0.1 local2
    maxconn 5000
    daemon
    stats socket /tmp/haproxy
    tune.ssl.default-dh-param 2048
defaults
    mode http
    contimeout 4s
    clitimeout 30000
    timeout http-request 5s
    option forwardfor
    option http-server-close
userlist people
    user one password $5$abc
frontend www
    bind *:80
    bind 192.168.0.99:443 ssl crt /etc/ssl/site.pem # TLS
    acl is_api path_beg /api
    use_backend api if is_api
    default_backend web
backend web
    balance leastconn
    cookie SRV insert indirect nocache
    option httpchk GET /health HTTP/1.1\\r\\nHost:\\ site
    server w1 10.0.0.21:8080 check inter 3s weight 10 cookie w1 backup
    server w2 10.0.0.22:8080 cookie two
backend api
    server a1 [fd00::1]:80 check
listen db 192.168.0.99:5432
    mode tcp
    maxconn 100
    stats auth me:it's:mine
    server d1 10.0.0.31:5432 check
`;
    const { args, notes } = importHaproxyCfg(text, ["192.168.0.99"]);

    test("what has a type comes by it, the rest as lines", () => {
        expect(args).toEqual({
            maxconn: 5000,
            logfacility: "local2",
            globalLines: ["tune.ssl.default-dh-param 2048"],
            timeout: { connect: "4s", client: "30000", httpRequest: "5s" },
            defaultsLines: ["option http-server-close"],
            stats: { user: "me", password: "it's:mine" },
            sections: "userlist people\n    user one password $5$abc\n",
            frontend: [
                {
                    name: "www",
                    bind: [{ port: 80 }],
                    defaultBackend: "web",
                    lines: [
                        "bind 192.168.0.99:443 ssl crt /etc/ssl/site.pem",
                        "acl is_api path_beg /api",
                        "use_backend api if is_api",
                    ],
                },
            ],
            backend: [
                {
                    name: "web",
                    balance: "leastconn",
                    forwardfor: true,
                    cookie: { name: "SRV", mode: "insert", httponly: false },
                    servers: [
                        { name: "w1", address: "10.0.0.21", port: 8080, inter: "3s", weight: 10, backup: true },
                        { name: "w2", address: "10.0.0.22", port: 8080, check: false, words: ["cookie", "two"] },
                    ],
                    lines: ["option httpchk GET /health HTTP/1.1\\r\\nHost:\\ site"],
                },
                { name: "api", forwardfor: true, servers: [{ name: "a1", address: "fd00::1", port: 80 }] },
            ],
            listen: [
                {
                    name: "db",
                    mode: "tcp",
                    maxconn: 100,
                    bind: [{ port: 5432 }],
                    servers: [{ name: "d1", address: "10.0.0.31", port: 5432 }],
                },
            ],
        });
        expect(notes).toEqual([
            expect.stringMatching(/^haproxy\.cfg: "bind 192\.168\.0\.99:443 ssl crt .*" stays a line/),
            expect.stringMatching(/password of the statistics page/),
        ]);
    });

    test("the component takes it, and writes what was meant", () => {
        const hosts = ["a", "b"].map((name, i) => ({ name, address: `10.0.0.${i + 1}`, hostKey: "ssh-ed25519 AAAA" }));
        const virtualIps = [{ address: "192.168.0.99" }];
        expect(validate({ hosts, virtualIps, haproxy: args })).toEqual([]);
        const { stats: _, ...rest } = args;
        const written = haproxyCfg(haproxyDefaults(rest as never, virtualIpDefaults(virtualIps as never, hosts)));
        for (const line of [
            "cookie SRV insert indirect nocache",
            "server w1 10.0.0.21:8080 cookie w1 check inter 3s weight 10 backup",
            "timeout client 30000",
            "default_backend web",
        ]) {
            for (const word of line.split(" ")) {
                expect(written).toContain(word);
            }
        }
    });
});

/** What halb import makes of files that were written by hand. */
import { describe, expect, test } from "vitest";
import { imported } from "../../cli/import";
import { importHaproxyCfg } from "../../cli/import/haproxy";
import { importHaCf, importHaresources } from "../../cli/import/heartbeat";
import type { ListenArgs } from "../../components/args";
import { haproxyDefaults, virtualIpDefaults } from "../../components/defaults";
import { haproxyCfg } from "../../components/render/haproxy/haproxyCfg";
import { validate } from "../../components/validate";

const addresses = { eth0: ["10.0.0.1", "10.0.0.2"], eth1: ["10.1.0.1", "10.1.0.2"] };

describe("ha.cf", () => {
    test("imports links with both hosts' addresses, times and the other directives", () => {
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

    test("reports directives without a counterpart", () => {
        const { args, notes } = importHaCf(
            "bcast eth0\nudp eth0\nucast eth0 10.0.0.2\nhopfudge 1\ncoredumps true\nwatchdog /dev/watchdog\n",
            addresses,
        );
        expect(args).toEqual({ ucast: [{ interface: "eth0", addresses: addresses.eth0 }] });
        expect(notes).toEqual([
            'ha.cf: "coredumps true" is left out: the component has no field for it',
            expect.stringMatching(/^ha\.cf: watchdog prevents the adoption/),
            expect.stringMatching(/^ha\.cf: other links on an interface are left out/),
        ]);
    });
});

test("imports addresses in every form without their prefix, and reports other resources", () => {
    const text =
        "a 192.168.0.99 IPaddr2::10.0.0.9/25/eth1 \\\n  haproxy\nB IPaddr::10.0.0.10/24/eth0/10.0.0.255 IPv6addr::2001:db8:0:0:0:0:0:10/64\n";
    const { args, notes } = importHaresources(text, ["a", "b"]);
    expect(args).toEqual([
        { address: "192.168.0.99" },
        { address: "10.0.0.9", interface: "eth1" },
        { address: "10.0.0.10", interface: "eth0", preferredHost: "b" },
        { address: "2001:db8::10", preferredHost: "b" },
    ]);
    expect(notes).toEqual(['haresources: "haproxy" is left out: it is no address. HAProxy always runs on both hosts']);
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
    stats uri /stats
    stats auth me:it's:mine
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
    server d1 10.0.0.31:5432 check
`;
    const { args, notes } = importHaproxyCfg(text, ["192.168.0.99"]);

    test("imports known directives as fields, and the others as lines", () => {
        expect(args).toEqual({
            maxconn: 5000,
            logfacility: "local2",
            globalLines: ["tune.ssl.default-dh-param 2048"],
            timeout: {
                ...{ connect: "4s", client: "30000" },
                ...{ httpRequest: "5s", httpKeepAlive: "5s", queue: "4s", tunnel: "30000" },
            },
            defaultsLines: ["option http-server-close"],
            stats: { onVirtualIps: "clear", uri: "/stats", user: "me", password: "it's:mine" },
            sections: "userlist people\n    user one password $5$abc\n",
            frontend: [
                {
                    name: "www",
                    bind: [{ port: 80 }],
                    defaultBackend: "web",
                    restrictReqHdrNames: "preserve",
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
                    httpchk: { method: "GET", uri: "/health", host: "site" },
                    servers: [
                        { name: "w1", address: "10.0.0.21", port: 8080, inter: "3s", weight: 10, backup: true },
                        { name: "w2", address: "10.0.0.22", port: 8080, check: false, words: ["cookie", "two"] },
                    ],
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
            'haproxy.cfg: "stats socket /tmp/haproxy" is left out: the component uses /run/haproxy/admin.sock',
            expect.stringMatching(/^haproxy\.cfg: "bind 192\.168\.0\.99:443 ssl crt .*" stays a line/),
            expect.stringMatching(/haproxy\.sections contains passwords/),
            expect.stringMatching(/listen only on the virtual IPs/),
            expect.stringMatching(/password of the statistics page/),
            expect.stringMatching(/cross the network unencrypted/),
        ]);
    });

    test("the component renders the imported file with the same meaning", () => {
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

    /** Of a section `listen a` on the virtual IP with these lines. */
    function importedSection(lines: string, defaults = "mode http") {
        const { args: all, notes: told } = importHaproxyCfg(
            `defaults\n${defaults}\nlisten a\nbind 192.168.0.99:80\nstats enable\nstats auth a:b\n${lines}\n${/^server /m.test(lines) ? "" : "server z 10.0.0.9:80"}\n`,
            ["192.168.0.99"],
        );
        return { section: (all.listen as ListenArgs[])[0], told, all };
    }

    test("applies default-server to the servers after it, whose own words win", () => {
        const lines = `server a 10.0.0.1:81
default-server check inter 5s weight 5 send-proxy
server b 10.0.0.2:81 weight 7
server c 10.0.0.3:81 no-check disabled`;
        expect(importedSection(lines, "default-server fall 9").section.servers).toEqual([
            { name: "a", address: "10.0.0.1", port: 81, check: false },
            { name: "b", address: "10.0.0.2", port: 81, fall: 9, inter: "5s", weight: 7, words: ["send-proxy"] },
            {
                ...{ name: "c", address: "10.0.0.3", port: 81, check: false, disabled: true },
                ...{ weight: 5, words: ["send-proxy"] },
            },
        ]);
    });

    test("keeps the servers' cookies if the cookie directive stays a line", () => {
        const { section } = importedSection("cookie S insert domain x.org\nserver a 10.0.0.1:80 check cookie a");
        expect(section).toMatchObject({
            lines: ["cookie S insert domain x.org"],
            servers: [{ name: "a", words: ["cookie", "a"] }],
        });
    });

    test("applies defaults to the sections after them, and reports the shared part of a second defaults", () => {
        const { args: all, notes: told } = importHaproxyCfg(
            `defaults
mode http
balance source
timeout client 5s
listen a
bind 192.168.0.99:80
server a 10.0.0.1:80
defaults
mode tcp
timeout client 1h
listen b
bind 192.168.0.99:81
server b 10.0.0.1:81
balance first
`,
            ["192.168.0.99"],
        );
        expect(all).toMatchObject({
            timeout: { client: "5s" },
            listen: [
                { name: "a", balance: "source" },
                { name: "b", mode: "tcp", balance: "first" },
            ],
        });
        expect(told).toEqual([
            'haproxy.cfg: "timeout client 1h" of a later "defaults" is left out. Declare it in the sections after it',
        ]);
    });

    test("gives a server without a port that of its only bind, and reports it if there are several", () => {
        expect(importedSection("server a 10.0.0.1 check").section.servers).toMatchObject([{ port: 80 }]);
        const { told } = importedSection("bind 192.168.0.99:81\nserver a 10.0.0.1 check");
        expect(told).toEqual([
            expect.stringMatching(/^haproxy\.cfg: a\/a has no port: HAProxy connects/),
            expect.stringMatching(/password/),
            expect.stringMatching(/cross the network unencrypted/),
        ]);
    });

    test("finds no comment after a quote or a backslash", () => {
        const { section } = importedSection(
            'http-request set-header X "a # b" # one\nhttp-request deny if { path /x\\#y }#two\n',
        );
        expect(section.lines).toEqual(['http-request set-header X "a # b"', "http-request deny if { path /x\\#y }"]);
    });

    test("keeps another log target and a log format", () => {
        const { args: all } = importHaproxyCfg(
            `global
log 10.0.0.9:514 local1
log /dev/log local3
log 127.0.0.1 local1 notice
defaults
mode http
option httplog clf
listen a
bind 192.168.0.99:80
server a 10.0.0.1:80
`,
            ["192.168.0.99"],
        );
        expect(all).toMatchObject({
            logfacility: "local3",
            globalLines: ["log 10.0.0.9:514 local1", "log 127.0.0.1 local1 notice"],
            defaultsLines: ["option httplog clf"],
        });
        expect(all).not.toHaveProperty("stats");
    });

    test("imports a section with only statistics as stats, and reports the rest", () => {
        const lines =
            "mode http\nbind *:8404\nstats enable\nstats uri /\nstats refresh 10s\nstats auth a:b\nstats auth c:d";
        const { args: all, notes: told } = importHaproxyCfg(`listen stats\n${lines}\n${site}`, ["192.168.0.99"]);
        expect(all.stats).toEqual({ port: 8404, uri: "/", user: "a", password: "b" });
        expect(all.listen).toHaveLength(1);
        expect(told).toEqual([
            'haproxy.cfg: "stats refresh 10s" is left out: the component has no field for it',
            'haproxy.cfg: user "c" of the statistics page is left out: the component has one user',
            expect.stringMatching(/password of the statistics page/),
            expect.stringMatching(/port 8404 of its own address, only to itself/),
        ]);
    });

    const site = "listen a\nbind 192.168.0.99:80\nmode http\nserver a 10.0.0.1:80 check\n";

    test.each([
        ["on the host alone", "mode http\nbind 127.0.0.1:8404\nstats enable\nstats auth a:b"],
        [
            "with more in it",
            "mode http\nbind *:8404\nstats enable\nhttp-request use-service prometheus-exporter if { path /m }",
        ],
        ["of a second section", `mode http\nbind *:8404\nstats enable\nserver b 10.0.0.1:80`],
    ])("keeps statistics %s as text", (_, lines) => {
        const { args: all } = importHaproxyCfg(`${site}listen stats\n${lines}\n`, ["192.168.0.99"]);
        expect(all.stats).toBeUndefined();
        const text = `${all.sections ?? ""}${JSON.stringify(all.listen)}`;
        expect(text).toContain("stats enable");
        expect(text).toContain(lines.includes("127") ? "bind 127.0.0.1:8404" : "8404");
    });

    test("keeps a section as text that the component would reject, with its inherited directives", () => {
        const { args: all, notes: told } = importHaproxyCfg(
            `defaults base
mode http
option httplog
option forwardfor
balance source
default-server check
defaults other
mode tcp
${site}frontend tls from base
bind *:443 ssl crt /etc/ssl/site.pem
default_backend web
backend web from base
server w unix@/run/web.sock
log-forward syslog
bind :514
`,
            ["192.168.0.99"],
        );
        expect(all.listen).toHaveLength(1);
        expect(all.sections).toBe(
            [
                "frontend tls\n    mode http\n    option httplog\n    option forwardfor\n    bind *:443 ssl crt /etc/ssl/site.pem\n    default_backend web\n",
                "backend web\n    mode http\n    option forwardfor\n    balance source\n    default-server check\n    server w unix@/run/web.sock\n",
                "log-forward syslog\n    bind :514\n",
            ].join("\n"),
        );
        expect(told).toEqual([
            expect.stringMatching(/^haproxy\.cfg: frontend tls stays text/),
            expect.stringMatching(/^haproxy\.cfg: backend web stays text/),
        ]);
    });

    test("imports the whole file as text if no section has a type", () => {
        const text = "frontend a\nbind 127.0.0.1:80\ndefault_backend b\nbackend b\nserver b 10.0.0.1:80\n";
        expect(importHaproxyCfg(text, ["192.168.0.99"]).args).toEqual({ config: text });
    });

    test("returns no arguments for a file without a front end", () => {
        const { args: all, notes: told } = importHaproxyCfg("global\ndefaults\nmode http\n", []);
        expect(all).toEqual({});
        expect(told).toEqual([expect.stringContaining("Declare haproxy.listen")]);
    });

    test("keeps a health check of several lines as text", () => {
        const lines = ["option httpchk", "http-check send meth GET uri /health", "http-check expect status 200"];
        const { section } = importedSection(lines.join("\n"));
        expect(section.httpchk).toBeUndefined();
        expect(section.lines).toEqual(lines);
    });

    test("keeps unknown algorithms and numbers as words", () => {
        const { section } = importedSection("balance uri depth 3\nmaxconn 10k\nserver a 10.0.0.1:80 weight 50%");
        expect(section.lines).toEqual(["balance uri depth 3", "maxconn 10k"]);
        expect(section.servers).toMatchObject([{ words: ["weight", "50%"] }]);
    });

    test("imports keywords from before HAProxy 1.5", () => {
        const { section } = importedSection("contimeout 4000\nredispatch");
        expect(section.timeout).toEqual({ connect: "4000" });
        expect(section.lines).toEqual(["option redispatch"]);
    });
});

test("includes the SSH login in the arguments", () => {
    const found = (host: string, node: string) => ({
        ...{ login: { host, user: "admin", port: 2222, hostKey: "ssh-ed25519 AAAA" }, node },
        ...{ addresses: [], files: {}, methods: [] },
    });
    expect(imported([found("10.0.0.1", "a"), found("10.0.0.2", "b")]).args).toMatchObject({
        hosts: [{ name: "a", address: "10.0.0.1", hostKey: "ssh-ed25519 AAAA" }, { name: "b" }],
        connection: { user: "admin", port: 2222 },
    });
});

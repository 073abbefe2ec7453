/** haproxy.cfg with more than the classic set-up in it. */
import { describe, expect, test } from "vitest";
import type { HaproxyArgs } from "../../components";
import { prometheusTargets, statisticsUrl, url, urls } from "../../components/outputs/urls";
import { healthCfg } from "../../components/render/haproxy/healthCfg";
import { peersCfg } from "../../components/render/haproxy/peersCfg";
import { model, nodes, render, servers, virtualIps } from "../haproxyInputs";

/** What stands in a section, without its own line. */
function linesOf(text: string, head: string): string[] {
    const [, own = ""] = text.split(`\n${head}\n`);
    return own
        .split("\n\n")[0]
        .split("\n")
        .map((line) => line.trim())
        .filter(Boolean);
}

test("renders front ends, back ends, rules and metrics", () => {
    expect(
        render({
            frontend: [
                {
                    name: "www",
                    bind: [{ port: 80 }, { port: 8080, address: "192.168.0.99", acceptProxy: true }],
                    maxconn: 1000,
                    acl: [
                        { name: "is_api", criterion: "path_beg", values: ["/api"] },
                        {
                            name: "is_admin",
                            criterion: "hdr(host)",
                            flags: ["-i"],
                            values: ["admin.example.com", "it's #1"],
                        },
                    ],
                    httpRequest: [
                        { action: "set-header", words: ["X-Forwarded-Proto", "http"] },
                        { action: "deny", words: ["deny_status", "403"], condition: "if is_admin !{ src 10.0.0.0/8 }" },
                    ],
                    httpResponse: [{ action: "del-header", words: ["Server"] }],
                    useBackend: [{ backend: "api", condition: "if is_api" }],
                    defaultBackend: "pages",
                },
            ],
            backend: [
                {
                    name: "api",
                    balance: "leastconn",
                    httpchk: { method: "GET", uri: "/health", host: "api.example.com", expectStatus: "200-204" },
                    servers: [
                        { name: "api1", address: "10.0.0.1", port: 8080, weight: 20, maxconn: 100, slowstart: "30s" },
                        { name: "api2", address: "2001:db8::2", backup: true, inter: "1s", fall: 2, rise: 3 },
                        { name: "api3", address: "10.0.0.3", check: false, disabled: true, sendProxy: true },
                    ],
                },
                {
                    name: "pages",
                    cookie: { name: "SERVER", mode: "insert" },
                    servers: [{ name: "a", address: "10.0.0.4", words: ["on-marked-down", "shutdown-sessions"] }],
                    lines: ["http-reuse aggressive"],
                },
            ],
            prometheus: { src: ["10.0.0.0/8"] },
            timeout: { check: "2s", tunnel: "10m" },
            maxconn: 5000,
            globalLines: ["tune.bufsize 32768"],
            defaultsLines: ["retries 2"],
            sections: "resolvers dns\n    parse-resolv-conf",
        }),
    ).toMatchSnapshot();
});

test("renders no HTTP directive in mode tcp", () => {
    const text = render({ listen: [{ name: "db", mode: "tcp", bind: [{ port: 5432 }], servers }] });
    expect(linesOf(text, "listen db")).toEqual([
        "mode tcp",
        "bind 192.168.0.99:5432",
        "bind [2001:db8::99]:5432",
        "option tcplog",
        "balance roundrobin",
        "server a 10.0.0.1:80 check",
    ]);
});

test("renders TLS: certificates by name, modern protocols, verified clients and servers", () => {
    const bind = [
        { port: 80 },
        { port: 443, ssl: { certificates: ["site", "other"], clientCa: "CA 1", verify: "optional", strictSni: true } },
    ];
    const text = render({
        listen: [
            {
                name: "web",
                bind,
                httpsRedirect: true,
                hsts: 31536000,
                servers: [
                    { name: "a", address: "a.example.com", port: 443, ssl: {} },
                    { name: "b", address: "10.0.0.2", port: 443, ssl: { ca: "CA 2", hostname: "b.example.com" } },
                    { name: "c", address: "10.0.0.3", port: 443, ssl: { verify: "none" } },
                ],
            },
            {
                name: "db",
                mode: "tcp",
                bind: [{ port: 5433, ssl: { certificates: ["site"], minVersion: "TLSv1.3" } }],
                servers,
            },
        ],
    });
    expect(text).toMatchSnapshot();
});

test("renders stick-tables and the peers section", () => {
    const args = {
        listen: [
            {
                name: "web",
                stickTable: { type: "string", len: 64, store: ["conn_cur", "http_req_rate(10s)"] },
                stick: [
                    { pattern: "req.cook(ID)" },
                    { kind: "match", pattern: "src", table: "db", condition: "if TRUE" },
                ],
                servers,
            },
            {
                name: "db",
                mode: "tcp",
                bind: [{ port: 5432 }],
                stickTable: { type: "ip", size: "1m", expire: "1h", nopurge: true },
                servers,
            },
        ],
    };
    expect(render(args)).toMatchSnapshot();
    expect(peersCfg(model(args).peers, nodes, 1)).toMatchSnapshot();
    expect(peersCfg(model({ listen: [{ name: "web", servers }] }).peers, nodes, 1)).toBe(
        "# No section has a stick-table.\n",
    );
});

test("renders lines of text at the place that HAProxy requires", () => {
    const text = render({
        listen: [
            {
                name: "web",
                acl: [{ name: "a", criterion: "path" }],
                httpRequest: [{ action: "deny", condition: "if a" }],
                useBackend: [{ backend: "x" }],
                servers,
                lines: [
                    "balance first",
                    "http-request deny if b",
                    "tcp-request connection reject if b",
                    "  acl b src 10.0.0.1",
                    "monitor fail if b",
                ],
            },
        ],
        backend: [{ name: "x", servers }],
        stats: { onVirtualIps: "clear" },
    });
    const own = linesOf(text, "listen web");
    expect(own.slice(own.indexOf("acl a path"))).toEqual([
        "acl a path",
        "acl b src 10.0.0.1",
        "tcp-request connection reject if b",
        "monitor fail if b",
        "http-request deny if a",
        "http-request deny if b",
        "stats enable",
        "stats uri /haproxy?stats",
        'stats auth "admin:${STATS_PASSWORD}"',
        "use_backend x",
        "balance roundrobin",
        "server a 10.0.0.1:80 check",
        "balance first",
    ]);
});

test("redirects requests without TLS to the port with TLS", () => {
    const ssl = { certificates: ["site"] };
    const plain = { name: "plain", httpsRedirect: true };
    const secure = { name: "secure", bind: [{ port: 8443, ssl }], defaultBackend: "pages" };
    const args = {
        frontend: [plain, secure],
        backend: [{ name: "pages", servers }],
        stats: { onVirtualIps: "clear" },
    };
    expect(linesOf(render(args), "frontend plain")).toContain(
        "http-request redirect location https://%[req.hdr(host),host_only]:8443%[capture.req.uri] code 301 unless { ssl_fc }",
    );
    expect(statisticsUrl(model(args), nodes)).toBe("https://192.168.0.99:8443/haproxy?stats");
    expect(statisticsUrl(model({ ...args, frontend: [plain] }), nodes)).toBe("");
});

describe("statistics page", () => {
    const ssl = { certificates: ["site"] };
    const page = (text: string, head: string) => linesOf(text, head).filter((each) => /stats|statistics/.test(each));

    test("is absent by default", () => {
        const args = { listen: [{ name: "web", servers }], stats: { password: "secret" } };
        expect(render(args)).not.toContain("stats enable");
        expect(healthCfg(model(args).stats, nodes[0])).toBe(healthCfg(undefined, nodes[0]));
        expect(statisticsUrl(model(args), nodes)).toBe("");
    });

    test("is served only over TLS, by the first section with TLS", () => {
        const bind = [{ port: 80 }, { port: 443, ssl }];
        const args = {
            listen: [
                { name: "plain", bind: [{ port: 81 }], servers },
                { name: "both", bind, servers },
                { name: "later", bind: [{ port: 444, ssl }], servers },
            ],
            stats: { onVirtualIps: "tls", uri: "/look?here" },
        };
        expect(page(render(args), "listen plain")).toEqual([]);
        expect(page(render(args), "listen later")).toEqual([]);
        expect(linesOf(render(args), "listen both")).toEqual([
            ...["mode http", "bind 192.168.0.99:80", "bind [2001:db8::99]:80"],
            ...[expect.stringContaining("bind 192.168.0.99:443 ssl"), expect.stringContaining("]:443 ssl")],
            ...["option httplog", "option http-restrict-req-hdr-names delete", "option forwardfor"],
            "http-request deny if { pathq -m beg /look?here } !{ ssl_fc }",
            ...["stats enable", "stats uri /look?here", 'stats auth "admin:${STATS_PASSWORD}"'],
            ...["balance roundrobin", "server a 10.0.0.1:80 check"],
        ]);
        expect(statisticsUrl(model(args), nodes)).toBe("https://192.168.0.99/look?here");
        const redirected = { ...args, listen: [{ name: "both", bind, httpsRedirect: true, servers }] };
        expect(linesOf(render(redirected), "listen both")).toContain(
            "http-request redirect location https://%[req.hdr(host),host_only]%[capture.req.uri] code 301 if { pathq -m beg /look?here } !{ ssl_fc }",
        );
        expect(render(redirected)).not.toContain("http-request deny");
        // An "allow" ends the rules.
        const allowed = { ...args.listen[1], httpRequest: [{ action: "allow" }] };
        const rules = linesOf(render({ ...args, listen: [allowed] }), "listen both").filter((each) =>
            each.startsWith("http-request"),
        );
        expect(rules).toEqual(["http-request deny if { pathq -m beg /look?here } !{ ssl_fc }", "http-request allow"]);
    });

    test("is served by each host to itself, and to the addresses in src", () => {
        const stats = { port: 8404, src: ["10.0.0.0/8", "fd00::1"], user: "me" };
        const args = { listen: [{ name: "web", servers }], stats };
        expect(render(args)).not.toContain("stats enable");
        expect(linesOf(healthCfg(model(args).stats, nodes[1]), statisticsHead)).toEqual([
            "bind 192.168.0.101:8404",
            "acl allowed src -- 192.168.0.101 10.0.0.0/8 fd00::1",
            "tcp-request connection reject unless allowed",
            "stats enable",
            "stats uri /haproxy?stats",
            'stats auth "me:${STATS_PASSWORD}"',
        ]);
        expect(statisticsUrl(model(args), nodes)).toBe("http://192.168.0.100:8404/haproxy?stats");
        const both = model({ ...args, stats: { ...stats, onVirtualIps: "clear" } });
        expect(statisticsUrl(both, nodes)).toBe("http://192.168.0.99/haproxy?stats");
        const whole = model({ config: "global", stats });
        expect(healthCfg(whole.stats, nodes[1])).toBe(healthCfg(model(args).stats, nodes[1]));
    });

    const statisticsHead = "frontend ha-load-balancer-pair-statistics from ha-load-balancer-pair-health";
});

test("outputs list each section's addresses and ports, and each host's metrics", () => {
    const ssl = { certificates: ["site"] };
    const args = {
        listen: [{ name: "web", bind: [{ port: 80 }, { port: 443, address: "192.168.0.99", ssl }], servers }],
        frontend: [
            { name: "db", mode: "tcp", bind: [{ port: 5432, address: "192.168.0.99" }], defaultBackend: "back" },
        ],
        prometheus: {},
    };
    expect(urls(model(args))).toEqual([
        ...["http://192.168.0.99/", "http://[2001:db8::99]/"],
        ...["https://192.168.0.99/", "tcp://192.168.0.99:5432"],
    ]);
    expect(prometheusTargets(model(args), nodes)).toEqual(nodes.map(({ address }) => `${address}:8405`));
    expect(urls(model({ config: "global" }))).toEqual([]);
    expect(prometheusTargets(model({ listen: args.listen }), nodes)).toEqual([]);
});

test("renders the TLS defaults also if only text uses TLS", () => {
    const tls = "ssl-default-bind-options";
    const web = { name: "web", servers };
    expect(render({ listen: [web] })).not.toContain(tls);
    expect(render({ listen: [web], globalLines: ["ssl-dh-param-file /x"] })).not.toContain(tls);
    expect(render({ listen: [{ ...web, lines: ["bind 192.168.0.99:443 ssl crt /x"] }] })).toContain(tls);
    expect(render({ listen: [{ ...web, servers: [{ ...servers[0], words: ["ssl", "verify", "none"] }] }] })).toContain(
        tls,
    );
    expect(render({ listen: [web], sections: "frontend x\n    bind :444 crt /x ssl\n" })).toContain(tls);
    expect(render({ listen: [web], defaultsLines: ["default-server ssl verify none"] })).toContain(tls);
});

test("quotes words with special characters", () => {
    const words = ["X-A", "it's", 'a "b"', "a\\nb", "# no comment", "$HOME", "%[src]"];
    const text = render({ listen: [{ name: "w", httpRequest: [{ action: "set-header", words }], servers }] });
    expect(linesOf(text, "listen w")).toContain(
        `http-request set-header X-A 'it'\\''s' 'a "b"' 'a\\nb' '# no comment' '$HOME' %[src]`,
    );
});

test("hides an inserted cookie from caches, scripts and servers", () => {
    const line = (cookie: object) =>
        linesOf(render({ listen: [{ name: "w", cookie: { name: "S", ...cookie }, servers }] }), "listen w").filter(
            (each) => each.startsWith("cookie"),
        );
    expect(line({})).toEqual(["cookie S prefix"]);
    expect(line({ mode: "insert" })).toEqual(["cookie S insert indirect nocache httponly"]);
    expect(line({ mode: "insert", httponly: false, secure: true })).toEqual([
        "cookie S insert indirect nocache secure",
    ]);
});

test("marks a cookie as secure if all clients use TLS", () => {
    const ssl = { certificates: ["site"] };
    const cookie = { name: "S", mode: "insert" };
    const plain = { name: "f", bind: [{ port: 80 }], defaultBackend: "b" };
    const secure = { name: "g", bind: [{ port: 443, ssl }], defaultBackend: "b" };
    const isSecure = (args: HaproxyArgs, more: object = {}) =>
        render({ ...args, backend: [{ name: "b", cookie: { ...cookie, ...more }, servers }] }).includes(
            "cookie S insert indirect nocache httponly secure",
        );
    expect(isSecure({ frontend: [secure] })).toBe(true);
    expect(isSecure({ frontend: [secure] }, { secure: false })).toBe(false);
    expect(isSecure({ frontend: [secure, plain] })).toBe(false);
    expect(isSecure({ frontend: [secure, { ...plain, httpsRedirect: true }] })).toBe(true);
    expect(isSecure({ frontend: [secure, { name: "h", mode: "tcp", bind: [{ port: 25 }] }] })).toBe(true);
    expect(isSecure({ frontend: [{ ...secure, lines: ["bind 10.0.0.1:80"] }] })).toBe(false);
    expect(isSecure({ frontend: [{ name: "f", defaultBackend: "b" }] })).toBe(false);
    expect(isSecure({ frontend: [secure], sections: "cache small\n    total-max-size 4\n" })).toBe(true);
    expect(isSecure({ frontend: [secure], sections: "frontend x\n    bind 10.0.0.1:80\n" })).toBe(false);
    expect(isSecure({ sections: "frontend x\n    bind 10.0.0.1:80\n    default_backend b\n" })).toBe(false);
    expect(isSecure({ frontend: [secure] }, { mode: "prefix" })).toBe(false);
    const listen = { name: "l", cookie, servers };
    expect(render({ listen: [{ ...listen, bind: [{ port: 443, ssl }] }], frontend: [plain] })).toContain(
        "httponly secure",
    );
    expect(render({ listen: [{ ...listen, bind: [{ port: 443, ssl }, { port: 80 }] }] })).not.toContain(
        "httponly secure",
    );
});

test("renders config unchanged", () => {
    expect(render({ config: "global\n    daemon" })).toBe("global\n    daemon\n");
});

test("renders the keeper's probe into a file of its own", () => {
    expect(healthCfg(undefined, nodes[0])).toMatchSnapshot();
});

test("outputs have the URLs for clients and operators", () => {
    const find = (args: HaproxyArgs) => {
        const found = model({ stats: { onVirtualIps: "clear" }, ...args });
        return [url(found, virtualIps), statisticsUrl(found, nodes)];
    };
    const db = { name: "db", mode: "tcp", bind: [{ port: 5432 }], servers };
    expect(find({ listen: [{ name: "w", bind: [{ port: 8080 }], servers }] })).toEqual([
        "http://192.168.0.99:8080/",
        "http://192.168.0.99:8080/haproxy?stats",
    ]);
    expect(find({ listen: [db, { name: "w", servers }] })).toEqual([
        "tcp://192.168.0.99:5432",
        "http://192.168.0.99/haproxy?stats",
    ]);
    const ssl = { certificates: ["site"] };
    expect(find({ listen: [{ name: "w", bind: [{ port: 80 }, { port: 443, ssl }], servers }] })).toEqual([
        "https://192.168.0.99/",
        "https://192.168.0.99/haproxy?stats",
    ]);
    expect(find({ listen: [db] })).toEqual(["tcp://192.168.0.99:5432", ""]);
    expect(find({ config: "global" })).toEqual(["http://192.168.0.99/", ""]);
});

test("renders a section's own timeouts without the defaults", () => {
    const listen = [{ name: "web", servers, timeout: { server: "10m", httpKeepAlive: "1s" } }];
    const text = render({ listen });
    expect(linesOf(text, "listen web").filter((line) => line.startsWith("timeout"))).toEqual([
        "timeout server 10m",
        "timeout http-keep-alive 1s",
    ]);
    expect(linesOf(text, "defaults")).toContain("timeout server 50s");
});

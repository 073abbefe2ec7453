/** haproxy.cfg with more than the classic set-up in it. */
import { expect, test } from "vitest";
import type { HaproxyArgs } from "../../components";
import { healthCfg } from "../../components/render/haproxy/healthCfg";
import { peersCfg } from "../../components/render/haproxy/peersCfg";
import { statisticsUrl, url } from "../../components/urls";
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

test("front ends, back ends, rules, metrics and statistics of their own", () => {
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
            stats: { port: 8404, uri: "/" },
            prometheus: { src: ["10.0.0.0/8"] },
            timeout: { check: "2s", tunnel: "10m" },
            maxconn: 5000,
            globalLines: ["tune.bufsize 32768"],
            defaultsLines: ["retries 2"],
            sections: "resolvers dns\n    parse-resolv-conf",
        }),
    ).toMatchSnapshot();
});

test("a section in tcp mode has nothing of HTTP in it", () => {
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

test("TLS: certificates by name, modern protocols, clients and servers that are verified", () => {
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

test("tables that both hosts share, and the way between them", () => {
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

test("lines of text stand where HAProxy wants them", () => {
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

test("requests without TLS go to the port that has it, and the statistics page is where it can be seen", () => {
    const ssl = { certificates: ["site"] };
    const plain = { name: "plain", httpsRedirect: true };
    const secure = { name: "secure", bind: [{ port: 8443, ssl }], defaultBackend: "pages" };
    const args = { frontend: [plain, secure], backend: [{ name: "pages", servers }] };
    expect(linesOf(render(args), "frontend plain")).toContain(
        "http-request redirect location https://%[req.hdr(host),host_only]:8443%[capture.req.uri] code 301 unless { ssl_fc }",
    );
    expect(statisticsUrl(model(args))).toBe("https://192.168.0.99:8443/haproxy?stats");
    expect(statisticsUrl(model({ ...args, frontend: [plain] }))).toBe("");
});

test("words are taken as they are, whatever is in them", () => {
    const words = ["X-A", "it's", 'a "b"', "a\\nb", "# no comment", "$HOME", "%[src]"];
    const text = render({ listen: [{ name: "w", httpRequest: [{ action: "set-header", words }], servers }] });
    expect(linesOf(text, "listen w")).toContain(
        `http-request set-header X-A 'it'\\''s' 'a "b"' 'a\\nb' '# no comment' '$HOME' %[src]`,
    );
});

test("a cookie of our own is kept from caches, scripts and servers", () => {
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

test("the file as text is taken as it is", () => {
    expect(render({ config: "global\n    daemon" })).toBe("global\n    daemon\n");
});

test("what the keeper asks is in a file of its own", () => {
    expect(healthCfg()).toMatchSnapshot();
});

test("where clients and operators find it", () => {
    const find = (args: HaproxyArgs) => [url(model(args), virtualIps), statisticsUrl(model(args))];
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
    expect(find({ listen: [db], stats: { port: 8404, uri: "/stats" } })).toEqual([
        "tcp://192.168.0.99:5432",
        "http://192.168.0.99:8404/stats",
    ]);
    expect(find({ listen: [{ name: "w", servers }], stats: { enable: false } })).toEqual(["http://192.168.0.99/", ""]);
    expect(find({ config: "global" })).toEqual(["http://192.168.0.99/", ""]);
});

/** What is refused of HAProxy's inputs. */
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { validate } from "../../components/validate";
import { withoutNulls } from "../../components/values/nulls";
import { classicArgs } from "../examples";
import { cases } from "../generated";
import { certificates, haproxyArbitrary } from "../haproxyArbitrary";
import { listen, problemsOf, render, servers, virtualIps } from "../haproxyInputs";

const front = (more: object = {}) => ({
    frontend: [{ name: "www", ...more }],
    backend: [
        { name: "pages", servers },
        { name: "db", mode: "tcp", servers },
    ],
});

describe("reports each mistake with its path and the valid form", () => {
    test.each<[string, unknown, string[]]>([
        [
            "nothing that receives",
            {},
            ["haproxy: at least one listen or frontend is required (or sections or config, as text)"],
        ],
        ["a section instead of a list", { listen: { name: "web" } }, ["haproxy.listen: must be a list"]],
        [
            "a frontend that leads nowhere",
            front(),
            [
                "haproxy.frontend[0]: no back end and no rule that answers. Set defaultBackend, useBackend or httpRequest",
            ],
        ],
        [
            "a dangling name",
            front({ defaultBackend: "page", useBackend: [{ backend: "api" }] }),
            [
                'haproxy.frontend[0].useBackend[0].backend: "api" is neither a backend nor a listen; declared: pages, db',
                'haproxy.frontend[0].defaultBackend: "page" is neither a backend nor a listen; declared: pages, db',
            ],
        ],
        [
            "another mode",
            front({ defaultBackend: "db" }),
            ['haproxy.frontend[0].defaultBackend: "db" is in mode tcp, and this section in mode http'],
        ],
        [
            "a section that uses itself",
            listen({ useBackend: [{ backend: "web" }] }),
            ['haproxy.listen[0].useBackend[0].backend: "web" is this section itself'],
        ],
        [
            "one name twice",
            { ...front({ name: "pages", defaultBackend: "pages" }) },
            ['haproxy.backend[0].name: "pages" is already used by haproxy.frontend[0].name'],
        ],
        [
            "ports that meet",
            {
                listen: [
                    { name: "a", servers },
                    { name: "b", bind: [{ port: 80, address: "2001:DB8:0::99" }, { port: 8404 }], servers },
                ],
                stats: { port: 8404 },
                prometheus: { port: 8404 },
                peers: { port: 8404 },
            },
            [
                "haproxy.listen[1].bind[0]: port 80 of 2001:db8::99 is already used by haproxy.listen[0]",
                "haproxy.prometheus.port: port 8404 of every virtual IP is already used by haproxy.listen[1].bind[1]",
                "haproxy.stats.port: port 8404 of the hosts is already used by haproxy.prometheus.port",
                "haproxy.peers.port: port 8404 of the hosts is already used by haproxy.prometheus.port",
            ],
        ],
        [
            "HTTP in mode tcp",
            listen({ mode: "tcp", cookie: { name: "S" }, httpRequest: [{ action: "deny" }], forwardfor: true }),
            [
                "haproxy.listen[0].forwardfor: HTTP only, and this section is in mode tcp. Remove it, or set mode to http",
                "haproxy.listen[0].httpRequest: HTTP only, and this section is in mode tcp. Remove it, or set mode to http",
                "haproxy.listen[0].cookie: HTTP only, and this section is in mode tcp. Remove it, or set mode to http",
            ],
        ],
        [
            "servers",
            listen({
                servers: [{ name: "a", address: "10.0.0.1", weight: 257, backup: "yes", check: false, inter: "2s" }],
            }),
            [
                "haproxy.listen[0].servers[0].weight: 257 is not a whole number from 0 to 256",
                'haproxy.listen[0].servers[0].backup: "yes" is neither true nor false',
                "haproxy.listen[0].servers[0].inter: has no effect while check is false. Remove it, or set check to true",
            ],
        ],
        [
            "a condition",
            listen({
                httpRequest: [
                    { action: "deny", condition: "when x" },
                    { action: "deny", condition: 'if { path "/a b" }' },
                ],
            }),
            [
                'haproxy.listen[0].httpRequest[0].condition: "when x" is not "if" or "unless" and a condition, without quotes, # and backslashes',
                'haproxy.listen[0].httpRequest[1].condition: "if { path "/a b" }" is not "if" or "unless" and a condition, without quotes, # and backslashes',
            ],
        ],
        [
            "words and lines of more than one line, without telling what is in them",
            { ...listen({ lines: ["a\nb"], bind: [{ port: 80, words: ["c\nd"] }] }), globalLines: ["e\nf"] },
            [
                "haproxy.listen[0].lines[0]: must be a text of one line",
                "haproxy.listen[0].bind[0].words[0]: must be a text of one line, and not empty",
                "haproxy.globalLines[0]: must be a text of one line",
            ],
        ],
        [
            "what is null, or no object",
            {
                listen: [null, { name: "web", servers: [null], acl: "x", bind: [{ port: 80, ssl: true }] }],
                timeout: "5s",
                frontend: null,
                prometheus: null,
            },
            [
                "haproxy.listen[0]: must be an object",
                "haproxy.listen[1].acl: must be a list",
                "haproxy.listen[1].bind[0].ssl: must be an object",
                "haproxy.listen[1].servers[0]: must be an object",
                "haproxy.timeout: must be an object",
            ],
        ],
        [
            "what only HAProxy would have refused",
            {
                listen: [
                    {
                        name: "web",
                        mode: "tcp",
                        balance: "uri",
                        defaultBackend: "",
                        acl: [
                            { name: "or", criterion: "src" },
                            { name: "Or", criterion: "src" },
                        ],
                        httpchk: { expectStatus: "299-200" },
                        servers: [{ name: "a", address: "fe80::1%eth0", inter: "0" }],
                    },
                    { name: "ha-load-balancer-pair-x", bind: [{ port: 81 }], servers },
                ],
                timeout: { client: "25d" },
            },
            [
                'haproxy.listen[0].acl[0].name: "or" is a reserved word in conditions',
                'haproxy.listen[0].acl[1].name: "Or" is a reserved word in conditions',
                'haproxy.listen[0].defaultBackend: "" is not a section name (letters, digits and _ - . :)',
                'haproxy.listen[0].httpchk.expectStatus: "299-200" ends before it begins',
                'haproxy.listen[0].servers[0].address: "fe80::1%eth0" is neither an IP address nor a host name',
                'haproxy.listen[0].servers[0].inter: "0" is not above 0 and below 24 days',
                "haproxy.listen[0].balance: HTTP only, and this section is in mode tcp. Remove it, or set mode to http",
                'haproxy.listen[1].name: must not begin with "ha-load-balancer-pair", the prefix of this component\'s own sections',
                'haproxy.timeout.client: "25d" is not above 0 and below 24 days',
            ],
        ],
        [
            "more words than a line has",
            listen({
                acl: [{ name: "a", criterion: "path", flags: Array(30).fill("-i"), values: Array(31).fill("/") }],
                httpRequest: [
                    { action: "deny", words: Array(56).fill("x"), condition: `if${" { src 10.0.0.0/8 }".repeat(2)}` },
                ],
                servers: [{ ...servers[0], words: Array(31).fill("x") }],
            }),
            [
                "haproxy.listen[0].acl[0].values: 31 words, at most 30 fit: HAProxy reads 64 words a line",
                "haproxy.listen[0].httpRequest[0].words: 56 words, at most 53 fit: HAProxy reads 64 words a line",
                "haproxy.listen[0].servers[0].words: 31 words, at most 30 fit: HAProxy reads 64 words a line",
            ],
        ],
        [
            "names in conditions that no acl has",
            {
                ...front({
                    acl: [{ name: "is_api", criterion: "path_beg", values: ["/api"] }],
                    lines: ["acl in_text src 10.0.0.0/8"],
                    httpRequest: [{ action: "deny", condition: "if !is_ap or { src 10.0.0.1 } in_text TRUE" }],
                    useBackend: [{ backend: "pages", condition: "unless is_api || METH_GET is_admin" }],
                }),
            },
            [
                'haproxy.frontend[0].httpRequest[0].condition: "is_ap" is not an acl of this section; declared: is_api, in_text',
                'haproxy.frontend[0].useBackend[0].condition: "is_admin" is not an acl of this section; declared: is_api, in_text',
            ],
        ],
        [
            "tables",
            {
                listen: [
                    {
                        name: "web",
                        stickTable: { type: "ip", len: 3, size: "1g", store: ["gpc0;"] },
                        stick: [
                            { kind: "off", pattern: "src" },
                            { pattern: "src", table: "counters" },
                        ],
                        servers,
                    },
                ],
                backend: [{ name: "counters", stick: [{ pattern: "src" }], servers }],
                peers: { port: 0 },
            },
            [
                "haproxy.listen[0].stickTable.len: has no effect with this type; only string and binary keys have a length",
                'haproxy.listen[0].stickTable.size: "1g" is not a number of entries ("100k", "1m")',
                'haproxy.listen[0].stickTable.store[0]: is not a counter ("gpc0", "http_req_rate(10s)")',
                'haproxy.listen[0].stick[0].kind: "off" is not on, match, store-request or store-response',
                'haproxy.listen[0].stick[1].table: "counters" has no stickTable',
                'haproxy.backend[0].stick[0]: "counters" has no stickTable',
                "haproxy.peers.port: 0 is not a whole number from 1 to 65535",
            ],
        ],
        [
            "peers where the metrics are",
            { ...listen({ stickTable: { type: "ip" } }), prometheus: { port: 10_000 } },
            ["haproxy.peers.port: port 10000 of the hosts is already used by haproxy.prometheus.port"],
        ],
        ["an empty file", { config: " \n" }, ["haproxy.config: must be a text that is not empty"]],
        [
            "metrics",
            { ...listen(), prometheus: { uri: "metrics", src: ["10.0.0.0/129", "lan"] } },
            [
                'haproxy.prometheus.uri: "metrics" is not the path of a URL',
                'haproxy.prometheus.src[0]: "10.0.0.0/129" is neither an IP address nor a network',
                'haproxy.prometheus.src[1]: "lan" is neither an IP address nor a network',
            ],
        ],
        [
            "a statistics page that nobody sees",
            { ...listen(), stats: { uri: "/x", user: "root", src: ["10.0.0.1"] } },
            [
                "haproxy.stats.src: has no effect without port",
                "haproxy.stats.uri: has no effect without port or onVirtualIps",
                "haproxy.stats.user: has no effect without port or onVirtualIps",
            ],
        ],
        [
            "a statistics page in words that have no meaning",
            { ...listen(), stats: { port: 0, src: ["lan"], onVirtualIps: "yes" } },
            [
                "haproxy.stats.port: 0 is not a whole number from 1 to 65535",
                'haproxy.stats.src[0]: "lan" is neither an IP address nor a network',
                'haproxy.stats.onVirtualIps: "yes" is not tls or clear',
            ],
        ],
        [
            "a statistics page over TLS where only mode tcp and a back end have it",
            {
                listen: [
                    { name: "a", bind: [{ port: 81 }], servers },
                    { name: "b", mode: "tcp", bind: [{ port: 443, ssl: { certificates: ["site"] } }], servers },
                ],
                certificates: [{ ...certificates[0], name: "site" }],
                stats: { onVirtualIps: "tls" },
            },
            [expect.stringMatching(/^haproxy\.stats\.onVirtualIps: no listen or frontend in HTTP mode has TLS/)],
        ],
        [
            "a statistics page in clear where nothing is in HTTP mode",
            { ...listen({ mode: "tcp" }), stats: { onVirtualIps: "clear" } },
            ["haproxy.stats.onVirtualIps: no listen or frontend is in HTTP mode. Set stats.port, or declare one"],
        ],
        [
            "a statistics page where all are sent elsewhere",
            { ...listen({ httpsRedirect: true }), stats: { onVirtualIps: "clear" } },
            ["haproxy.stats.onVirtualIps: no listen or frontend is in HTTP mode. Set stats.port, or declare one"],
        ],
        [
            "the whole file and parts of it",
            { ...listen(), config: "global", maxconn: 1, stats: { port: 8404, onVirtualIps: "clear" } },
            [
                "haproxy.stats.onVirtualIps: conflicts with haproxy.config, which is the whole file. Remove one of them",
                "haproxy.listen: conflicts with haproxy.config, which is the whole file. Remove one of them",
                "haproxy.maxconn: conflicts with haproxy.config, which is the whole file. Remove one of them",
            ],
        ],
    ])("%s", (_, haproxy, expected) => {
        expect(problemsOf(haproxy)).toEqual(expected);
    });
});

test("reports any value at any place without an exception", () => {
    const start = { ...classicArgs(), heartbeat: { ucast: [{ interface: "eth0" }] }, goneHosts: [] };
    fc.assert(
        fc.property(haproxyArbitrary, fc.infiniteStream(fc.nat()), (haproxy, numbers) => {
            const args = withoutNulls(structuredClone({ ...start, virtualIps, haproxy }));
            const places = placesIn(args);
            const { at, key } = places[numbers.next().value % places.length];
            const values = [null, undefined, 5, "text", true, [], {}, [null], [[]], pulumi.output("later")];
            const value = values[numbers.next().value % values.length];
            at[key] = value;
            const given = withoutNulls(args);
            if (validate(given).length === 0 && !pulumi.Output.isInstance(value)) {
                render(given.haproxy);
            }
        }),
        cases(1000),
    );
}, 300_000);

/** Every place in the inputs where something stands. */
function placesIn(value: object): { at: Record<string, unknown>; key: string }[] {
    return Object.entries(value).flatMap(([key, inner]) => [
        { at: value as Record<string, unknown>, key },
        ...(typeof inner === "object" && inner !== null ? placesIn(inner) : []),
    ]);
}

test("accepts unknown outputs, and still reports other mistakes", () => {
    const unknown = <T>(value: T) => pulumi.output(value);
    expect(
        problemsOf({ listen: unknown([{ name: "web", servers }]), frontend: [{ name: "www", defaultBackend: "web" }] }),
    ).toEqual([]);
    expect(problemsOf({ ...front({ defaultBackend: unknown("x") }) })).toEqual([]);
    expect(
        problemsOf(listen({ mode: unknown("tcp"), cookie: unknown({ name: "S" }), servers: unknown(servers) })),
    ).toEqual([]);
    expect(problemsOf({ ...front({ defaultBackend: "x" }), sections: "backend x" })).toEqual([]);
    expect(
        problemsOf(listen({ name: unknown("x"), servers: [unknown(servers[0]), { name: "b", address: "" }] })),
    ).toEqual(["haproxy.listen[0].servers[1].address: is required"]);
});

test("accepts the configurations that HAProxy accepts", () => {
    fc.assert(
        fc.property(haproxyArbitrary, (haproxy) => {
            expect(problemsOf(haproxy)).toEqual([]);
        }),
        cases(100),
    );
}, 300_000);

/** What is refused of HAProxy's inputs, and what no input can do. */
import type { Unwrap } from "@pulumi/pulumi";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HaproxyArgs } from "../../components";
import { haproxyDefaults, virtualIpDefaults } from "../../components/defaults";
import { haproxyCfg } from "../../components/render/haproxy/haproxyCfg";
import { validate } from "../../components/validate";
import { classicArgs } from "../examples";
import { haproxyArbitrary } from "../haproxyArbitrary";

const virtualIps = [{ address: "192.168.0.99" }, { address: "2001:db8::99" }];
const nodes = classicArgs().hosts.map(({ name, address }) => ({ name, address: String(address) }));

function problemsOf(haproxy: unknown): string[] {
    const args = { ...classicArgs(), virtualIps, haproxy: haproxy as HaproxyArgs };
    return validate(args).map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);
}

function render(haproxy: HaproxyArgs): string {
    return haproxyCfg(haproxyDefaults(haproxy as Unwrap<HaproxyArgs>, virtualIpDefaults(virtualIps, nodes)));
}

const servers = [{ name: "a", address: "10.0.0.1" }];
const listen = (more: object = {}) => ({ listen: [{ name: "web", servers, ...more }] });
const front = (more: object = {}) => ({
    frontend: [{ name: "www", ...more }],
    backend: [
        { name: "pages", servers },
        { name: "db", mode: "tcp", servers },
    ],
});

describe("each mistake is named with its path and what to write instead", () => {
    test.each<[string, unknown, string[]]>([
        ["nothing that receives", {}, ["haproxy: needs a listen or a frontend (or sections or config, as text)"]],
        ["a section instead of a list", { listen: { name: "web" } }, ["haproxy.listen: must be a list"]],
        [
            "a frontend that leads nowhere",
            front(),
            ["haproxy.frontend[0]: leads nowhere: give it a defaultBackend, or rules that answer"],
        ],
        [
            "a dangling name",
            front({ defaultBackend: "page", useBackend: [{ backend: "api" }] }),
            [
                'haproxy.frontend[0].useBackend[0].backend: "api" is neither a backend nor a listen; there are pages, db',
                'haproxy.frontend[0].defaultBackend: "page" is neither a backend nor a listen; there are pages, db',
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
            },
            [
                "haproxy.listen[1].bind[0]: port 80 of 2001:db8::99 is already used by haproxy.listen[0]",
                "haproxy.stats.port: port 8404 of every virtual IP is already used by haproxy.listen[1].bind[1]",
                "haproxy.prometheus.port: port 8404 of every virtual IP is already used by haproxy.listen[1].bind[1]",
            ],
        ],
        [
            "HTTP in mode tcp",
            listen({ mode: "tcp", cookie: { name: "S" }, httpRequest: [{ action: "deny" }], forwardfor: true }),
            [
                "haproxy.listen[0].httpRequest: needs mode http; this section is in mode tcp",
                "haproxy.listen[0].forwardfor: needs mode http; this section is in mode tcp",
                "haproxy.listen[0].cookie: needs mode http; this section is in mode tcp",
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
                "haproxy.listen[0].servers[0].inter: means nothing without check",
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
            "the whole file and parts of it",
            { ...listen(), config: "global", maxconn: 1, stats: { port: 8404 } },
            [
                "haproxy.stats.port: cannot be given beside haproxy.config, which is the whole file",
                "haproxy.listen: cannot be given beside haproxy.config, which is the whole file",
                "haproxy.maxconn: cannot be given beside haproxy.config, which is the whole file",
            ],
        ],
    ])("%s", (_, haproxy, expected) => {
        expect(problemsOf(haproxy)).toEqual(expected);
    });
});

test("what is not known yet is no problem, and hides none", () => {
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

test("configurations that HAProxy accepts are accepted here", () => {
    fc.assert(
        fc.property(haproxyArbitrary, (haproxy) => {
            expect(problemsOf(haproxy)).toEqual([]);
        }),
        { numRuns: 100 },
    );
}, 60_000);

describe("no text can be more than the word it is for", () => {
    const places: Record<string, (text: string) => HaproxyArgs> = {
        "listen.name": (name) => listen({ name }),
        mode: (mode) => listen({ mode }),
        "bind.address": (address) => listen({ bind: [{ port: 80, address }] }),
        "bind.words": (word) => listen({ bind: [{ port: 80, words: [word] }] }),
        "acl.name": (name) => listen({ acl: [{ name, criterion: "path" }] }),
        "acl.criterion": (criterion) => listen({ acl: [{ name: "a", criterion }] }),
        "acl.flags": (flag) => listen({ acl: [{ name: "a", criterion: "path", flags: [flag] }] }),
        "acl.values": (value) => listen({ acl: [{ name: "a", criterion: "path", values: [value] }] }),
        "httpRequest.action": (action) => listen({ httpRequest: [{ action }] }),
        "httpRequest.words": (word) => listen({ httpRequest: [{ action: "deny", words: [word] }] }),
        "useBackend.backend": (backend) => ({ ...listen({ useBackend: [{ backend }] }), sections: "backend x" }),
        balance: (balance) => listen({ balance }),
        "cookie.name": (name) => listen({ cookie: { name } }),
        "httpchk.method": (method) => listen({ httpchk: { method } }),
        "httpchk.uri": (uri) => listen({ httpchk: { uri } }),
        "httpchk.host": (host) => listen({ httpchk: { host } }),
        "httpchk.expectStatus": (expectStatus) => listen({ httpchk: { expectStatus } }),
        "servers.name": (name) => listen({ servers: [{ name, address: "10.0.0.1" }] }),
        "servers.address": (address) => listen({ servers: [{ name: "a", address }] }),
        "servers.inter": (inter) => listen({ servers: [{ name: "a", address: "10.0.0.1", inter }] }),
        "servers.words": (word) => listen({ servers: [{ name: "a", address: "10.0.0.1", words: [word] }] }),
        "stats.uri": (uri) => ({ ...listen(), stats: { uri } }),
        "stats.user": (user) => ({ ...listen(), stats: { user } }),
        "prometheus.uri": (uri) => ({ ...listen(), prometheus: { uri } }),
        "timeout.connect": (connect) => ({ ...listen(), timeout: { connect } }),
        logfacility: (logfacility) => ({ ...listen(), logfacility }),
    };
    /** Texts that mean something to HAProxy's parser are likely here. */
    const hostile = fc.oneof(
        fc.string({ unit: "grapheme" }),
        fc
            .array(fc.constantFrom("a", " ", "\n", "\r", '"', "'", "\\", "#", "$", "{", "}", "%[src]", "\t", "\0"), {
                minLength: 1,
                maxLength: 6,
            })
            .map((parts) => parts.join("")),
    );

    test.each(Object.entries(places))("%s", (_, place) => {
        const shape = (text: string) => wordsOf(render(place(text))).map((words) => words.length);
        const expected = shape("a");
        fc.assert(
            fc.property(hostile, (text) => {
                if (problemsOf(place(text)).length === 0) {
                    expect(shape(text)).toEqual(expected);
                }
            }),
            { numRuns: 300 },
        );
    });

    test("a condition has as many words as it seems to have, in one line", () => {
        fc.assert(
            fc.property(hostile, (text) => {
                const condition = `if ${text}`;
                const haproxy = listen({ httpRequest: [{ action: "deny", condition }] });
                if (problemsOf(haproxy).length === 0) {
                    const [deny] = wordsOf(render(haproxy)).filter(([first]) => first === "http-request");
                    expect(deny).toEqual(["http-request", "deny", ...condition.split(" ")]);
                }
            }),
            { numRuns: 1000 },
        );
    });
});

/** The words of each line as HAProxy's own parser sees them (manual, 2.2): quotes, backslashes, comments. */
function wordsOf(cfg: string): string[][] {
    return cfg.split("\n").map((line) => {
        const words: string[] = [];
        let word: string | undefined;
        let quote = "";
        for (let i = 0; i < line.length; i++) {
            const char = line[i];
            if (quote === "'" ? char !== "'" : false) {
                word += char;
            } else if (char === "'" || char === '"') {
                quote = quote === char ? "" : quote || char;
                word ??= "";
            } else if (char === "\\") {
                i++;
                word = (word ?? "") + line[i];
            } else if (!quote && char === "#") {
                break;
            } else if (!quote && /[ \t\r]/.test(char)) {
                words.push(...(word === undefined ? [] : [word]));
                word = undefined;
            } else {
                word = (word ?? "") + char;
            }
        }
        expect(quote, line).toBe("");
        return [...words, ...(word === undefined ? [] : [word])];
    });
}

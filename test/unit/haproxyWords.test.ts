/** What no text of HAProxy's inputs can do: be more than the word that it is for. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HaproxyArgs } from "../../components";
import { cases } from "../generated";
import { certificates } from "../haproxyArbitrary";
import { listen, problemsOf, render, servers } from "../haproxyInputs";

describe("a declared text cannot become more than its word", () => {
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
        "stats.uri": (uri) => ({ ...listen(), stats: { port: 8404, uri } }),
        "stats.user": (user) => ({ ...listen(), stats: { port: 8404, user } }),
        "prometheus.uri": (uri) => ({ ...listen(), prometheus: { uri } }),
        "timeout.connect": (connect) => ({ ...listen(), timeout: { connect } }),
        logfacility: (logfacility) => ({ ...listen(), logfacility }),
        "bind.ssl.alpn": (alpn) => listen({ bind: [{ port: 80, ssl: { certificates: ["a"], alpn } }] }),
        "certificates.name": (name) => ({
            ...listen({ bind: [{ port: 80, ssl: { certificates: [name] } }] }),
            certificates: [{ ...certificates[0], name }],
        }),
        "bind.ssl.minVersion": (minVersion) =>
            listen({ bind: [{ port: 80, ssl: { certificates: ["a"], minVersion } }] }),
        restrictReqHdrNames: (restrictReqHdrNames) => listen({ restrictReqHdrNames }),
        "cookie.mode": (mode) => listen({ cookie: { name: "S", mode } }),
        "stick.pattern": (pattern) => listen({ stickTable: { type: "ip" }, stick: [{ pattern }] }),
        "stickTable.type": (type) => listen({ stickTable: { type } }),
        "stickTable.size": (size) => listen({ stickTable: { type: "ip", size } }),
        "stickTable.store": (counter) => listen({ stickTable: { type: "ip", store: [counter] } }),
        "servers.slowstart": (slowstart) => listen({ servers: [{ ...servers[0], slowstart }] }),
        "servers.ssl.hostname": (hostname) => listen({ servers: [{ ...servers[0], ssl: { hostname } }] }),
        "prometheus.src": (source) => ({ ...listen(), prometheus: { src: [source] } }),
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
            cases(300),
        );
    });

    test("a condition stays one line with the declared words", () => {
        fc.assert(
            fc.property(hostile, (text) => {
                const condition = `if ${text}`;
                const haproxy = listen({ httpRequest: [{ action: "deny", condition }] });
                if (problemsOf(haproxy).length === 0) {
                    const [deny] = wordsOf(render(haproxy)).filter(([first]) => first === "http-request");
                    expect(deny).toEqual(["http-request", "deny", ...condition.split(" ")]);
                }
            }),
            cases(1000),
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

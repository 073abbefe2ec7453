/** Rules for what HAProxy's sections share: the statistics page, metrics, certificates and ports. */
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { alone, problemsOf, site } from "../completeInputs";

describe("statistics page and metrics", () => {
    const withStats = (stats: object) => problemsOf({ ...alone({}), haproxy: { ...alone({}).haproxy, stats } });

    test("rejects options without effect", () => {
        expect(withStats({ src: ["10.0.0.1"], onVirtualIps: "clear" })).toEqual([
            "haproxy.stats.src: has no effect without port",
        ]);
        expect(withStats({ uri: "/x" })).toEqual(["haproxy.stats.uri: has no effect without port or onVirtualIps"]);
        expect(withStats({ user: "x" })).toEqual(["haproxy.stats.user: has no effect without port or onVirtualIps"]);
        expect(withStats({ uri: "/x", user: "x", onVirtualIps: "clear" })).toEqual([]);
        expect(withStats({ uri: "/x", user: "x", src: ["10.0.0.1"], port: 8404 })).toEqual([]);
    });

    test.each(["10.0.0.1", "10.0.0.0/0", "10.0.0.0/8", "fd00::/128"])("accepts the source %s", (source) => {
        expect(withStats({ port: 8404, src: [source] })).toEqual([]);
    });
    test.each([
        "10.0.0",
        "10.0.0.0/129",
        "10.0.0.0/x",
        "10.0.0.0/",
        "10.0.0.0/8/8",
        "10.0.0.0/1x",
        "/8",
        "",
    ])("rejects the source %j", (source) => {
        expect(withStats({ port: 8404, src: [source] })).toEqual([
            `haproxy.stats.src[0]: "${source}" is neither an IP address nor a network`,
        ]);
    });

    test("requires a section with TLS for the statistics page over TLS", () => {
        const ofSections = (stats: object, haproxy: object) =>
            problemsOf({ ...alone({}), haproxy: { ...alone({}).haproxy, stats, ...haproxy } });
        const tls = { onVirtualIps: "tls" };
        const none = [
            expect.stringMatching(/^haproxy\.stats\.onVirtualIps: no listen or frontend in HTTP mode has TLS/),
        ];
        expect(ofSections(tls, {})).toEqual(none);
        const { certificates, listen } = {
            certificates: [site],
            listen: [{ ...alone({}).haproxy.listen[0], bind: [{ port: 443, ssl: { certificates: ["site"] } }] }],
        };
        expect(ofSections(tls, { certificates, listen })).toEqual([]);
        expect(ofSections(tls, { certificates, listen: [{ ...listen[0], mode: "tcp" }] })).toEqual(none);
        expect(ofSections(tls, { certificates, listen: [{ ...listen[0], mode: pulumi.output("tcp") }] })).toEqual([]);
        expect(ofSections(tls, { listen: [{ ...listen[0], bind: pulumi.output([]) }] })).toEqual([]);
        expect(ofSections(tls, { listen: pulumi.output([]) })).toEqual([]);
        expect(ofSections(tls, { frontend: pulumi.output([]) })).toEqual([]);
        expect(ofSections({ onVirtualIps: pulumi.output("tls") }, {})).toEqual([]);
        const redirect = { ...listen[0], httpsRedirect: true };
        expect(ofSections({ onVirtualIps: "clear" }, { certificates, listen: [redirect] })).toEqual([]);
        expect(ofSections({ onVirtualIps: "clear" }, { listen: [{ ...redirect, bind: undefined }] })).toEqual([
            "haproxy.stats.onVirtualIps: no listen or frontend is in HTTP mode. Set stats.port, or declare one",
        ]);
    });
});

describe("certificates", () => {
    const withCertificates = (certificates: unknown) =>
        problemsOf({ ...alone({}), haproxy: { ...alone({}).haproxy, certificates } });

    test("must be a plain list with plain names", () => {
        expect(withCertificates(pulumi.output([]))).toEqual([
            "haproxy.certificates: must be a plain list; what is in its elements may be Outputs",
        ]);
        expect(withCertificates([{ ...site, name: pulumi.output("site") }])).toEqual([
            "haproxy.certificates[0].name: must be a plain text, not an Output, because it decides which files exist",
        ]);
        expect(withCertificates([site, site])).toEqual([
            'haproxy.certificates[1].name: "site" is already used by haproxy.certificates[0].name',
        ]);
        for (const name of [".site", "a/b", "x".repeat(65), "-x"]) {
            expect(withCertificates([{ ...site, name }])).toEqual([
                `haproxy.certificates[0].name: "${name}" is not the name of a file`,
            ]);
        }
        expect(withCertificates([{ ...site, name: "x".repeat(64) }])).toEqual([]);
        expect(withCertificates([null])).toEqual(["haproxy.certificates[0]: must be an object"]);
        expect(withCertificates([{ name: "site" }])).toEqual([
            "haproxy.certificates[0].certificate: is required",
            "haproxy.certificates[0].privateKey: is required",
        ]);
    });
});

describe("ports", () => {
    test("conflict on one address, not on two", () => {
        const servers = [{ name: "a", address: "10.0.0.1" }];
        const two = (first: object, second: object) =>
            problemsOf({
                ...alone({}),
                virtualIps: [{ address: "192.168.0.98" }, { address: "192.168.0.99" }],
                haproxy: {
                    listen: [
                        { name: "a", bind: [{ port: 80, ...first }], servers },
                        { name: "b", bind: [{ port: 80, ...second }], servers },
                    ],
                },
            });
        expect(two({ address: "192.168.0.98" }, { address: "192.168.0.99" })).toEqual([]);
        expect(two({}, { address: "192.168.0.99" })).toHaveLength(1);
        expect(two({ address: "192.168.0.99" }, {})).toHaveLength(1);
        expect(two({}, { port: 81 })).toEqual([]);
        expect(two({}, { address: pulumi.output("192.168.0.99") })).toEqual([]);
        expect(two({}, { port: pulumi.output(80) })).toEqual([]);
        expect(two({ address: "10.0.0.9" }, { port: 81 })).toEqual([
            'haproxy.listen[0].bind[0].address: "10.0.0.9" is not one of the virtual IPs',
        ]);
    });

    test("conflict with the default ports of metrics, statistics and peers", () => {
        const withBind = (port: number, more: object) =>
            problemsOf({
                ...alone({}),
                haproxy: { listen: [{ ...alone({}).haproxy.listen[0], bind: [{ port }] }], ...more },
            });
        expect(withBind(8405, { prometheus: {} })).toEqual([
            "haproxy.prometheus.port: port 8405 of every virtual IP is already used by haproxy.listen[0].bind[0]",
        ]);
        expect(withBind(8405, {})).toEqual([]);
        const peers = (more: object) =>
            problemsOf({ ...alone({}), haproxy: { ...alone({}).haproxy, prometheus: { port: 10000 }, ...more } });
        expect(peers({})).toEqual([]);
        expect(peers({ peers: {} })).toEqual([
            "haproxy.peers.port: port 10000 of the hosts is already used by haproxy.prometheus.port",
        ]);
        expect(peers({ peers: { port: 10001 } })).toEqual([]);
    });
});

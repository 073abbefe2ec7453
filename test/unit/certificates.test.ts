/** Certificates and keys: what is refused of them, and where they end up. */
import { afterEach, describe, expect, test, vi } from "vitest";
import type { HaproxyArgs } from "../../components";
import { InvalidArgs } from "../../components";
import { validate } from "../../components/validate";
import { makeAuthority, makeCertificate } from "../certificates";
import { classicArgs } from "../examples";

const authority = makeAuthority("Test CA");
const site = makeCertificate(["www.example.com", "example.com"], authority);
const other = makeCertificate(["other.example.com"]);

function problemsOf(haproxy: Partial<HaproxyArgs>): string[] {
    const args = { ...classicArgs(), haproxy: { ...classicArgs().haproxy, ...haproxy } };
    return validate(args).map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);
}

const withCertificate = (more: object) => problemsOf({ certificates: [{ name: "site", ...site, ...more }] });
const withBind = (ssl: object) =>
    problemsOf({
        certificates: [{ name: "site", ...site }],
        listen: [{ name: "web", bind: [{ port: 443, ssl } as never], servers: [{ name: "a", address: "10.0.0.1" }] }],
    });
const withServer = (server: object) =>
    problemsOf({ listen: [{ name: "web", servers: [{ name: "a", address: "10.0.0.1", ...server }] }] });

afterEach(() => {
    vi.useRealTimers();
});

test("accepts a chain with its key", () => {
    expect(withCertificate({})).toEqual([]);
    expect(withBind({ certificates: ["site"], clientCa: authority.certificate, verify: "optional" })).toEqual([]);
});

describe("reports each mistake with its path, without the text's content", () => {
    const path = "haproxy.certificates[0]";

    test.each<[string, () => string[], string[]]>([
        [
            "no PEM",
            () => withCertificate({ certificate: "MIIB" }),
            [`${path}.certificate: is not a certificate in PEM ("-----BEGIN CERTIFICATE-----", …)`],
        ],
        [
            "no key",
            () => withCertificate({ privateKey: "s3cret" }),
            [`${path}.privateKey: is not a private key in PEM without a passphrase ("-----BEGIN PRIVATE KEY-----", …)`],
        ],
        [
            "another one's key",
            () => withCertificate({ privateKey: other.privateKey }),
            [`${path}.privateKey: is not the key of the certificate (the first one in its text)`],
        ],
        [
            "the key in the certificate's text",
            () => withCertificate({ certificate: site.certificate + site.privateKey }),
            [`${path}.certificate: has a private key in it, which belongs in privateKey`],
        ],
        [
            "a chain out of order",
            () =>
                withCertificate({
                    certificate: other.certificate + authority.certificate,
                    privateKey: other.privateKey,
                }),
            [`${path}.certificate: wrong order: certificate 2 has not signed certificate 1`],
        ],
        [
            "no names",
            () => withCertificate(makeAuthority("nobody")),
            [`${path}.certificate: no subjectAltName; clients reject it`],
        ],
        [
            "a weak key",
            () => withCertificate(makeCertificate(["a.example.com"], undefined, "weak")),
            [`${path}.privateKey: has 1024 bits; HAProxy on Debian takes RSA keys from 2048 bits on`],
        ],
        ["a bad name", () => withCertificate({ name: "../x" }), [`${path}.name: "../x" is not the name of a file`]],
        [
            "a certificate that is not there",
            () => withBind({ certificates: ["sight"] }),
            ['haproxy.listen[0].bind[0].ssl.certificates[0]: "sight" is not one of haproxy.certificates (site)'],
        ],
        ["none at all", () => withBind({}), ["haproxy.listen[0].bind[0].ssl.certificates: at least one is required"]],
        [
            "old protocols",
            () => withBind({ certificates: ["site"], minVersion: "TLSv1.0" }),
            ['haproxy.listen[0].bind[0].ssl.minVersion: "TLSv1.0" is not TLSv1.2 or TLSv1.3'],
        ],
        [
            "a server that cannot be verified",
            () => withServer({ ssl: {} }),
            [
                "haproxy.listen[0].servers[0].ssl.hostname: is required because the address is not a name, and a certificate is verified by its name",
            ],
        ],
    ])("%s", (_, problems, expected) => {
        expect(problems()).toEqual(expected);
    });

    test("rejects an expired certificate, and one that is not valid yet", () => {
        const days = 24 * 3600 * 1000;
        vi.useFakeTimers({ now: Date.now() + 31 * days, toFake: ["Date"] });
        expect(withCertificate({})).toEqual([
            expect.stringMatching(/^haproxy.certificates\[0\].certificate: has expired \(/),
        ]);
        vi.useFakeTimers({ now: Date.now() - 40 * days, toFake: ["Date"] });
        expect(withCertificate({})).toEqual([expect.stringMatching(/certificate: is not valid yet \(from /)]);
    });

    test("requires a server's name unless it is not verified", () => {
        expect([
            ...withServer({ ssl: {}, address: "web.example.com" }),
            ...withServer({ ssl: { verify: "none" } }),
        ]).toEqual([]);
    });

    test("does not print a key in an error", () => {
        const args = {
            ...classicArgs(),
            haproxy: {
                ...classicArgs().haproxy,
                certificates: [{ name: "x", certificate: "C3RT", privateKey: "K3Y" }],
            },
        };
        expect(new InvalidArgs("lb", validate(args)).message).not.toMatch(/C3RT|K3Y/);
    });
});

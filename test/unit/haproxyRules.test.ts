/** What fields of HAProxy mean together: what has no effect, what needs another field, and where names lead. */
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { fieldsOf } from "../../components/validate/fields";
import { alone, authority, complete, ofListen, problemsOf } from "../completeInputs";

describe("a section in mode tcp", () => {
    test.each<[string, unknown]>([
        ["httpRequest", [{ action: "deny" }]],
        ["httpResponse", [{ action: "deny" }]],
        ["forwardfor", true],
        ["restrictReqHdrNames", "delete"],
        ["httpsRedirect", true],
        ["hsts", 0],
        ["cookie", { name: "S" }],
        ["balance", "uri"],
        ["balance", "url_param x"],
        ["balance", "hdr(host)"],
    ])("rejects %s %j", (name, value) => {
        const path = `haproxy.listen[0].${name}`;
        expect(ofListen({ mode: "tcp", [name]: value })).toEqual([
            `${path}: HTTP only, and this section is in mode tcp. Remove it, or set mode to http`,
        ]);
        expect(ofListen({ mode: "http", [name]: value })).toEqual([]);
    });

    test("accepts HTTP fields that are empty or off", () => {
        const off = { httpRequest: [], httpResponse: [], forwardfor: false, httpsRedirect: false, balance: "source" };
        expect(ofListen({ mode: "tcp", ...off })).toEqual([]);
    });
});

describe("the whole file as text", () => {
    const file = { config: "defaults\n" };
    const apart = ["config", "certificates", "stats", "peers", "version"];
    const beside = fieldsOf("Haproxy").filter((name) => !apart.includes(name)) as (keyof ReturnType<
        typeof complete
    >["haproxy"])[];

    test.each(beside)("excludes %s", (name) => {
        const { [name]: value } = complete().haproxy;
        const { certificates } = complete().haproxy;
        const args = { ...alone({}), haproxy: { ...file, certificates, [name]: value } };
        expect(problemsOf(args)).toContain(
            `haproxy.${name}: conflicts with haproxy.config, which is the whole file. Remove one of them`,
        );
    });

    test("is valid alone, and must be a string", () => {
        expect(problemsOf({ ...alone({}), haproxy: file })).toEqual([]);
        for (const config of ["", " \n", "a\0b", 5, null]) {
            expect(problemsOf({ ...alone({}), haproxy: { config } })).toContain(
                "haproxy.config: must be a text that is not empty",
            );
        }
        expect(problemsOf({ ...alone({}), haproxy: { sections: "" } })).toEqual([
            "haproxy.sections: must be a text that is not empty",
        ]);
    });

    test("is not needed with sections as text, or a section that listens", () => {
        const needs = ["haproxy: at least one listen or frontend is required (or sections or config, as text)"];
        expect(problemsOf({ ...alone({}), haproxy: { listen: [], frontend: [] } })).toEqual(needs);
        expect(problemsOf({ ...alone({}), haproxy: { backend: complete().haproxy.backend } })).toEqual(
            expect.arrayContaining(needs),
        );
        expect(problemsOf({ ...alone({}), haproxy: { sections: "listen x\n" } })).toEqual([]);
        expect(
            problemsOf({ ...alone({}), haproxy: { frontend: [{ name: "x", lines: ["http-request deny"] }] } }),
        ).toEqual([]);
        expect(problemsOf({ ...alone({}), haproxy: undefined })).toEqual(["haproxy: is required"]);
        expect(problemsOf({ ...alone({}), haproxy: { listen: pulumi.output([]) } })).toEqual([]);
    });
});

describe("back ends of a front end", () => {
    const ofFrontend = (more: object) =>
        problemsOf({ ...alone({}), haproxy: { frontend: [{ name: "www", ...more }] } });
    const nowhere = [
        "haproxy.frontend[0]: no back end and no rule that answers. Set defaultBackend, useBackend or httpRequest",
    ];

    test.each<[object, object]>([
        [{ httpRequest: [{ action: "deny" }] }, { httpRequest: [] }],
        [{ lines: ["http-request deny"] }, { lines: [] }],
        [{ httpsRedirect: true }, { httpsRedirect: false }],
        [{ useBackend: pulumi.output([]) }, { useBackend: [] }],
        [{ defaultBackend: pulumi.output("x") }, {}],
    ])("accepts %j, and rejects %j", (somewhere, none) => {
        expect(ofFrontend(somewhere)).toEqual([]);
        expect(ofFrontend(none)).toEqual(nowhere);
    });
});

describe("names of other sections", () => {
    const pages = { name: "pages", servers: [{ name: "a", address: "10.0.0.1" }] };
    const ofPair = (haproxy: object) => problemsOf({ ...alone({}), haproxy });
    const dangling = (more: object, front = { defaultBackend: "x" }) =>
        ofPair({ frontend: [{ name: "www", ...front }], backend: [pages], ...more });

    test("accepts the name of an unknown section, and of one in text", () => {
        expect(dangling({})).toEqual([
            'haproxy.frontend[0].defaultBackend: "x" is neither a backend nor a listen; declared: pages',
        ]);
        expect(dangling({ sections: "backend x\n" })).toEqual([]);
        expect(dangling({ listen: pulumi.output([]) })).toEqual([]);
        expect(dangling({ backend: pulumi.output([]) })).toEqual([]);
        expect(dangling({ backend: [pages, { ...pages, name: pulumi.output("x") }] })).toEqual([]);
        expect(dangling({ backend: undefined, listen: undefined })).toEqual([
            'haproxy.frontend[0].defaultBackend: "x" is neither a backend nor a listen; declared: none',
        ]);
    });

    test("accepts a listen as target, and rejects a frontend", () => {
        expect(dangling({}, { defaultBackend: "www" })).toEqual([
            'haproxy.frontend[0].defaultBackend: "www" is neither a backend nor a listen; declared: pages',
        ]);
        expect(dangling({ listen: [{ ...pages, name: "x", bind: [{ port: 81 }] }] })).toEqual([]);
    });

    test("accepts a backend in mode tcp for a frontend in mode tcp or of unknown mode", () => {
        const modes = (own: unknown, target: unknown) =>
            ofPair({
                frontend: [{ name: "www", mode: own, defaultBackend: "x" }],
                backend: [{ ...pages, name: "x", mode: target }],
            });
        const wrong = ['haproxy.frontend[0].defaultBackend: "x" is in mode tcp, and this section in mode http'];
        expect(modes("http", "tcp")).toEqual(wrong);
        expect(modes(undefined, "tcp")).toEqual(wrong);
        for (const [own, target] of [
            ["tcp", "tcp"],
            ["http", "http"],
            ["tcp", undefined],
            [pulumi.output("http"), "tcp"],
            ["http", pulumi.output("tcp")],
        ]) {
            expect(modes(own, target)).toEqual([]);
        }
    });

    test("requires that stick names a section with a stick-table", () => {
        const stick = (more: object, table?: unknown) =>
            ofPair({
                listen: [{ ...pages, name: "web", stick: [{ pattern: "src", table }] }],
                backend: [{ ...pages, ...more }],
            });
        const path = "haproxy.listen[0].stick[0]";
        expect(stick({})).toEqual([`${path}: "web" has no stickTable`]);
        expect(stick({}, "pages")).toEqual([`${path}.table: "pages" has no stickTable`]);
        expect(stick({}, "x")).toEqual([`${path}.table: "x" is not a section with a stickTable`]);
        expect(stick({ stickTable: { type: "ip" } }, "pages")).toEqual([]);
        expect(stick({ lines: ["stick-table type ip size 1m"] }, "pages")).toEqual([]);
        expect(stick({ name: pulumi.output("x") }, "x")).toEqual([]);
        expect(stick({}, pulumi.output("x"))).toEqual([]);
        const listen = [{ ...pages, name: "web", stick: [{ pattern: "src", table: "x" }] }];
        expect(ofPair({ listen, sections: "backend x\n" })).toEqual([]);
        expect(ofPair({ listen, backend: pulumi.output([]) })).toEqual([]);
        expect(ofPair({ listen, frontend: pulumi.output([]) })).toEqual([]);
    });
});

describe("a bind", () => {
    const ofBind = (more: object) => ofListen({ bind: [{ port: 81, ...more }] });
    const path = "haproxy.listen[0].bind[0].ssl";

    test("is required", () => {
        expect(ofListen({ bind: [] })).toEqual(["haproxy.listen[0].bind: at least one is required"]);
    });

    test("requires 1 to 25 certificates with TLS", () => {
        expect(ofBind({ ssl: {} })).toEqual([`${path}.certificates: at least one is required`]);
        expect(ofBind({ ssl: { certificates: [] } })).toEqual([`${path}.certificates: at least one is required`]);
        expect(ofBind({ ssl: { certificates: pulumi.output([]) } })).toEqual([]);
        const many = (count: number) => Array.from({ length: count }, (_, i) => pulumi.output(`c${i}`));
        expect(ofBind({ ssl: { certificates: many(25) } })).toEqual([]);
        expect(ofBind({ ssl: { certificates: many(26) } })).toEqual([
            `${path}.certificates: at most 25 certificates fit in the line. Use a crt-list in bind.words for more`,
        ]);
        expect(ofBind({ ssl: { certificates: ["x"] } })).toEqual([
            `${path}.certificates[0]: "x" is not one of haproxy.certificates (none)`,
        ]);
    });

    test("rejects more words than fit in its line", () => {
        const words = (count: number) => Array(count).fill("x");
        const most = (count: number) => [
            `haproxy.listen[0].bind[0].words: ${count + 1} words, at most ${count} fit: HAProxy reads 64 words a line`,
        ];
        expect(ofBind({ words: words(51) })).toEqual([]);
        expect(ofBind({ words: words(52) })).toEqual(most(51));
        const certificates = [pulumi.output("a"), pulumi.output("b")];
        expect(ofBind({ ssl: { certificates }, words: words(47) })).toEqual([]);
        expect(ofBind({ ssl: { certificates }, words: words(48) })).toEqual(most(47));
    });

    test("requires clientCa to verify clients", () => {
        const certificates = pulumi.output(["a"]);
        expect(ofBind({ ssl: { certificates, verify: "required" } })).toEqual([
            `${path}.verify: has no effect without clientCa`,
        ]);
        expect(ofBind({ ssl: { certificates, verify: "required", clientCa: authority.certificate } })).toEqual([]);
        expect(ofBind({ ssl: { certificates, clientCa: "x" } })).toEqual([
            expect.stringMatching(`${path.replace(/[[\]]/g, ".")}.clientCa: is not a certificate`),
        ]);
    });
});

describe("timeouts of a section", () => {
    const server = { name: "a", address: "10.0.0.1" };
    const problems = (keyword: string, timeout: object) =>
        problemsOf({
            ...alone({}),
            haproxy: {
                listen: [{ name: "web", servers: [server] }],
                [keyword]: [
                    {
                        name: "x",
                        ...(keyword === "frontend"
                            ? { defaultBackend: "web", bind: [{ port: 81 }] }
                            : { servers: [server] }),
                        timeout,
                    },
                ],
            },
        });

    test.each(["connect", "server", "queue", "check", "tunnel"])("rejects %s in a frontend", (name) => {
        expect(problems("frontend", { [name]: "5s" })).toEqual([
            `haproxy.frontend[0].timeout.${name}: has no effect in a frontend. Set it in a listen or backend`,
        ]);
        expect(problems("backend", { [name]: "5s" })).toEqual([]);
    });

    test("rejects a client timeout in a backend", () => {
        expect(problems("backend", { client: "5s" })).toEqual([
            "haproxy.backend[0].timeout.client: has no effect in a backend. Set it in a listen or frontend",
        ]);
        expect(problems("frontend", { client: "5s", httpRequest: "1s", httpKeepAlive: "1s" })).toEqual([]);
    });
});

describe("a server", () => {
    const ofServer = (more: object) => ofListen({ servers: [{ name: "a", address: "10.0.0.1", ...more }] });
    const path = "haproxy.listen[0].servers[0]";

    test.each(["inter", "fall", "rise", "slowstart"])("rejects %s without a check", (name) => {
        const value = name === "inter" || name === "slowstart" ? "2s" : 2;
        expect(ofServer({ check: false, [name]: value })).toEqual([
            `${path}.${name}: has no effect while check is false. Remove it, or set check to true`,
        ]);
        expect(ofServer({ check: true, [name]: value })).toEqual([]);
        expect(ofServer({ [name]: value })).toEqual([]);
        expect(ofServer({ check: pulumi.output(false), [name]: value })).toEqual([]);
    });

    test("requires the certificate's name for a server by address", () => {
        const wrong = [
            `${path}.ssl.hostname: is required because the address is not a name, and a certificate is verified by its name`,
        ];
        expect(ofServer({ ssl: {} })).toEqual(wrong);
        expect(ofServer({ ssl: { verify: "required" } })).toEqual(wrong);
        expect(ofServer({ ssl: { verify: "none" } })).toEqual([]);
        expect(ofServer({ ssl: { hostname: "a" } })).toEqual([]);
        expect(ofServer({ ssl: { verify: pulumi.output("required") } })).toEqual([]);
        expect(ofServer({ address: "a.example.com", ssl: {} })).toEqual([]);
        expect(ofServer({ address: pulumi.output("10.0.0.1"), ssl: {} })).toEqual([]);
        expect(ofServer({ ssl: { verify: "none", ca: "x" } })).toEqual([
            expect.stringMatching(/\.ssl\.ca: is not a certificate/),
        ]);
    });

    test("requires an address or a name", () => {
        for (const address of ["10.0.0.1", "fd00::1", "web1", "web1.example.com", "1a.example.com"]) {
            expect(ofServer({ address })).toEqual([]);
        }
        for (const address of ["10.0.0", "10.0.0.1.2", "fe80::1%eth0", "a b", "-x", "a..b"]) {
            expect(ofServer({ address })).toEqual([
                `${path}.address: "${address}" is neither an IP address nor a host name`,
            ]);
        }
    });

    test("is required", () => {
        const missing = ["haproxy.listen[0].servers: at least one server is required"];
        expect(ofListen({ servers: undefined })).toEqual(missing);
        expect(ofListen({ servers: [] })).toEqual(missing);
        expect(ofListen({ servers: pulumi.output([]) })).toEqual([]);
    });
});

describe("cookies, checks and tables", () => {
    test("rejects indirect for a rewritten cookie", () => {
        const ofCookie = (more: object) => ofListen({ cookie: { name: "S", ...more } });
        expect(ofCookie({ mode: "rewrite", indirect: true })).toEqual([
            "haproxy.listen[0].cookie.indirect: cannot be true with mode rewrite: the server must see the cookie",
        ]);
        expect(ofCookie({ mode: "rewrite", indirect: false })).toEqual([]);
        expect(ofCookie({ mode: "insert", indirect: true })).toEqual([]);
        expect(ofCookie({ indirect: true })).toEqual([]);
    });

    test("rejects a range of statuses in the wrong order", () => {
        const ofCheck = (expectStatus: string) => ofListen({ httpchk: { expectStatus } });
        expect(ofCheck("200-200,300-301")).toEqual([]);
        expect(ofCheck("200,301-300")).toEqual([
            'haproxy.listen[0].httpchk.expectStatus: "301-300" ends before it begins',
        ]);
    });

    test.each([["ip"], ["ipv6"], ["integer"]])("rejects a length for a stick-table of type %s", (type) => {
        expect(ofListen({ stickTable: { type, len: 3 } })).toEqual([
            "haproxy.listen[0].stickTable.len: has no effect with this type; only string and binary keys have a length",
        ]);
        expect(ofListen({ stickTable: { type } })).toEqual([]);
        expect(ofListen({ stickTable: { type: pulumi.output(type), len: 3 } })).toEqual([]);
    });
});

describe("names in conditions", () => {
    const condition = (text: unknown, more: object = {}) =>
        ofListen({
            acl: [{ name: "own", criterion: "src" }],
            httpRequest: [{ action: "deny", condition: text }],
            ...more,
        });
    const wrong = (name: string, there = "own") => [
        `haproxy.listen[0].httpRequest[0].condition: "${name}" is not an acl of this section; declared: ${there}`,
    ];

    test.each([
        "if own",
        "if !own",
        "unless own or TRUE",
        "if own || LOCALHOST",
        "if METH_POST own",
        "if { src 10.0.0.1 }",
        "if !{ path -m beg /a } own",
        "if HTTP_1.1",
        "if HTTP_URL_STAR",
        "if WAIT_END",
        "if own { src x } { src y }",
    ])("%s", (text) => {
        expect(condition(text)).toEqual([]);
    });

    test.each([
        ["if owns", "owns"],
        ["if !!other", "other"],
        ["unless own x", "x"],
        ["if METH_ own", "METH_"],
        ["if xTRUE", "xTRUE"],
        ["if TRUEx", "TRUEx"],
        ["if { src a } y", "y"],
    ])("%s: %s", (text, name) => {
        expect(condition(text)).toEqual(wrong(name));
    });

    test("accepts names from text and from unknown outputs", () => {
        expect(condition("if x", { lines: ["  acl x src 10.0.0.1"] })).toEqual([]);
        expect(condition("if x", { lines: ["# acl x"] })).toEqual(wrong("x"));
        expect(condition("if x", { lines: pulumi.output([]) })).toEqual([]);
        expect(condition("if x", { acl: pulumi.output([]) })).toEqual([]);
        expect(condition("if x", { acl: [{ name: pulumi.output("x"), criterion: "src" }] })).toEqual([]);
        expect(condition("if x", { acl: undefined })).toEqual(wrong("x", "none"));
        expect(condition(pulumi.output("if x"))).toEqual([]);
        const args = alone({ httpRequest: [{ action: "deny", condition: "if x" }] });
        expect(problemsOf({ ...args, haproxy: { ...args.haproxy, defaultsLines: ["acl x src 10.0.0.1"] } })).toEqual(
            [],
        );
        expect(problemsOf({ ...args, haproxy: { ...args.haproxy, defaultsLines: pulumi.output([]) } })).toEqual([]);
    });

    test.each(["httpRequest", "httpResponse", "useBackend", "stick"])("are checked in %s", (name) => {
        const each = { action: "deny", backend: "x", pattern: "src", condition: "if nobody" };
        const own = { httpRequest: ["action"], httpResponse: ["action"], useBackend: ["backend"], stick: ["pattern"] }[
            name
        ] as string[];
        const rule = Object.fromEntries(
            Object.entries(each).filter(([key]) => key === "condition" || own.includes(key)),
        );
        expect(ofListen({ [name]: [rule] })).toContain(
            `haproxy.listen[0].${name}[0].condition: "nobody" is not an acl of this section; declared: none`,
        );
    });
});

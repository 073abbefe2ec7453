/** Configurations of HAProxy that this project should accept, generated; for whoever has a real HAProxy to ask. */
import fc from "fast-check";
import type {
    AclArgs,
    BackendArgs,
    BindArgs,
    BindSslArgs,
    FrontendArgs,
    HaproxyArgs,
    RuleArgs,
    ServerArgs,
    StickTableArgs,
} from "../components";
import {
    type Option,
    type SectionKeyword,
    sectionOptions,
    sectionTimeoutOptions,
    serverOptions,
    timeoutOptions,
    type Value,
} from "../components/options";
import { makeAuthority, makeCertificate } from "./certificates";

/** An optional field is left out as often as not. */
const sometimes = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
/** One that means nothing in mode tcp. */
const inHttp = <T>({ mode }: Pick<Place, "mode">, arbitrary: fc.Arbitrary<T>) =>
    mode === "http" ? sometimes(arbitrary) : fc.constant(undefined);
const oneOf = <T>(...values: T[]) => fc.constantFrom(...values);
const duration = () =>
    fc.tuple(fc.integer({ min: 1, max: 5000 }), oneOf("", "ms", "s")).map(([n, unit]) => `${n}${unit}`);
/** "or" is none, in whatever letters. */
const name = () => fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.:-]{0,12}$/).filter((text) => !/^or$/i.test(text));
const path = () => fc.stringMatching(/^\/[A-Za-z0-9/._~-]{0,20}$/);
/** Whatever somebody may want in a header: quotes, spaces, comments, backslashes. `%` begins a format. */
const anyWord = () => fc.stringMatching(/^[ -~]{1,30}$/).map((text) => text.replace(/%/g, "%%"));

const address = () => fc.oneof(fc.ipV4(), oneOf("2001:db8::1", "2001:db8:0:1::2", "fd00::3"), oneOf("localhost"));

/** Who signs the certificates of clients and servers. */
export const authority = makeAuthority("The Authority");
/** What binds may name. */
export const certificates = ["site", "other"].map((each) => ({
    name: each,
    ...makeCertificate([`${each}.example.com`], authority),
}));

const anyValue = ({ kind }: Option): fc.Arbitrary<Value> => {
    switch (kind.is) {
        case "integer":
            return fc.integer({ min: kind.min, max: Math.min(kind.max, 20_000) });
        case "flag":
            return fc.boolean();
        case "time":
            return duration();
        case "choice":
            return oneOf(...kind.words);
    }
};

/** The options of a table that have an effect there, each as often absent as not. */
const simple = (table: Option[], keyword?: SectionKeyword, mode = "http"): fc.Arbitrary<Record<string, Value>> =>
    fc
        .record(
            Object.fromEntries(
                table
                    .filter((each) => keyword === undefined || (each.sections?.includes(keyword) ?? true))
                    .filter((each) => each.mode === undefined || each.mode === mode)
                    .map((each) => [each.field, sometimes(anyValue(each))]),
            ),
        )
        .map((options) => {
            const isIdle = ({ needs }: Option) => needs !== undefined && options[needs] === false;
            const idle = table.filter(isIdle).map(({ field }) => field as string);
            return Object.fromEntries(
                Object.entries(options).filter(
                    (each): each is [string, Value] => each[1] !== undefined && !idle.includes(each[0]),
                ),
            );
        });

const server = (index: number, isHttp: boolean): fc.Arbitrary<ServerArgs> =>
    fc
        .record({
            address: address(),
            port: sometimes(fc.integer({ min: 1, max: 65535 })),
            options: simple(serverOptions),
            ssl: sometimes(
                oneOf(
                    { verify: "none" },
                    { ca: authority.certificate, hostname: "web.example.com" },
                    { hostname: "web.example.com" },
                ),
            ),
            words: sometimes(
                oneOf(
                    ["on-marked-down", "shutdown-sessions"],
                    ["init-addr", "last,libc,none"],
                    isHttp ? ["proto", "h1"] : [],
                ),
            ),
        })
        .map(({ options, ...args }) => ({ ...args, ...options, name: `s${index}` }));

const servers = (isHttp: boolean) =>
    fc
        .integer({ min: 1, max: 4 })
        .chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => server(i, isHttp))));

const acl = (): fc.Arbitrary<AclArgs> =>
    fc.oneof(
        fc.record({
            name: name(),
            criterion: oneOf("path_beg", "path", "hdr(host)", "req.hdr(x-user),lower", "url_param(id)", "method"),
            flags: sometimes(oneOf(["-i"], ["-i", "-m", "beg"], ["-m", "str"])),
            values: fc.array(anyWord(), { minLength: 1, maxLength: 3 }),
        }),
        fc.record({
            name: name(),
            criterion: oneOf("src"),
            values: fc.array(fc.ipV4(), { minLength: 1, maxLength: 3 }),
        }),
        fc.record({ name: name(), criterion: oneOf("ssl_fc"), values: oneOf(undefined) }),
    );

const setHeader = (conditions: string[]): fc.Arbitrary<RuleArgs> =>
    fc.record({
        action: fc.constant("set-header"),
        words: fc.tuple(fc.stringMatching(/^X-[A-Za-z-]{1,10}$/), anyWord()).map((words) => [...words]),
        condition: sometimes(oneOf(...conditions)),
    });

const requestConditions = ["if TRUE", "unless { src 10.0.0.0/8 }", "if !{ path_beg /api } METH_GET"];
const responseConditions = ["if { status 200 }", "unless TRUE"];

/** Lines in every place that HAProxy wants them at. */
const lines = (isHttp: boolean) =>
    fc
        .subarray([
            "tcp-request connection accept if in_text",
            "timeout client-fin 5s",
            ...(isHttp ? ["http-request set-header X-Text yes if in_text", "redirect prefix / if in_text"] : []),
        ])
        .chain((some) => fc.shuffledSubarray(some, { minLength: some.length }))
        .map((some) => [...some, "acl in_text src 10.0.0.0/8"]);

const stickTable = (): fc.Arbitrary<StickTableArgs> =>
    fc.oneof(
        fc.record({
            type: oneOf("ip", "ipv6", "integer"),
            size: sometimes(oneOf("1k", "100k", "5000")),
            expire: sometimes(duration()),
            nopurge: sometimes(fc.boolean()),
            store: sometimes(fc.subarray(["conn_cur", "gpc0", "http_req_rate(10s)", "bytes_out_rate(1m)"])),
        }),
        fc.record({ type: oneOf("string", "binary"), len: sometimes(fc.integer({ min: 1, max: 1024 })) }),
    );

interface Place {
    index: number;
    mode: string;
    keyword: SectionKeyword;
}

const common = ({ mode, keyword }: Place) =>
    fc
        .array(
            mode === "http"
                ? acl()
                : fc.record({ name: name(), criterion: oneOf("src"), values: fc.array(fc.ipV4(), { minLength: 1 }) }),
            { maxLength: 3 },
        )
        .chain((acls) => {
            const names = [...new Set(acls.map((each) => String(each.name)))];
            const request = setHeader([...requestConditions, ...names.map((each) => `if ${each}`)]);
            return fc.record({
                mode: oneOf(mode),
                acl: fc.constant(acls),
                httpRequest: inHttp({ mode }, fc.array(request, { maxLength: 3 })),
                httpResponse: inHttp({ mode }, fc.array(setHeader(responseConditions), { maxLength: 2 })),
                timeout: sometimes(simple(sectionTimeoutOptions, keyword)),
                options: simple(sectionOptions, keyword, mode),
            });
        })
        .map(({ options, ...rest }) => ({ ...rest, ...options }));

const bindSsl = (): fc.Arbitrary<BindSslArgs> =>
    fc
        .record({
            certificates: fc.subarray(
                certificates.map((each) => each.name),
                { minLength: 1 },
            ),
            alpn: sometimes(oneOf("h2", "http/1.1")),
            minVersion: sometimes(oneOf("TLSv1.2", "TLSv1.3")),
            strictSni: sometimes(fc.boolean()),
            clientCa: sometimes(oneOf(authority.certificate)),
            verify: sometimes(oneOf("required", "optional")),
        })
        .map(({ verify, ...rest }) => (rest.clientCa === undefined ? rest : { ...rest, verify }));

/** Ports of a section's own, so that no two meet. */
const binds = ({ index }: Place): fc.Arbitrary<BindArgs[]> =>
    fc.integer({ min: 1, max: 3 }).chain((count) =>
        fc.tuple(
            ...Array.from({ length: count }, (_, i) =>
                fc.record({
                    port: fc.constant(10_000 + 10 * index + i),
                    address: sometimes(oneOf("192.168.0.99", "2001:db8::99")),
                    acceptProxy: sometimes(fc.boolean()),
                    ssl: sometimes(bindSsl()),
                    words: sometimes(oneOf(["tfo"], ["maxconn", "100"], ["defer-accept"])),
                }),
            ),
        ),
    );

const front = (place: Place, backEnds: string[]): fc.Arbitrary<Omit<FrontendArgs, "name">> =>
    fc
        .tuple(
            common(place),
            fc.record({
                bind: binds(place),
                httpsRedirect: inHttp(place, fc.boolean()),
                hsts: inHttp(place, fc.integer({ min: 0, max: 100_000 })),
                stickTable: sometimes(stickTable()),
                lines: sometimes(lines(place.mode === "http")),
                useBackend: sometimes(
                    fc.array(
                        fc.record({
                            backend: oneOf(...backEnds),
                            condition: oneOf("if { src 10.0.0.0/8 }", "unless TRUE"),
                        }),
                        { maxLength: 2 },
                    ),
                ),
            }),
        )
        .map(([one, other]) => ({ ...one, ...other }));

/** HAProxy 3.0 makes no number of an address. */
const holdsAddresses = (table: StickTableArgs | undefined) => /^(ip|ipv6|string|binary)$/.test(String(table?.type));

const stick = () =>
    fc.record({
        kind: sometimes(oneOf("on", "match", "store-request")),
        pattern: oneOf("src"),
        condition: sometimes(oneOf("if TRUE", "unless { src 10.0.0.0/8 }")),
    });

const behind = (place: Place): fc.Arbitrary<Omit<BackendArgs, "name">> => {
    const isHttp = place.mode === "http";
    const algorithms = ["roundrobin", "static-rr", "leastconn", "first", "source", "random", "random(3)"];
    return fc
        .tuple(
            common(place),
            fc.record({
                balance: sometimes(
                    oneOf(...algorithms, ...(isHttp ? ["uri", "hdr(x-user)", "url_param id", "hash path"] : [])),
                ),
                cookie: inHttp(
                    place,
                    fc.record({
                        name: fc.stringMatching(/^[A-Za-z0-9_.-]{1,12}$/),
                        mode: sometimes(oneOf("prefix", "insert", "rewrite")),
                        nocache: sometimes(fc.boolean()),
                        httponly: sometimes(fc.boolean()),
                        secure: sometimes(fc.boolean()),
                    }),
                ),
                httpchk: sometimes(
                    fc.record({
                        method: sometimes(oneOf("GET", "HEAD", "OPTIONS")),
                        uri: sometimes(path()),
                        host: sometimes(oneOf("www.example.com")),
                        expectStatus: sometimes(oneOf("200", "200-299,404")),
                    }),
                ),
                stickTable: sometimes(stickTable()),
                servers: servers(isHttp),
            }),
            sometimes(fc.array(stick(), { minLength: 1, maxLength: 2 })),
        )
        .map(([one, other, sticks]) => ({
            ...one,
            ...other,
            stick: holdsAddresses(other.stickTable) ? sticks : undefined,
        }));
};

/** Virtual IPs that the binds may name: `192.168.0.99` and `2001:db8::99`. */
export const haproxyArbitrary: fc.Arbitrary<HaproxyArgs> = oneOf("http", "tcp").chain((mode) => {
    const place = (index: number, keyword: SectionKeyword) => ({ index, mode, keyword });
    return fc
        .tuple(
            behind(place(0, "backend")),
            fc.tuple(front(place(1, "listen"), ["back"]), behind(place(1, "listen"))),
            front(place(2, "frontend"), ["back", "both"]),
            fc.record({
                stats: sometimes(
                    fc.record({
                        port: fc.constant(8404),
                        src: sometimes(fc.array(fc.ipV4(), { minLength: 1, maxLength: 3 })),
                        onVirtualIps: mode === "http" ? sometimes(fc.constant("clear")) : fc.constant(undefined),
                        uri: sometimes(path()),
                        user: sometimes(oneOf("root", "a.b@c")),
                    }),
                ),
                prometheus: sometimes(
                    fc.record({
                        port: sometimes(fc.constant(9101)),
                        uri: sometimes(oneOf("/metrics", "/m")),
                        src: sometimes(fc.array(fc.ipV4(), { minLength: 1, maxLength: 3 })),
                    }),
                ),
                timeout: sometimes(simple(timeoutOptions)),
                maxconn: sometimes(fc.integer({ min: 10, max: 50_000 })),
                logfacility: sometimes(oneOf("local3", "daemon")),
                globalLines: sometimes(oneOf(["tune.bufsize 32768"], [])),
                defaultsLines: sometimes(oneOf(["retries 2", "option tcp-smart-accept"])),
                sections: sometimes(
                    oneOf("resolvers dns\n    parse-resolv-conf", "cache small\n    total-max-size 4\n"),
                ),
            }),
        )
        .map(([back, [inFront, inBack], frontend, rest]) => ({
            ...rest,
            certificates,
            listen: [{ ...inFront, ...inBack, name: "both" }],
            frontend: [{ ...frontend, name: "front", defaultBackend: "back" }],
            backend: [{ ...back, name: "back" }],
        }));
});

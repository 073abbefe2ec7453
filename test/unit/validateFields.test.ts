/** Each field of the inputs by itself: what is reported of a value of another kind, and beyond its limits. */
import { describe, expect, test } from "vitest";
import schema from "../../components/schema.json";
import { validate } from "../../components/validate";
import { componentFields } from "../../components/validate/fields";
import { complete, completeWith, problemsOf, problemsWith } from "../completeInputs";

/** Every place where something stands, by its path. */
function placesIn(value: unknown, path = ""): { path: string; value: unknown }[] {
    if (typeof value !== "object" || value === null) {
        return [];
    }
    return Object.entries(value).flatMap(([key, inner]) => {
        const at = Array.isArray(value) ? `${path}[${key}]` : path ? `${path}.${key}` : key;
        return [{ path: at, value: inner }, ...placesIn(inner, at)];
    });
}

const places = placesIn(complete());

/** Pulumi or the provider checks these. */
const unchecked =
    /\.(privateKey|privateKeyPassword|password|agentSocketPath|sshHost|identity|insecureSkipHostKeyCheck|proxy\.host)$/;
/** The checks look into certificates only where they are texts. */
const isText = /\.(certificate|ca|clientCa)$/;

test("the complete inputs have every field and are valid", () => {
    expect(problemsOf(complete())).toEqual([]);
    const named = new Set(places.map(({ path }) => path.replace(/^.*[.\]]/, "")));
    const ofTypes = Object.values<{ properties: object }>(schema.types).flatMap(({ properties }) =>
        Object.keys(properties),
    );
    const all = new Set([...componentFields, ...ofTypes]);
    for (const apart of ["config", "privateKeyPassword"]) {
        all.delete(apart);
    }
    expect([...all].filter((name) => !named.has(name))).toEqual([]);
});

test("a value of another kind is reported at its own path", () => {
    const silent: string[] = [];
    for (const { path, value } of places.filter((each) => !unchecked.test(each.path) && !isText.test(each.path))) {
        const other = typeof value === "object" && !Array.isArray(value) ? 5 : {};
        const found = validate(completeWith(path, other) as never).map(({ propertyPath }) => propertyPath);
        if (!found.includes(path)) {
            silent.push(`${path} = ${JSON.stringify(other)}: ${found.join(", ")}`);
        }
    }
    expect(silent).toEqual([]);
    expect(places.length).toBeGreaterThan(200);
});

test("an unknown field is reported at its path, with the valid fields", () => {
    const objects = places.filter(({ value }) => typeof value === "object" && !Array.isArray(value));
    for (const { path, value } of objects) {
        const found = problemsWith(path, { ...(value as object), nonsense: 1 });
        expect(found).toEqual([expect.stringMatching(/nonsense: unknown field; valid fields: \w+(, \w+)*$/)]);
        expect(found[0].startsWith(`${path}.nonsense: `), found[0]).toBe(true);
    }
    expect(objects.length).toBeGreaterThan(30);
});

test("a list with an undefined element is reported", () => {
    for (const { path } of places.filter(({ value }) => Array.isArray(value))) {
        const found = problemsWith(path, [undefined]);
        expect(found.join("\n")).toContain(`${path}[0]: undefined in a list. Remove it`);
    }
});

describe("a number's range", () => {
    const seconds = 600;
    test.each<[string, number, number]>([
        ["hosts[0].connection.port", 1, 65535],
        ["hosts[0].connection.proxy.port", 1, 65535],
        ["connection.port", 1, 65535],
        ["virtualIps[0].prefixLength", 1, 32],
        ["virtualIps[0].onAcquire.timeout", 1, seconds],
        ["virtualIps[0].onRelease.timeout", 1, seconds],
        ["heartbeat.udpport", 1, 65535],
        ["heartbeat.keyVersion", 1, 1_000_000],
        ["heartbeat.mcast[0].port", 1, 65535],
        ["heartbeat.mcast[0].ttl", 0, 4],
        ["haproxy.listen[0].maxconn", 1, 10_000_000],
        ["haproxy.listen[0].hsts", 0, 1_000_000_000],
        ["haproxy.listen[0].bind[0].port", 1, 65535],
        ["haproxy.listen[0].stickTable.len", 1, 1024],
        ["haproxy.listen[0].servers[0].port", 1, 65535],
        ["haproxy.listen[0].servers[0].weight", 0, 256],
        ["haproxy.listen[0].servers[0].maxconn", 1, 10_000_000],
        ["haproxy.listen[0].servers[0].fall", 1, 1_000_000],
        ["haproxy.listen[0].servers[0].rise", 1, 1_000_000],
        ["haproxy.stats.port", 1, 65535],
        ["haproxy.prometheus.port", 1, 65535],
        ["haproxy.peers.port", 1, 65535],
        ["haproxy.maxconn", 1, 10_000_000],
        ["fencing.timeout", 1, seconds],
    ])("%s: %d to %d", (path, least, most) => {
        const wrong = (value: number) => [`${path}: ${value} is not a whole number from ${least} to ${most}`];
        expect(problemsWith(path, least)).toEqual([]);
        expect(problemsWith(path, most)).toEqual([]);
        expect(problemsWith(path, least - 1)).toEqual(wrong(least - 1));
        expect(problemsWith(path, most + 1)).toEqual(wrong(most + 1));
        expect(problemsWith(path, least + 0.5)).toEqual(wrong(least + 0.5));
    });

    test("the prefix of an IPv6 virtual IP is at most 128", () => {
        expect(problemsWith("virtualIps[0]", { address: "fd00::9", prefixLength: 128 }).join()).not.toContain(
            "prefixLength",
        );
        expect(problemsWith("virtualIps[0]", { address: "fd00::9", prefixLength: 129 })).toContain(
            "virtualIps[0].prefixLength: 129 is not a whole number from 1 to 128",
        );
    });
});

test.each<[string, string[], string[], string]>([
    ["haproxy.listen[0].cookie.mode", ["prefix", "insert"], ["inserts", "xprefix", ""], "prefix, insert or rewrite"],
    [
        "haproxy.listen[0].restrictReqHdrNames",
        ["preserve", "delete", "reject"],
        ["rejects", "xdelete"],
        "preserve, delete or reject",
    ],
    [
        "haproxy.listen[0].stick[0].kind",
        ["on", "match", "store-request", "store-response"],
        ["one", "xon"],
        "on, match, store-request or store-response",
    ],
    ["haproxy.listen[0].stickTable.type", ["string", "binary"], ["xip", "ips"], "ip, ipv6, integer, string or binary"],
    [
        "haproxy.listen[0].stickTable.size",
        ["1", "9999999999", "100k", "1m"],
        ["0", "1g", "x1", "01"],
        'a number of entries ("100k", "1m")',
    ],
    [
        "haproxy.listen[0].bind[0].ssl.minVersion",
        ["TLSv1.2", "TLSv1.3"],
        ["TLSv1.1", "TLSv1.30", "xTLSv1.2"],
        "TLSv1.2 or TLSv1.3",
    ],
    [
        "haproxy.listen[0].bind[0].ssl.alpn",
        ["h2", "h2,http/1.1"],
        ["h2,", ",h2", "H2", "h2;x"],
        'a list of protocols ("h2,http/1.1")',
    ],
    [
        "haproxy.listen[0].bind[0].ssl.verify",
        ["required", "optional"],
        ["none", "requiredx", "xoptional"],
        "required or optional",
    ],
    [
        "haproxy.listen[0].servers[0].ssl.verify",
        ["required", "none"],
        ["optional", "nonex", "xnone"],
        "required or none",
    ],
    ["haproxy.listen[0].servers[0].ssl.hostname", ["web1"], ["web 1", "-x"], "a host name"],
    ["haproxy.listen[0].httpchk.method", ["GET", "HEAD"], ["get", "G T"], "an HTTP method"],
    [
        "haproxy.listen[0].httpchk.expectStatus",
        ["200", "200-299,404"],
        ["600", "20", "200,", "x200"],
        'statuses ("200", "200-299,404")',
    ],
    ["haproxy.stats.onVirtualIps", ["tls", "clear"], ["xtls", "clearly"], "tls or clear"],
    [
        "heartbeat.mcast[0].group",
        ["224.0.0.0", "239.255.255.255"],
        ["223.0.0.1", "240.0.0.1", "225.0.0", "225.0.0.256", "x225.0.0.1", "225.0.0.1x"],
        "an IPv4 multicast group (224.0.0.0 to 239.255.255.255)",
    ],
])("%s: %j, and not %j", (path, right, wrong, what) => {
    for (const value of right) {
        expect(problemsWith(path, value)).toEqual([]);
    }
    for (const value of wrong) {
        expect(problemsWith(path, value)).toEqual([`${path}: "${value}" is not ${what}`]);
    }
});

test.each([
    "hosts[0].name",
    "hosts[0].address",
    "hosts[0].connection.proxy.host",
    "hosts[0].connection.proxy.hostKey",
    "virtualIps[0].address",
    "virtualIps[0].onAcquire.command",
    "heartbeat.mcast[0].interface",
    "heartbeat.mcast[0].group",
    "haproxy.listen[0].name",
    "haproxy.listen[0].acl[0].criterion",
    "haproxy.listen[0].httpRequest[0].action",
    "haproxy.listen[0].useBackend[0].backend",
    "haproxy.listen[0].bind[0].port",
    "haproxy.listen[0].cookie.name",
    "haproxy.listen[0].stick[0].pattern",
    "haproxy.listen[0].stickTable.type",
    "haproxy.listen[0].servers[0].name",
    "haproxy.listen[0].servers[0].address",
    "fencing.command",
])("%s is required", (path) => {
    expect(problemsWith(path, undefined)).toContain(`${path}: is required`);
    expect(problemsWith(path, "")).toContain(`${path}: is required`);
});

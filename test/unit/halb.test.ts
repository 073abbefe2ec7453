/** What halb makes of a state and of the hosts' answers. */
import { describe, expect, test } from "vitest";
import { judged, parseLook, silent, unfit } from "../../cli/look";
import { columns } from "../../cli/print";
import { type DeclaredPair, pairsIn, valuesOf } from "../../cli/stack";
import { bins, type Mark, timeline } from "../../cli/timeline";
import { payloadText } from "../../components/remote/payload";
import type { Shot } from "../../support/client";

const component = "urn:pulumi:prod::shop::ha-load-balancer-pair:index:HaLoadBalancerPair::web";
const secret = (value: unknown) => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    plaintext: JSON.stringify(value),
});

function step(
    host: string,
    name: string,
    values: Record<string, string>,
): { urn: string; parent: string; inputs: object } {
    return {
        urn: `${component.replace("::web", "")}$command:remote:Command::web-${host}-${name}`,
        parent: component,
        inputs: {
            connection: secret({ host: "192.168.0.100", user: "admin", privateKey: "KEY" }),
            stdin: `${payloadText({ values })}\nset -eu\nnode='not this one'\n`,
        },
    };
}

const state = {
    deployment: {
        resources: [
            { urn: "urn:pulumi:prod::shop::pulumi:pulumi:Stack::shop-prod", type: "pulumi:pulumi:Stack" },
            {
                urn: component,
                type: "ha-load-balancer-pair:index:HaLoadBalancerPair",
                inputs: { hosts: [{ name: "LB1" }, { name: "lb2" }], fencing: { command: "/sbin/fence" } },
                outputs: { url: "http://192.168.0.99/" },
            },
            ...["lb1", "lb2"].flatMap((host) => [
                step(host, "preflight", { host, pair: "it's/shop/web" }),
                step(host, "health", {
                    node: host,
                    virtual_ips: "192.168.0.99/24 fd00:0::99/64",
                    own_virtual_ips: host === "lb1" ? "192.168.0.99/24 fd00:0::99/64" : "",
                }),
            ]),
        ],
    },
};

describe("DeclaredPair from the state", () => {
    test("has hosts, logins and the hosts' values", () => {
        expect(pairsIn(state)).toMatchObject([
            {
                name: "web",
                url: "http://192.168.0.99/",
                fencing: { command: "/sbin/fence", timeout: 30 },
                hosts: [
                    {
                        name: "lb1",
                        login: { host: "192.168.0.100", user: "admin", privateKey: "KEY" },
                        values: { node: "lb1", pair: "it's/shop/web" },
                    },
                    { name: "lb2" },
                ],
            },
        ]);
    });

    test("has only the hosts that the state has", () => {
        const resources = state.deployment.resources.filter(({ urn }) => !urn.endsWith("lb2-health"));
        expect(pairsIn({ deployment: { resources } })[0].hosts.map(({ name }) => name)).toEqual(["lb1"]);
        expect(pairsIn({ deployment: {} })).toEqual([]);
    });

    test("reads the values that a payload was made of", () => {
        const values = { a: "it's\nhere", b: "", c: "'; rm -rf /" };
        expect(valuesOf(payloadText({ values }))).toEqual(values);
    });
});

const answer = (holds: string, prefers: string, more = "") => `generation\theartbeat\t1
unit\thaproxy\tactive
unit\theartbeat\tactive
unit\tha-load-balancer-pair\tactive
package\thaproxy\t2.6.12
sees\tactive
link\teth0\tup
${holds ? `holds\t${holds}` : ""}
${prefers ? `prefers\t${prefers}` : ""}
peer\t192.168.0.99\theld
serves\tyes
server\tweb/web1\tUP
${more}`;

describe("HostState from the answers of look.sh", () => {
    const [pair] = pairsIn(state) as [DeclaredPair];
    const host = (name: string, text: string) => ({ ...silent(name), ...parseLook(text) });

    test("has the holder, in any form of the address", () => {
        const hosts = [host("lb1", `${answer("192.168.0.99", "")}holds\tfd00::99`), host("lb2", answer("", ""))];
        expect(judged(pair, hosts)).toMatchObject({
            problems: [],
            virtualIps: [
                { address: "192.168.0.99", holders: ["lb1"], preferredHost: "lb1" },
                { address: "fd00::99", holders: ["lb1"], preferredHost: "lb1" },
            ],
        });
    });

    test("has the problems", () => {
        const hosts = [
            host("lb1", answer("192.168.0.99", "", "link\teth1\tdead\nserver\tweb/web2\tDOWN\n")),
            host("lb2", answer("192.168.0.99", "")),
        ];
        expect(judged(pair, hosts).problems).toEqual([
            "192.168.0.99 is held by lb1 and lb2",
            "fd00::99 is held by no reachable host",
            "lb1: the link eth1 is dead",
            "lb1: the server web/web2 is DOWN",
        ]);
    });

    test("has the reason why a host is unfit", () => {
        const good = answer("", "");
        const reasons = (text: string) => unfit(host("lb2", text));
        expect(reasons(good)).toEqual([]);
        expect(reasons(good.replace("serves\tyes", "serves\tno"))).toEqual(["HAProxy does not answer"]);
        expect(reasons(good.replace("unit\theartbeat\tactive", "unit\theartbeat\tfailed"))).toEqual([
            'Heartbeat is failed (see "journalctl -u heartbeat" there)',
        ]);
        expect(reasons(good.replace("sees\tactive", "sees\tdead"))).toEqual(["its Heartbeat sees the peer as dead"]);
        expect(reasons(good.replace("99\theld", "99\t"))).toEqual(["its keeper does not hear the peer's keeper"]);
        expect(unfit({ ...host("lb2", good), unreachable: "timed out" })).toEqual(["unreachable (timed out)"]);
    });
});

test("aligns columns", () => {
    expect(
        columns([
            ["A", "B"],
            ["long", "x"],
            ["", "y"],
        ]),
    ).toBe("A     B\nlong  x\n      y");
});

test("draws a bar for each share of time, and each mark", () => {
    const shots: Shot[] = [0, 10, 120, 130, 350].map((sent) => ({
        sent,
        ended: sent + 1,
        ...(sent < 130 ? { status: 200 } : {}),
    }));
    expect(bins(shots, 0, 0.1)).toEqual([
        { sent: 2, good: 2 },
        { sent: 2, good: 1 },
        { sent: 0, good: 0 },
        { sent: 1, good: 0 },
    ]);
    expect(bins([{ sent: 1100, ended: 1101, status: 200 }], 1000, 0.1)).toEqual([
        { sent: 0, good: 0 },
        { sent: 1, good: 1 },
    ]);
});

describe("timeline", () => {
    const [kind, began] = ["haproxy" as const, "1970-01-01T00:01:00.000Z"];
    const shot = (second: number, isGood: boolean): Shot => ({
        sent: 60_000 + second * 1000,
        ended: 60_001 + second * 1000,
        ...(isGood ? { status: 200 } : { error: "ECONNREFUSED" }),
    });
    const drawn = (marks: Mark[], shots: Shot[]) => {
        const who = { pair: "<web>", kind, from: "lb1", to: "lb2", began, rate: 100, isRestored: true };
        return timeline({ ...who, sent: 5, failed: 2, gap: 1.234, marks }, shots);
    };

    test("has a bar for each share of time, green or red, and each mark", () => {
        const shots = [shot(0, true), shot(0.01, true), shot(0.12, true), shot(0.13, false), shot(0.35, false)];
        const svg = drawn([{ at: 0.1, what: "it stops" }], shots);
        expect(svg).toContain(
            "&#60;web&#62;, haproxy, 1970-01-01T00:01:00.000Z: 2 of 5 requests lost, longest gap 1.23 s",
        );
        expect(svg).toMatchSnapshot();
    });

    test("has longer bars for a longer drill, and late marks' words to the left", () => {
        const marks = [15, 15.01, 29].map((at) => ({ at, what: `at ${at}` }));
        expect(drawn(marks, [shot(0, true), shot(29.9, true), shot(30, true)])).toMatchSnapshot();
        // 300 bars of 0.1 s each, and 151 of 0.25 s; an hour has 60 of a minute.
        expect(drawn([], [shot(30, true)])).toContain('width="3.2"');
        expect(drawn([], [shot(30.1, true)])).toContain('width="7.4"');
        expect(drawn([], [shot(3600, true)])).toContain('width="14.6"');
    });
});

/** What fields of hosts, virtual IPs and Heartbeat mean together. */
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { alone, complete, host, problemsOf, problemsWith } from "../completeInputs";

describe("hosts", () => {
    test("must be two, in a plain list", () => {
        const { hosts } = complete();
        const wrong = (count: unknown) =>
            expect.stringMatching(`^hosts: exactly two hosts are required, declared: ${count}$`);
        expect(problemsOf({ ...alone({}), hosts: [...hosts, host("lb3", "192.168.0.102")] })).toContainEqual(wrong(3));
        expect(problemsOf({ ...alone({}), hosts: "x" })).toContainEqual(wrong("none"));
        expect(problemsOf({ ...alone({}), goneHosts: "lb3" })).toEqual([
            "goneHosts: must be a plain list of texts, not an Output, because it decides which resources exist",
        ]);
    });

    test("need a host key, or insecureSkipHostKeyCheck", () => {
        expect(problemsWith("hosts[0].hostKey", undefined)).toEqual([
            expect.stringMatching(/^hosts\[0\]\.hostKey: is required\. Run "ssh-keyscan/),
        ]);
        const { hostKey: _, ...rest } = host("lb1", "192.168.0.100");
        expect(problemsWith("hosts[0]", { ...rest, insecureSkipHostKeyCheck: true })).toEqual([]);
    });
});

describe("Heartbeat", () => {
    const times = (heartbeat: object) => problemsOf({ ...alone({}), heartbeat });

    test("requires deadtime above twice keepalive, and initdead of at least deadtime", () => {
        const twice = (deadtime: number, keepalive: number) => [
            `heartbeat.deadtime: must be more than twice keepalive (${deadtime} ms against 2 × ${keepalive} ms)`,
        ];
        expect(times({ keepalive: "500ms", deadtime: "1001ms" })).toEqual([]);
        expect(times({ keepalive: "500ms", deadtime: "1000ms" })).toEqual(twice(1000, 500));
        expect(times({ keepalive: "500ms" })).toEqual(twice(1000, 500));
        expect(times({ keepalive: "499ms" })).toEqual([]);
        expect(times({ deadtime: "501ms" })).toEqual([]);
        expect(times({ deadtime: "500ms" })).toEqual(twice(500, 250));
        expect(times({ keepalive: pulumi.output("5"), deadtime: "1" })).toEqual([]);
        expect(times({ keepalive: "5", deadtime: pulumi.output("1") })).toEqual([]);
        expect(times({ deadtime: "5", initdead: "5" })).toEqual([]);
        expect(times({ deadtime: "5", initdead: "4999ms" })).toEqual([
            "heartbeat.initdead: must be at least deadtime (4999 ms against 5000 ms)",
        ]);
        expect(times({ initdead: "999ms" })).toEqual([
            "heartbeat.initdead: must be at least deadtime (999 ms against 1000 ms)",
        ]);
    });

    test("rejects two links on one interface", () => {
        const mcast = [{ interface: "eth0", group: "225.0.0.1" }];
        const twice = (path: string, first: string) => [
            `heartbeat.${path}: "eth0" is already used by heartbeat.${first}`,
        ];
        expect(times({ ucast: [{ interface: "eth0" }], bcast: ["eth0"] })).toEqual(
            twice("bcast[0]", "ucast[0].interface"),
        );
        expect(times({ ucast: [{ interface: "eth0" }], mcast })).toEqual(
            twice("mcast[0].interface", "ucast[0].interface"),
        );
        expect(times({ bcast: ["eth0", "eth0"] })).toEqual(twice("bcast[1]", "bcast[0]"));
        expect(
            times({ ucast: [{ interface: "eth0" }], bcast: ["eth1"], mcast: [{ ...mcast[0], interface: "eth2" }] }),
        ).toEqual([]);
        expect(times({ ucast: pulumi.output([]), bcast: ["eth0"], mcast })).toEqual(
            twice("mcast[0].interface", "bcast[0]"),
        );
    });

    test("requires a link with IPv4 for hosts with IPv6 addresses", () => {
        const args = { ...alone({}), hosts: [host("lb1", "fd00::1"), host("lb2", "fd00::2")] };
        const found = (heartbeat?: object) => problemsOf({ ...args, heartbeat }).length;
        expect(found()).toBe(2);
        expect(found({ ucast: [{ interface: "eth0" }] })).toBe(2);
        expect(found({ ucast: [{ interface: "eth0", addresses: ["10.0.0.1", "10.0.0.2"] }] })).toBe(0);
        expect(found({ bcast: ["eth0"] })).toBe(0);
        expect(found({ mcast: [{ interface: "eth0", group: "225.0.0.1" }] })).toBe(0);
        expect(found({ ucast: pulumi.output([]) })).toBe(0);
        expect(found({ ucast: [] })).toBe(2);
    });

    test("accepts an interface by name or by network", () => {
        const bcast = (name: string) => times({ bcast: [name] });
        for (const right of ["eth0", "10.0.0.0/32", "10.0.0.0/0", "fd00::/128"]) {
            expect(bcast(right)).toEqual([]);
        }
        for (const wrong of ["10.0.0.0/33", "fd00::/129", "x/8", "10.0.0.0/8/8", "10.0.0.0/1234"]) {
            expect(bcast(wrong)).toEqual([`heartbeat.bcast[0]: "${wrong}" is not a network ("10.0.0.0/16")`]);
        }
    });
});

describe("virtual IPs", () => {
    test("accept only one of interface, interfaces and network", () => {
        const place = (more: object) =>
            problemsOf({ ...alone({}), virtualIps: [{ address: "192.168.0.99", ...more }] });
        expect(place({ interface: "eth0", interfaces: ["eth0", "eth1"] })).toEqual([
            "virtualIps[0].interfaces: conflicts with interface. Remove one of them",
        ]);
        expect(place({ interfaces: ["eth0", "eth1"], network: "10.0.0.0/8" })).toEqual([
            "virtualIps[0].network: conflicts with interfaces. Remove one of them",
        ]);
        for (const interfaces of [[], ["eth0"], ["a", "b", "c"]]) {
            expect(place({ interfaces })).toEqual([
                "virtualIps[0].interfaces: exactly two interfaces are required, in the order of hosts",
            ]);
        }
        expect(place({ interfaces: pulumi.output([]) })).toEqual([]);
    });

    test("accept a preferred host's name in upper and lower case", () => {
        expect(problemsWith("virtualIps[0].preferredHost", "LB1")).toEqual([]);
        expect(problemsWith("virtualIps[0].preferredHost", "lb3")).toEqual([
            'virtualIps[0].preferredHost: "lb3" is not one of hosts (lb1, lb2)',
        ]);
    });

    test("at least one is required", () => {
        for (const virtualIps of [undefined, []]) {
            expect(problemsOf({ ...alone({}), virtualIps })).toEqual([
                "virtualIps: at least one virtual IP is required",
            ]);
        }
        expect(problemsOf({ ...alone({}), virtualIps: pulumi.output([]) })).toEqual([]);
    });
});

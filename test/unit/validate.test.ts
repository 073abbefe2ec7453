import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { InvalidArgs } from "../../components";
import { validate } from "../../components/validate";
import { classicArgs, classicArgsWith, hostKey } from "../examples";

function problemsOf(path: string, value: unknown): string[] {
    return validate(classicArgsWith(path, value)).map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);
}

test("accepts the classic set-up", () => {
    expect(validate(classicArgs())).toEqual([]);
});

describe("reports each mistake with its path and the valid form", () => {
    const key = classicArgs().hosts[0];
    const time = (name: string, value: string) =>
        `heartbeat.${name}: "${value}" is not a time in Heartbeat's syntax, above 0: seconds ("2", "1.5") or milliseconds ("250ms")`;
    const multicast = { interface: "eth1", group: "225.0.0.1" };

    test.each<[string, unknown, string[]]>([
        ["hosts", [key], ["hosts: exactly two hosts are required, declared: 1"]],
        ["hosts[1].name", "lb1.EXAMPLE.com", ['hosts[1].name: "lb1.example.com" is already used by hosts[0].name']],
        ["hosts[1].name", "", ["hosts[1].name: is required"]],
        [
            "hosts",
            [
                { address: "192.168.0.100", hostKey },
                { address: "192.168.0.101", hostKey },
            ],
            ["hosts[0].name: is required", "hosts[1].name: is required"],
        ],
        ["hosts[1].name", "lb2\nnode x", ['hosts[1].name: "lb2\nnode x" is not a node name, as "uname -n" prints it']],
        [
            "hosts[1].address",
            "192.168.0.100",
            ['hosts[1].address: "192.168.0.100" is already used by hosts[0].address'],
        ],
        ["hosts[1].address", "lb2", ['hosts[1].address: "lb2" is not an IP address']],
        ["hosts[1].address", undefined, ["hosts[1].address: is required"]],
        [
            "hosts[0].hostKey",
            undefined,
            [
                'hosts[0].hostKey: is required. Run "ssh-keyscan -t ed25519 192.168.0.100", compare the key with the host\'s own, and declare the line without its first word (or set insecureSkipHostKeyCheck to accept any key)',
            ],
        ],
        [
            "hosts[0].hostKey",
            "ssh-rsa AAAA",
            ['hosts[0].hostKey: "ssh-rsa AAAA" is not an Ed25519 or ECDSA host key ("ssh-ed25519 AAAA…")'],
        ],
        ["connection.user", "a b", ['connection.user: "a b" is not a user name']],
        ["connection.port", 0, ["connection.port: 0 is not a whole number from 1 to 65535"]],
        ["connection.proxy", { host: "bastion" }, ["connection.proxy.hostKey: is required"]],
        ["virtualIps", [], ["virtualIps: at least one virtual IP is required"]],
        ["virtualIps[0].address", "192.168.0.256", ['virtualIps[0].address: "192.168.0.256" is not an IP address']],
        [
            "virtualIps[0]",
            { address: "fe80::5%eth0" },
            ['virtualIps[0].address: "fe80::5%eth0" has a zone; declare an address without "%"'],
        ],
        ["heartbeat.ping", ["fe80::1%eth0"], []],
        ["virtualIps[0].address", 7, ['virtualIps[0].address: "7" is not an IP address']],
        ["virtualIps[0].interface", "-", ['virtualIps[0].interface: "-" is not the name of a network interface']],
        [
            "virtualIps[0].address",
            "192.168.0.101",
            ['virtualIps[0].address: "192.168.0.101" is the address of hosts[1]. Declare an address that no host has'],
        ],
        ["virtualIps[0].prefixLength", 33, ["virtualIps[0].prefixLength: 33 is not a whole number from 1 to 32"]],
        [
            "virtualIps[1]",
            { address: "192.168.0.99" },
            ['virtualIps[1].address: "192.168.0.99" is already used by virtualIps[0].address'],
        ],
        [
            "virtualIps[0].interface",
            "eth0; reboot",
            ['virtualIps[0].interface: "eth0; reboot" is not the name of a network interface'],
        ],
        [
            "virtualIps[0]",
            { address: "192.168.0.99", interface: "eth0", network: "192.168.0.0/24" },
            ["virtualIps[0].network: conflicts with interface. Remove one of them"],
        ],
        [
            "virtualIps[0].interfaces",
            ["eth0"],
            ["virtualIps[0].interfaces: exactly two interfaces are required, in the order of hosts"],
        ],
        [
            "virtualIps[0].interfaces",
            ["lan.7@bond0", "a|b"],
            ['virtualIps[0].interfaces[1]: "a|b" is not the name of a network interface'],
        ],
        ...["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "2001:db8::/129", "2001:db8::/"].map(
            (network): [string, unknown, string[]] => [
                "virtualIps[0].network",
                network,
                [`virtualIps[0].network: "${network}" is not a network ("10.0.0.0/16")`],
            ],
        ),
        ["virtualIps[0].network", "2001:db8::/128", []],
        [
            "virtualIps[0].onAcquire",
            { command: "move.sh", timeout: 0 },
            [
                'virtualIps[0].onAcquire.command: "move.sh" is not the absolute path of a program',
                "virtualIps[0].onAcquire.timeout: 0 is not a whole number from 1 to 600",
            ],
        ],
        ["virtualIps[0].onRelease", { timeout: 5 }, ["virtualIps[0].onRelease.command: is required"]],
        ["heartbeat.bcast", ["10.0.0.0/8", "eth1"], []],
        ["heartbeat.bcast", ["10.0.0.0/33"], ['heartbeat.bcast[0]: "10.0.0.0/33" is not a network ("10.0.0.0/16")']],
        ["heartbeat.keepalive", "2s", [time("keepalive", "2s")]],
        ["heartbeat.keepalive", "200 ms", [time("keepalive", "200 ms")]],
        ["heartbeat.deadtime", "250us", [time("deadtime", "250us")]],
        ["heartbeat.initdead", "0", [time("initdead", "0")]],
        [
            "heartbeat.deadtime",
            "500ms",
            ["heartbeat.deadtime: must be more than twice keepalive (500 ms against 2 × 250 ms)"],
        ],
        [
            "heartbeat.keepalive",
            "1",
            ["heartbeat.deadtime: must be more than twice keepalive (1000 ms against 2 × 1000 ms)"],
        ],
        ["heartbeat.initdead", "500ms", ["heartbeat.initdead: must be at least deadtime (500 ms against 1000 ms)"]],
        ["heartbeat.ping", ["gateway"], ['heartbeat.ping[0]: "gateway" is not an IP address']],
        ["fencing", { command: "off.sh" }, ['fencing.command: "off.sh" is not the absolute path of a program']],
        [
            "fencing",
            { timeout: 0 },
            ["fencing.command: is required", "fencing.timeout: 0 is not a whole number from 1 to 600"],
        ],
        [
            "virtualIps[0].preferredHost",
            "lb3",
            ['virtualIps[0].preferredHost: "lb3" is not one of hosts (lb1.example.com, lb2.example.com)'],
        ],
        ["heartbeat.udpport", 65536, ["heartbeat.udpport: 65536 is not a whole number from 1 to 65535"]],
        ["heartbeat.logfacility", "loca10", ['heartbeat.logfacility: "loca10" is not a syslog facility']],
        ["heartbeat.ucast", [null], ["heartbeat.ucast[0]: must be an object"]],
        [
            "heartbeat.ucast",
            [{ interface: "eth0", addresses: ["10.0.0.1"] }],
            ["heartbeat.ucast[0].addresses: exactly two addresses are required, in the order of hosts"],
        ],
        [
            "heartbeat.ucast",
            [{ interface: "eth0", addresses: ["10.0.0.1", "fd00::1"] }],
            [
                'heartbeat.ucast[0].addresses[1]: "fd00::1" is IPv6, and a ucast link of Heartbeat is IPv4 only. Declare IPv4 addresses, or heartbeat.bcast or mcast',
            ],
        ],
        [
            "hosts[0].address",
            "fd00::1",
            [
                'hosts[0].address: "fd00::1" is IPv6, and a ucast link of Heartbeat is IPv4 only. Declare heartbeat.ucast with IPv4 addresses, or heartbeat.bcast or mcast',
            ],
        ],
        [
            "heartbeat.mcast",
            [{ ...multicast, group: "10.0.0.1" }],
            ['heartbeat.mcast[0].group: "10.0.0.1" is not an IPv4 multicast group (224.0.0.0 to 239.255.255.255)'],
        ],
        [
            "heartbeat.mcast",
            [{ ...multicast, ttl: 5 }],
            ["heartbeat.mcast[0].ttl: 5 is not a whole number from 0 to 4"],
        ],
        [
            "heartbeat",
            { bcast: ["eth1"], mcast: [multicast] },
            ['heartbeat.mcast[0].interface: "eth1" is already used by heartbeat.bcast[0]'],
        ],
        [
            "heartbeat.deadTime",
            "5",
            [
                "heartbeat.deadTime: unknown field; valid fields: autoFailback, bcast, deadtime, initdead, keepalive, keyVersion, logfacility, mcast, ping, ucast, udpport, version, warntime",
            ],
        ],
        ["heartbeat.keyVersion", 0, ["heartbeat.keyVersion: 0 is not a whole number from 1 to 1000000"]],
        // For apt a "-" at the end means: remove the package.
        ["haproxy.version", "2.6.12-1-", ['haproxy.version: "2.6.12-1-" is not the version of a Debian package']],
        ["heartbeat.version", "3.0.6+", ['heartbeat.version: "3.0.6+" is not the version of a Debian package']],
        ["haproxy.version", "2.6 *", ['haproxy.version: "2.6 *" is not the version of a Debian package']],
        ["goneHosts", ["lb2\n"], ['goneHosts[0]: "lb2\n" is not a node name']],
        [
            "haproxy.listen[0].name",
            "a b",
            ['haproxy.listen[0].name: "a b" is not a section name (letters, digits and _ - . :)'],
        ],
        [
            "haproxy.listen[0].balance",
            "fastest",
            ['haproxy.listen[0].balance: "fastest" is not a balancing algorithm of this component'],
        ],
        [
            "haproxy.listen[0].bind",
            [{ port: 80, address: "10.0.0.1" }],
            ['haproxy.listen[0].bind[0].address: "10.0.0.1" is not one of the virtual IPs'],
        ],
        [
            "haproxy.listen[0].bind",
            [{ port: 80 }, { port: 80 }],
            ["haproxy.listen[0].bind[1]: port 80 of every virtual IP is already used by haproxy.listen[0].bind[0]"],
        ],
        [
            "haproxy.listen[0].httpchk.uri",
            "check.txt",
            ['haproxy.listen[0].httpchk.uri: "check.txt" is not the path of a URL'],
        ],
        [
            "haproxy.listen[0].httpchk.host",
            "a\r\nX: y",
            ['haproxy.listen[0].httpchk.host: "a\r\nX: y" is not a host name'],
        ],
        ["haproxy.listen[0].cookie.name", "A B", ['haproxy.listen[0].cookie.name: "A B" is not a cookie name']],
        ["haproxy.listen[0].servers", [], ["haproxy.listen[0].servers: at least one server is required"]],
        [
            "haproxy.listen[0].servers[1].name",
            "web1",
            ['haproxy.listen[0].servers[1].name: "web1" is already used by haproxy.listen[0].servers[0].name'],
        ],
        [
            "haproxy.listen[0].servers[0].address",
            "10.0.0",
            ['haproxy.listen[0].servers[0].address: "10.0.0" is neither an IP address nor a host name'],
        ],
        [
            "haproxy.listen[0].servers[0].port",
            1.5,
            ["haproxy.listen[0].servers[0].port: 1.5 is not a whole number from 1 to 65535"],
        ],
        ["haproxy.stats.user", "a:b", ['haproxy.stats.user: "a:b" is not a user name (no colon)']],
        ["haproxy.stats.uri", "/a b", ['haproxy.stats.uri: "/a b" is not the path of a URL']],
        [
            "haproxy.timeout.client",
            "50 s",
            ['haproxy.timeout.client: "50 s" is not a time in HAProxy\'s syntax ("5s", "500ms")'],
        ],
    ])("%s = %j", (path, value, expected) => {
        expect(problemsOf(path, value)).toEqual(expected);
    });

    test("does not print a password", () => {
        expect(problemsOf("haproxy.stats.password", "s3cret\n")).toEqual([
            "haproxy.stats.password: must be printable ASCII, not empty, with no space at either end",
        ]);
    });
});

test("reports all mistakes in one error without a stack trace", () => {
    const args = { ...classicArgsWith("hosts[1].address", "nowhere"), virtualIps: [], heartbeat: { keepalive: "2s" } };
    const error = new InvalidArgs("lb", validate(args));
    expect(error.message.split("\n")[0]).toBe("lb: 3 invalid inputs:");
    expect(error.errors.map(({ propertyPath }) => propertyPath)).toEqual([
        "hosts[1].address",
        "virtualIps",
        "heartbeat.keepalive",
    ]);
    expect(pulumi.RunError.isInstance(error)).toBe(true);
    expect(pulumi.InputPropertiesError.isInstance(error)).toBe(true);
});

test("accepts unknown outputs", () => {
    const unknown = pulumi.output(new Promise<string>(() => {}));
    expect(problemsOf("hosts[1].address", unknown)).toEqual([]);
    expect(problemsOf("virtualIps", unknown)).toEqual([]);
    expect(problemsOf("haproxy.listen", unknown)).toEqual([]);
    const args = classicArgsWith("hosts[0].address", "fd00::1");
    args.heartbeat = { ucast: [{ interface: "eth0", addresses: pulumi.output(new Promise<string[]>(() => {})) }] };
    expect(validate(args)).toEqual([]);
});

/** Checks `virtualIps`, `heartbeat` and `fencing`. */
import { isIPv4, isIPv6 } from "node:net";
import type * as pulumi from "@pulumi/pulumi";
import type {
    FencingArgs,
    HaLoadBalancerPairArgs,
    HeartbeatArgs,
    HookArgs,
    HostArgs,
    McastArgs,
    UcastArgs,
    VirtualIpArgs,
} from "../args";
import { defaultDeadtime, defaultKeepalive } from "../args/defaults";
import { forms } from "../values/forms";
import { known, knownList, wholeList } from "../values/known";
import { milliseconds } from "../values/time";
import type { Checker } from "./checker";
import { fieldsOf } from "./fields";
import { address, addressOrZoned } from "./hosts";

export function virtualIps(check: Checker, input: HaLoadBalancerPairArgs["virtualIps"], hostList: HostArgs[]): void {
    if (input === undefined || knownList(input)?.length === 0) {
        check.add("virtualIps", "at least one virtual IP is required");
        return;
    }
    const hosts = Array.isArray(hostList) ? hostList : [];
    const list = check.objects<VirtualIpArgs>("virtualIps", input, fieldsOf("VirtualIp"));
    for (const { at, value: virtualIp } of list) {
        check.required(`${at}.address`, virtualIp.address);
        address(check, `${at}.address`, virtualIp.address || undefined);
        const value = known(virtualIp.address);
        check.integer(`${at}.prefixLength`, virtualIp.prefixLength, 1, value && isIPv4(value) ? 32 : 128);
        place(check, at, virtualIp);
        hook(check, `${at}.onAcquire`, virtualIp.onAcquire);
        hook(check, `${at}.onRelease`, virtualIp.onRelease);
        preferredHost(check, `${at}.preferredHost`, virtualIp.preferredHost, hosts);
        const owner = hosts.findIndex((host) => value !== undefined && known(host?.address) === value);
        if (owner >= 0) {
            check.add(
                `${at}.address`,
                `"${value}" is the address of hosts[${owner}]. Declare an address that no host has`,
            );
        }
    }
    check.distinct(
        list.map(({ value }) => known(value.address)),
        (i) => `${list[i].at}.address`,
    );
}

function preferredHost(
    check: Checker,
    path: string,
    input: pulumi.Input<string> | undefined,
    hostList: HostArgs[],
): void {
    const value = known(input);
    const names = hostList.map((host) => String(host?.name));
    if (value !== undefined && !names.some((name) => name.toLowerCase() === String(value).toLowerCase())) {
        check.add(path, `"${value}" is not one of hosts (${names.join(", ")})`);
    }
}

function hook(check: Checker, path: string, input: VirtualIpArgs["onAcquire"]): void {
    const args = check.object<HookArgs>(path, input, fieldsOf("Hook"));
    if (args) {
        check.requiredText(`${path}.command`, args.command, forms.path, "the absolute path of a program");
        check.integer(`${path}.timeout`, args.timeout, 1, 600);
        check.flag(`${path}.isRequired`, args.isRequired);
        for (const { at, value } of check.elements(`${path}.arguments`, args.arguments)) {
            check.text(at, value, forms.line, "one line of text");
        }
    }
}

/** At most one field names the interface of a virtual IP. */
function place(check: Checker, at: string, virtualIp: VirtualIpArgs): void {
    const given = (["interface", "interfaces", "network"] as const).filter((name) => virtualIp[name] !== undefined);
    if (given.length > 1) {
        check.add(`${at}.${given[1]}`, `conflicts with ${given[0]}. Remove one of them`);
    }
    interfaceName(check, `${at}.interface`, virtualIp.interface);
    network(check, `${at}.network`, virtualIp.network);
    oneForEachHost(check, `${at}.interfaces`, virtualIp.interfaces, "interfaces");
    for (const each of check.elements(`${at}.interfaces`, virtualIp.interfaces)) {
        interfaceName(check, each.at, each.value);
    }
}

function oneForEachHost(check: Checker, path: string, input: UcastArgs["addresses"], what: string): void {
    if ((knownList(input)?.length ?? 2) !== 2) {
        check.add(path, `exactly two ${what} are required, in the order of hosts`);
    }
}

function interfaceName(check: Checker, path: string, input: pulumi.Input<string> | undefined): void {
    check.text(path, input, forms.interface, "the name of a network interface");
}

/** An interface by its name or by a network. */
function interfaceOrNetwork(check: Checker, path: string, input: pulumi.Input<string> | undefined): void {
    if (String(known(input)).includes("/")) {
        network(check, path, input);
    } else {
        interfaceName(check, path, input);
    }
}

function network(check: Checker, path: string, input: pulumi.Input<string> | undefined): void {
    const value = known(input);
    const [, base = "", bits = ""] = /^([^/]+)\/(\d{1,3})$/.exec(String(value)) ?? [];
    const most = isIPv4(base) ? 32 : isIPv6(base) ? 128 : -1;
    if (value !== undefined && !(bits !== "" && Number(bits) <= most)) {
        check.add(path, `"${value}" is not a network ("10.0.0.0/16")`);
    }
}

export function heartbeat(check: Checker, input: HaLoadBalancerPairArgs["heartbeat"], hostList: HostArgs[]): void {
    const args = check.object<HeartbeatArgs>("heartbeat", input, fieldsOf("Heartbeat"));
    rejectIPv6Links(check, args ?? {}, Array.isArray(hostList) ? hostList : []);
    if (!args) {
        return;
    }
    heartbeatTimes(check, args);
    check.port("heartbeat.udpport", args.udpport);
    for (const { at, value } of check.elements("heartbeat.ping", args.ping)) {
        addressOrZoned(check, at, value);
    }
    check.text("heartbeat.logfacility", args.logfacility, forms.facility, "a syslog facility");
    check.flag("heartbeat.autoFailback", args.autoFailback);
    check.integer("heartbeat.keyVersion", args.keyVersion, 1, 1_000_000);
    check.text("heartbeat.version", args.version, forms.version, "the version of a Debian package");
    for (const { at, value: link } of check.objects<UcastArgs>("heartbeat.ucast", args.ucast, fieldsOf("Ucast"))) {
        interfaceName(check, `${at}.interface`, link.interface);
        oneForEachHost(check, `${at}.addresses`, link.addresses, "addresses");
        addresses(check, `${at}.addresses`, link.addresses);
    }
    for (const { at, value } of check.elements("heartbeat.bcast", args.bcast)) {
        interfaceOrNetwork(check, at, value);
    }
    for (const { at, value: link } of check.objects<McastArgs>("heartbeat.mcast", args.mcast, fieldsOf("Mcast"))) {
        check.required(`${at}.interface`, link.interface);
        interfaceOrNetwork(check, `${at}.interface`, link.interface);
        check.requiredText(
            `${at}.group`,
            link.group,
            /^(22[4-9]|23[0-9])(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/,
            "an IPv4 multicast group (224.0.0.0 to 239.255.255.255)",
        );
        check.port(`${at}.port`, link.port);
        check.integer(`${at}.ttl`, link.ttl, 0, 4);
    }
    oneLinkAnInterface(check, args);
}

/** Heartbeat's plug-in ucast opens IPv4 sockets only (ha.cf(5), ucast). A link without addresses uses hosts[].address, as the default link does. */
function rejectIPv6Links(check: Checker, args: HeartbeatArgs, hostList: HostArgs[]): void {
    const links = knownList<UcastArgs>(args.ucast) ?? [];
    links.forEach((link, i) => {
        knownList<string>(link?.addresses)?.forEach((value, j) => {
            rejectIPv6(check, `heartbeat.ucast[${i}].addresses[${j}]`, value, "Declare IPv4 addresses");
        });
    });
    const isDefault = [args.ucast, args.bcast, args.mcast].every((list) => wholeList<unknown>(list)?.length === 0);
    if (isDefault || links.some((link) => isObject(link) && link.addresses === undefined)) {
        hostList.forEach((host, i) => {
            rejectIPv6(check, `hosts[${i}].address`, host?.address, "Declare heartbeat.ucast with IPv4 addresses");
        });
    }
}

/** A link can also be unknown, or no object; another check reports that. */
function isObject(link: UcastArgs | undefined): link is UcastArgs {
    return typeof link === "object" && link !== null;
}

function rejectIPv6(check: Checker, path: string, input: pulumi.Input<string> | undefined, way: string): void {
    const value = known(input);
    if (typeof value === "string" && isIPv6(value)) {
        check.add(
            path,
            `"${value}" is IPv6, and a ucast link of Heartbeat is IPv4 only. ${way}, or heartbeat.bcast or mcast`,
        );
    }
}

function addresses(check: Checker, path: string, input: HeartbeatArgs["ping"]): void {
    for (const { at, value } of check.elements(path, input)) {
        address(check, at, value);
    }
}

/** Heartbeat names a link by its interface. A second link of another kind on the same interface would count as dead. */
function oneLinkAnInterface(check: Checker, args: HeartbeatArgs): void {
    const links = [
        ...(knownList<UcastArgs>(args.ucast) ?? []).map((link, i) => [
            `heartbeat.ucast[${i}].interface`,
            known(link?.interface),
        ]),
        ...(knownList(args.bcast) ?? []).map((name, i) => [`heartbeat.bcast[${i}]`, name]),
        ...(knownList<McastArgs>(args.mcast) ?? []).map((link, i) => [
            `heartbeat.mcast[${i}].interface`,
            known(link?.interface),
        ]),
    ] as [string, string | undefined][];
    check.distinct(
        links.map(([, name]) => name),
        (i) => links[i][0],
    );
}

function heartbeatTimes(check: Checker, args: HeartbeatArgs): void {
    const times = {} as Record<"keepalive" | "deadtime" | "warntime" | "initdead", number | undefined>;
    for (const name of ["keepalive", "deadtime", "warntime", "initdead"] as const) {
        const value = known(args[name]);
        times[name] = value === undefined ? undefined : milliseconds(String(value));
        if (value !== undefined && !times[name]) {
            check.add(
                `heartbeat.${name}`,
                `"${value}" is not a time in Heartbeat's syntax, above 0: seconds ("2", "1.5") or milliseconds ("250ms")`,
            );
        }
    }
    // If one of the two is absent, the other one is compared with its default.
    const keepalive = args.keepalive === undefined ? milliseconds(defaultKeepalive) : times.keepalive;
    const deadtime = args.deadtime === undefined ? milliseconds(defaultDeadtime) : times.deadtime;
    if (keepalive && deadtime && deadtime <= 2 * keepalive) {
        check.add(
            "heartbeat.deadtime",
            `must be more than twice keepalive (${deadtime} ms against 2 × ${keepalive} ms)`,
        );
    }
    if (times.initdead && deadtime && times.initdead < deadtime) {
        check.add("heartbeat.initdead", `must be at least deadtime (${times.initdead} ms against ${deadtime} ms)`);
    }
}

export function fencing(check: Checker, input: HaLoadBalancerPairArgs["fencing"]): void {
    const args = check.object<FencingArgs>("fencing", input, fieldsOf("Fencing"));
    if (args) {
        check.requiredText("fencing.command", args.command, forms.path, "the absolute path of a program");
        check.integer("fencing.timeout", args.timeout, 1, 600);
    }
}

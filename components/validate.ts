/**
 * What must be true of the inputs: every mistake is found, with its property path, before anything
 * is registered. A text is checked by what it may be, not by what it may not, so that none can
 * break out of its line in a file.
 */
import { isIP, isIPv4 } from "node:net";
import type * as pulumi from "@pulumi/pulumi";
import type {
    ConnectionArgs,
    FencingArgs,
    HaLoadBalancerPairArgs,
    HaproxyArgs,
    HeartbeatArgs,
    HostArgs,
    ListenArgs,
    McastArgs,
    StatsArgs,
    TimeoutArgs,
    UcastArgs,
    VirtualIpArgs,
} from "./args";
import { fields } from "./fields";
import { Checker, known, knownList, type Problem } from "./problems";
import { milliseconds } from "./time";

const forms = {
    nodeName: /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/,
    interface: /^[A-Za-z0-9_.-]{1,15}$/,
    haproxyName: /^[A-Za-z0-9_.:-]+$/,
    /** A path of a URL: nothing that HAProxy's parser or HTTP reads as more than a path. */
    uri: /^\/[A-Za-z0-9/._~!&()*+,;=:@%?-]*$/,
    user: /^[A-Za-z0-9_.@-]+$/,
    path: /^\/[A-Za-z0-9/._+@:-]+$/,
    token: /^[A-Za-z0-9_.-]+$/,
    method: /^[A-Z]+$/,
    haproxyTime: /^[0-9]+(us|ms|s|m|h|d)?$/,
    printable: /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/,
    facility:
        /^(kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|auth2|ftp|ntp|audit|alert|cron2|authpriv|local[0-7])$/,
    /** deb-version(7) */
    version: /^[0-9][A-Za-z0-9.+~:-]*$/,
    balance: /^(roundrobin|static-rr|leastconn|first|source|random)$/,
    /** RSA is left out: the SSH client asks for ssh-rsa signatures, which OpenSSH 8.8 and later refuses. */
    hostKey: /^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+=*( .*)?$/,
};

export function validate(args: HaLoadBalancerPairArgs): Problem[] {
    const check = new Checker();
    check.fields("", args, fields.haLoadBalancerPair);
    hosts(check, args.hosts);
    connection(check, "connection", args.connection);
    virtualIps(check, args.virtualIps, args.hosts);
    const heartbeatArgs = known(args.heartbeat);
    if (heartbeatArgs) {
        heartbeat(check, heartbeatArgs);
    }
    haproxy(check, args.haproxy, args.virtualIps);
    fencing(check, known(args.fencing));
    args.goneHosts?.forEach((name, i) => {
        check.text(`goneHosts[${i}]`, name, forms.nodeName, "a node name");
    });
    return check.problems;
}

function fencing(check: Checker, args: FencingArgs | undefined): void {
    check.fields("fencing", args, fields.fencing);
    if (args) {
        check.required("fencing.command", args.command);
        check.text("fencing.command", args.command || undefined, forms.path, "the absolute path of a program");
        check.integer("fencing.timeout", args.timeout, 1, 600);
    }
}

function hosts(check: Checker, list: HostArgs[]): void {
    if (!Array.isArray(list) || list.length !== 2) {
        check.add("hosts", `must be exactly two hosts, and there are ${Array.isArray(list) ? list.length : "none"}`);
    }
    (list ?? []).forEach((host, i) => {
        const path = `hosts[${i}]`;
        check.fields(path, host, fields.host);
        check.required(`${path}.name`, host.name);
        check.text(`${path}.name`, host.name || undefined, forms.nodeName, 'a node name, as "uname -n" prints it');
        check.required(`${path}.address`, host.address);
        address(check, `${path}.address`, host.address || undefined);
        hostKey(check, path, host);
        connection(check, `${path}.connection`, host.connection);
    });
    check.distinct(
        (list ?? []).map((host) => host.name?.toLowerCase()),
        (i) => `hosts[${i}].name`,
    );
    check.distinct(
        (list ?? []).map((host) => known(host.address)),
        (i) => `hosts[${i}].address`,
    );
}

function hostKey(check: Checker, path: string, host: HostArgs): void {
    if (host.hostKey === undefined && !host.insecureSkipHostKeyCheck) {
        check.add(
            `${path}.hostKey`,
            'is required: the host\'s line of "ssh-keyscan -t ed25519", checked by you, without its first word ' +
                "(or set insecureSkipHostKeyCheck to connect without knowing who answers)",
        );
    }
    check.text(`${path}.hostKey`, host.hostKey, forms.hostKey, 'an Ed25519 or ECDSA host key ("ssh-ed25519 AAAA…")');
}

function connection(check: Checker, path: string, args: ConnectionArgs | undefined): void {
    check.fields(path, args, fields.connection);
    check.text(`${path}.user`, args?.user, forms.user, "a user name");
    check.port(`${path}.port`, args?.port);
    const proxy = known(args?.proxy);
    if (proxy) {
        check.fields(`${path}.proxy`, proxy, fields.proxy);
        check.required(`${path}.proxy.host`, proxy.host);
        check.text(`${path}.proxy.user`, proxy.user, forms.user, "a user name");
        check.port(`${path}.proxy.port`, proxy.port);
        check.required(`${path}.proxy.hostKey`, proxy.hostKey);
        check.text(`${path}.proxy.hostKey`, proxy.hostKey, forms.hostKey, "an Ed25519 or ECDSA host key");
    }
}

function address(check: Checker, path: string, input: pulumi.Input<string> | undefined): void {
    const value = known(input);
    if (value !== undefined && isIP(value) === 0) {
        check.add(path, `"${value}" is not an IP address`);
    }
}

function virtualIps(check: Checker, input: HaLoadBalancerPairArgs["virtualIps"], hostList: HostArgs[]): void {
    const list = knownList<VirtualIpArgs>(input);
    if (known(input) === undefined && input !== undefined) {
        return;
    }
    if (!list?.length) {
        check.add("virtualIps", "must be one virtual IP at least");
        return;
    }
    list.forEach((virtualIp, i) => {
        if (!virtualIp) {
            return;
        }
        const path = `virtualIps[${i}]`;
        check.fields(path, virtualIp, fields.virtualIp);
        check.required(`${path}.address`, virtualIp.address);
        address(check, `${path}.address`, virtualIp.address || undefined);
        const value = known(virtualIp.address);
        check.integer(`${path}.prefixLength`, virtualIp.prefixLength, 1, value && isIPv4(value) ? 32 : 128);
        interfaceName(check, `${path}.interface`, virtualIp.interface);
        preferredHost(check, `${path}.preferredHost`, virtualIp.preferredHost, hostList);
        const owner = (hostList ?? []).findIndex((host) => value !== undefined && known(host.address) === value);
        if (owner >= 0) {
            check.add(
                `${path}.address`,
                `"${value}" is the own address of hosts[${owner}]; a virtual IP moves between the hosts`,
            );
        }
    });
    check.distinct(
        list.map((virtualIp) => known(virtualIp?.address)),
        (i) => `virtualIps[${i}].address`,
    );
}

function preferredHost(
    check: Checker,
    path: string,
    input: pulumi.Input<string> | undefined,
    hostList: HostArgs[],
): void {
    const value = known(input);
    const names = (hostList ?? []).map((host) => host.name);
    if (value !== undefined && !names.some((name) => name?.toLowerCase() === String(value).toLowerCase())) {
        check.add(path, `"${value}" is not one of hosts (${names.join(", ")})`);
    }
}

function interfaceName(check: Checker, path: string, input: pulumi.Input<string> | undefined): void {
    check.text(path, input, forms.interface, "the name of a network interface");
}

function heartbeat(check: Checker, args: HeartbeatArgs): void {
    check.fields("heartbeat", args, fields.heartbeat);
    heartbeatTimes(check, args);
    check.port("heartbeat.udpport", args.udpport);
    knownList(args.ping)?.forEach((value, i) => {
        address(check, `heartbeat.ping[${i}]`, value);
    });
    check.text("heartbeat.logfacility", args.logfacility, forms.facility, "a syslog facility");
    check.integer("heartbeat.keyVersion", args.keyVersion, 1, 1_000_000);
    check.text("heartbeat.version", args.version, forms.version, "the version of a Debian package");
    knownList<UcastArgs>(args.ucast)?.forEach((link, i) => {
        const path = `heartbeat.ucast[${i}]`;
        check.fields(path, link, fields.ucast);
        check.required(`${path}.interface`, link?.interface);
        interfaceName(check, `${path}.interface`, link?.interface);
        const addresses = knownList(link?.addresses);
        if (addresses && addresses.length !== 2) {
            check.add(`${path}.addresses`, "must be two addresses, in the order of hosts");
        }
        addresses?.forEach((value, j) => {
            address(check, `${path}.addresses[${j}]`, value);
        });
    });
    knownList(args.bcast)?.forEach((name, i) => {
        interfaceName(check, `heartbeat.bcast[${i}]`, name);
    });
    knownList<McastArgs>(args.mcast)?.forEach((link, i) => {
        const path = `heartbeat.mcast[${i}]`;
        check.fields(path, link, fields.mcast);
        check.required(`${path}.interface`, link?.interface);
        interfaceName(check, `${path}.interface`, link?.interface);
        check.text(
            `${path}.group`,
            link?.group,
            /^(22[4-9]|23[0-9])(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/,
            "an IPv4 multicast group (224.0.0.0 to 239.255.255.255)",
        );
        check.required(`${path}.group`, link?.group);
        check.port(`${path}.port`, link?.port);
        check.integer(`${path}.ttl`, link?.ttl, 0, 4);
    });
    oneLinkAnInterface(check, args);
}

/** Heartbeat names a link by its interface, so a second one of another kind on it counts as dead for ever. */
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
        times[name] = value === undefined ? undefined : milliseconds(value);
        if (value !== undefined && !times[name]) {
            check.add(
                `heartbeat.${name}`,
                `"${value}" is not a time in Heartbeat's syntax, above 0: seconds ("2", "1.5") or milliseconds ("250ms")`,
            );
        }
    }
    // Where one of a pair is not given, the other is held against its default.
    const keepalive = times.keepalive ?? (args.keepalive === undefined ? 250 : undefined);
    const deadtime = times.deadtime ?? (args.deadtime === undefined ? 1000 : undefined);
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

function haproxy(
    check: Checker,
    args: HaproxyArgs | undefined,
    virtualIpInput: HaLoadBalancerPairArgs["virtualIps"],
): void {
    check.required("haproxy", args);
    check.fields("haproxy", args, fields.haproxy);
    check.fields("haproxy.timeout", args?.timeout, fields.timeout);
    check.fields("haproxy.stats", args?.stats, fields.stats);
    const listenArgs = known(args?.listen);
    if (args && args.listen === undefined) {
        check.required("haproxy.listen", undefined);
    }
    if (listenArgs) {
        listen(check, "haproxy.listen", listenArgs, knownList<VirtualIpArgs>(virtualIpInput));
    }
    stats(check, args?.stats);
    const timeout = known(args?.timeout) as TimeoutArgs | undefined;
    for (const name of ["connect", "client", "server"] as const) {
        check.text(
            `haproxy.timeout.${name}`,
            timeout?.[name],
            forms.haproxyTime,
            'a time in HAProxy\'s syntax ("5s", "500ms")',
        );
    }
    check.text("haproxy.logfacility", args?.logfacility, forms.facility, "a syslog facility");
    check.text("haproxy.version", args?.version, forms.version, "the version of a Debian package");
}

function listen(
    check: Checker,
    path: string,
    args: ListenArgs,
    virtualIpList: (VirtualIpArgs | undefined)[] | undefined,
): void {
    check.required(`${path}.name`, args.name);
    check.text(
        `${path}.name`,
        args.name || undefined,
        forms.haproxyName,
        "a section name (letters, digits and _ - . :)",
    );
    check.text(`${path}.balance`, args.balance, forms.balance, "a balancing algorithm of this component");
    binds(check, path, args, virtualIpList);
    const cookie = known(args.cookie);
    if (cookie) {
        check.required(`${path}.cookie.name`, cookie.name);
        check.text(`${path}.cookie.name`, cookie.name, forms.token, "a cookie name");
    }
    const httpchk = known(args.httpchk);
    check.text(`${path}.httpchk.method`, httpchk?.method, forms.method, "an HTTP method");
    check.text(`${path}.httpchk.uri`, httpchk?.uri, forms.uri, "the path of a URL");
    check.text(`${path}.httpchk.host`, httpchk?.host, forms.haproxyName, "a host name");
    servers(check, path, args);
}

function binds(
    check: Checker,
    path: string,
    args: ListenArgs,
    virtualIpList: (VirtualIpArgs | undefined)[] | undefined,
): void {
    const addresses = virtualIpList?.map((virtualIp) => known(virtualIp?.address));
    const list = knownList(args.bind);
    if (list && list.length === 0) {
        check.add(`${path}.bind`, "must be one at least");
    }
    list?.forEach((bind, i) => {
        check.fields(`${path}.bind[${i}]`, bind, fields.bind);
        check.required(`${path}.bind[${i}].port`, bind?.port);
        check.port(`${path}.bind[${i}].port`, bind?.port);
        const value = known(bind?.address);
        if (value !== undefined && addresses?.every((virtualIp) => virtualIp !== undefined && virtualIp !== value)) {
            check.add(`${path}.bind[${i}].address`, `"${value}" is not one of the virtual IPs`);
        }
    });
    check.distinct(
        (list ?? []).map((bind) => bind && `${known(bind.address) ?? "every virtual IP"} port ${known(bind.port)}`),
        (i) => `${path}.bind[${i}]`,
    );
}

function servers(check: Checker, path: string, args: ListenArgs): void {
    const list = knownList(args.servers);
    if (args.servers === undefined || list?.length === 0) {
        check.add(`${path}.servers`, "must be one server at least");
    }
    list?.forEach((server, i) => {
        const at = `${path}.servers[${i}]`;
        check.fields(at, server, fields.server);
        check.required(`${at}.name`, server?.name);
        check.text(
            `${at}.name`,
            server?.name || undefined,
            forms.haproxyName,
            "a server name (letters, digits and _ - . :)",
        );
        check.required(`${at}.address`, server?.address);
        const value = known(server?.address);
        if (value && isIP(value) === 0 && (/^[0-9.]+$/.test(value) || !forms.nodeName.test(value))) {
            check.add(`${at}.address`, `"${value}" is neither an IP address nor a host name`);
        }
        check.port(`${at}.port`, server?.port);
    });
    check.distinct(
        (list ?? []).map((server) => known(server?.name)),
        (i) => `${path}.servers[${i}].name`,
    );
}

function stats(check: Checker, args: StatsArgs | undefined): void {
    check.text("haproxy.stats.uri", args?.uri, forms.uri, "the path of a URL");
    check.text("haproxy.stats.user", args?.user, forms.user, "a user name (no colon)");
    const password = known(args?.password);
    if (password !== undefined && !forms.printable.test(password)) {
        check.add("haproxy.stats.password", "must be printable ASCII, not empty, with no space at either end");
    }
}

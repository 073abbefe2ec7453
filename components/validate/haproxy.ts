/** haproxy. */
import { isIP } from "node:net";
import type { HaLoadBalancerPairArgs, HaproxyArgs, ListenArgs, StatsArgs, TimeoutArgs, VirtualIpArgs } from "../args";
import { fields } from "../fields";
import { type Checker, known, knownList } from "../problems";
import { forms } from "./forms";

export function haproxy(
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

/** /etc/haproxy/haproxy.cfg: the same on both hosts, and free of secrets. */
import type { Bind, Haproxy, Httpchk, Listen, Server, Stats } from "../model";
import { statsPasswordVariable } from "./haproxySecrets";
import { socketAddress } from "./socketAddress";

export function haproxyCfg(haproxy: Haproxy): string {
    const { listen, stats, timeout, logfacility } = haproxy;
    return `global
    log /dev/log ${logfacility}
    chroot /var/lib/haproxy
    user haproxy
    group haproxy
    stats socket /run/haproxy/admin.sock mode 660 level admin
    stats timeout 30s

defaults
    mode http
    log global
    option httplog
    option dontlognull
    option redispatch
    retries 3
    timeout connect ${timeout.connect}
    timeout client ${timeout.client}
    timeout server ${timeout.server}

${section("listen", listen.name, listenLines(listen, stats))}

${section("frontend", "ha-load-balancer-pair", healthLines)}
`;
}

/** What the keeper asks, apart from every port and back end: whether this HAProxy works. */
const healthLines = ["bind unix@/run/haproxy/health.sock user root mode 600", "monitor-uri /"];

function section(keyword: string, name: string, lines: string[]): string {
    return [`${keyword} ${name}`, ...lines.map((line) => `    ${line}`)].join("\n");
}

function listenLines(listen: Listen, stats: Stats): string[] {
    return [
        ...listen.bind.map(bind),
        `balance ${listen.balance}`,
        ...(listen.cookie ? [`cookie ${listen.cookie.name} prefix`] : []),
        ...(listen.forwardfor ? ["option forwardfor"] : []),
        ...(listen.httpchk ? httpchk(listen.httpchk) : []),
        "stats enable",
        `stats uri ${stats.uri}`,
        `stats auth "${stats.user}:\${${statsPasswordVariable}}"`,
        ...listen.servers.map((each) => server(each, listen.cookie !== undefined)),
    ];
}

function bind({ address, port }: Bind): string {
    return `bind ${socketAddress(address, port)}`;
}

function httpchk({ method, uri, host }: Httpchk): string[] {
    const version = host === undefined ? "ver HTTP/1.0" : `ver HTTP/1.1 hdr Host ${host}`;
    return ["option httpchk", `http-check send meth ${method} uri ${uri} ${version}`];
}

function server({ name, address, port }: Server, withCookie: boolean): string {
    return `server ${name} ${socketAddress(address, port)}${withCookie ? ` cookie ${name}` : ""} check`;
}

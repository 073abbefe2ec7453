/** /etc/haproxy/haproxy.cfg: the same on both hosts, without secrets. */
import type { Haproxy } from "../../model";
import { globalOptions, timeoutOptions } from "../../options";
import { optionLines } from "./options";
import { trafficSection } from "./section";
import { tlsDefaults, usesTls } from "./tls";
import { endingInNewline, line, section, word } from "./words";

/** A worker that a reload has replaced ends with its last connection, so with web sockets never (configuration manual, 3.1). */
const hardStopAfter = "24h";

export function haproxyCfg(haproxy: Haproxy): string {
    const { config, sections, stats, moreSections } = haproxy;
    if (config !== undefined) {
        return endingInNewline(config);
    }
    return [
        section("global", globalLines(haproxy)),
        section("defaults", defaultsLines(haproxy)),
        ...sections.map((each) => trafficSection(each, stats)),
        ...(haproxy.prometheus ? [prometheusSection(haproxy.prometheus)] : []),
        ...(moreSections ? [endingInNewline(moreSections)] : []),
    ].join("\n");
}

function globalLines(haproxy: Haproxy): string[] {
    const { logfacility, maxconn, globalLines: more } = haproxy;
    return [
        `log /dev/log ${logfacility}`,
        "chroot /var/lib/haproxy",
        "user haproxy",
        "group haproxy",
        // Some 20,000 connections, or fewer if the service may open fewer files. Some hosts allow half a million, more than memory holds.
        maxconn === undefined ? "fd-hard-limit 40000" : `maxconn ${maxconn}`,
        "stats socket /run/haproxy/admin.sock mode 660 level admin",
        "stats timeout 30s",
        ...(more.some((each) => /^\s*hard-stop-after\s/.test(each)) ? [] : [`hard-stop-after ${hardStopAfter}`]),
        ...(usesTls(haproxy) ? tlsDefaults : []),
        ...optionLines(globalOptions, haproxy.options),
        ...more,
    ];
}

function defaultsLines({ timeout, defaultsLines: more }: Haproxy): string[] {
    return [
        "log global",
        "option dontlognull",
        "option redispatch",
        "retries 3",
        ...optionLines(timeoutOptions, timeout),
        ...more,
    ];
}

/** On every IPv4 address: each host has its own metrics. */
function prometheusSection({ port, uri, src }: NonNullable<Haproxy["prometheus"]>): string {
    return section("frontend ha-load-balancer-pair-prometheus", [
        "mode http",
        `bind :${port}`,
        "option dontlog-normal",
        line("acl allowed src --", ...src.map(word)),
        "http-request deny unless allowed",
        `http-request use-service prometheus-exporter if { path ${uri} }`,
        "http-request return status 404",
    ]);
}

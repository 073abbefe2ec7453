/** Checks `stats` and `prometheus`. */
import { isIP } from "node:net";
import type { BindArgs, HaproxyArgs, PrometheusArgs, StatsArgs } from "../../args";
import { forms } from "../../values/forms";
import { known, wholeList } from "../../values/known";
import type { Checker } from "../checker";
import { fieldsOf } from "../fields";
import { mode } from "./references";
import type { Declared } from "./section";

export function stats(
    check: Checker,
    { stats: input, listen, frontend, config }: HaproxyArgs,
    declared: Declared[],
): void {
    const args = check.object<StatsArgs>("haproxy.stats", input, fieldsOf("Stats"));
    if (!args) {
        return;
    }
    check.port("haproxy.stats.port", args.port);
    sources(check, "haproxy.stats.src", args.src);
    check.choice("haproxy.stats.onVirtualIps", args.onVirtualIps, ["tls", "clear"]);
    check.text("haproxy.stats.uri", args.uri, forms.uri, "the path of a URL");
    check.text("haproxy.stats.user", args.user, forms.user, "a user name (no colon)");
    const needs = (name: "src" | "uri" | "user", what: string) => {
        if (args[name] !== undefined) {
            check.add(`haproxy.stats.${name}`, `has no effect without ${what}`);
        }
    };
    if (args.port === undefined) {
        needs("src", "port");
    }
    if (args.port === undefined && args.onVirtualIps === undefined) {
        needs("uri", "port or onVirtualIps");
        needs("user", "port or onVirtualIps");
    }
    if (config === undefined && wholeList(listen) && wholeList(frontend)) {
        onVirtualIps(check, known(args.onVirtualIps), declared);
    }
}

/** A section must be able to show the page, with `tls` over TLS. */
function onVirtualIps(check: Checker, how: string | undefined, declared: Declared[]): void {
    const sections = declared.filter(
        ({ keyword, args }) => keyword !== "backend" && ["http", undefined].includes(mode(args)),
    );
    // A section that redirects every request to TLS and has no TLS itself shows nothing.
    const showing = sections.filter(({ args }) => known(args.httpsRedirect) !== true || hasTls(args.bind));
    if (how === "tls" && !sections.some(({ args }) => hasTls(args.bind))) {
        check.add(
            "haproxy.stats.onVirtualIps",
            "no listen or frontend in HTTP mode has TLS (bind.ssl), and without TLS the password crosses the network in clear. " +
                "Give one TLS, or set stats.port for a page of each host, or set clear",
        );
    } else if (how === "clear" && showing.length === 0) {
        check.add(
            "haproxy.stats.onVirtualIps",
            "no listen or frontend is in HTTP mode. Set stats.port, or declare one",
        );
    }
}

/** Unknown binds count as TLS: the check runs again once they are known. */
function hasTls(bind: Declared["args"]["bind"]): boolean {
    return wholeList<BindArgs>(bind)?.some(({ ssl }) => ssl !== undefined) ?? true;
}

export function prometheus(check: Checker, input: HaproxyArgs["prometheus"]): void {
    const args = check.object<PrometheusArgs>("haproxy.prometheus", input, fieldsOf("Prometheus"));
    check.port("haproxy.prometheus.port", args?.port);
    check.text("haproxy.prometheus.uri", args?.uri, forms.path, "the path of a URL");
    sources(check, "haproxy.prometheus.src", args?.src);
}

function sources(check: Checker, path: string, input: PrometheusArgs["src"]): void {
    for (const { at, value: source } of check.elements(path, input)) {
        const [address, length, ...rest] = String(source).split("/");
        const isNetwork = length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= 128);
        if (isIP(address) === 0 || !isNetwork || rest.length > 0) {
            check.add(at, `"${source}" is neither an IP address nor a network`);
        }
    }
}

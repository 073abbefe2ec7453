/** `listen`, `frontend` and `backend` sections of haproxy.cfg. */
import type { Acl, Rule, Section, Stats, UseBackend } from "../../model";
import { sectionOptions, sectionTimeoutOptions } from "../../options";
import { optionLines } from "./options";
import { bind, cookie, httpchk, server } from "./server";
import { byTlsAlone, httpsRedirect, statsLines } from "./stats";
import { stick, stickTable } from "./stick";
import { line, section, word } from "./words";

/** Lines in the order in which HAProxy evaluates them: binds, criteria, rules, back ends. */
export function trafficSection(own: Section, stats: Stats | undefined): string {
    const lines = (place: string) => own.lines.filter((text) => placeOf(text) === place);
    const page = stats?.section?.name === own.name ? stats : undefined;
    return section(`${own.keyword} ${own.name}`, [
        `mode ${own.mode}`,
        ...own.bind.map(bind),
        ...(own.bind.length > 0 ? [`option ${own.mode === "http" ? "httplog" : "tcplog"}`] : []),
        ...optionLines(sectionOptions, own.options),
        ...optionLines(sectionTimeoutOptions, own.timeout),
        ...(own.stickTable ? [stickTable(own.stickTable)] : []),
        ...own.acl.map(acl),
        ...lines("acl"),
        ...lines("connection"),
        // Before the user's rules: an "allow" would end the evaluation.
        ...(page?.section?.isTlsOnly ? [byTlsAlone(page, own.httpsRedirect)] : []),
        ...own.httpRequest.map((each) => rule("http-request", each)),
        ...lines("request"),
        // After the user's rules, so that an "allow" can make an exception.
        ...(own.httpsRedirect === undefined
            ? []
            : [`http-request ${httpsRedirect(own.httpsRedirect)} unless { ssl_fc }`]),
        ...lines("redirect"),
        ...own.httpResponse.map((each) => rule("http-response", each)),
        ...(own.hsts === undefined
            ? []
            : [`http-after-response set-header Strict-Transport-Security max-age=${own.hsts} if { ssl_fc }`]),
        ...(page ? statsLines(page) : []),
        ...own.useBackend.map(useBackend),
        ...(own.defaultBackend === undefined ? [] : [`default_backend ${own.defaultBackend}`]),
        ...(own.balance === undefined ? [] : [`balance ${own.balance}`]),
        ...(own.cookie ? [cookie(own.cookie)] : []),
        ...own.stick.map(stick),
        ...(own.httpchk ? httpchk(own.httpchk) : []),
        ...own.servers.map((each) => server(each, own.cookie !== undefined)),
        ...lines("end"),
    ]);
}

/** The place of a user's line. HAProxy warns of a rule that stands after rules which it evaluates later, and with -dW a warning is an error. */
function placeOf(text: string): string {
    const [keyword] = text.trim().split(/\s+/);
    const places: Record<string, string> = {
        acl: "acl",
        "tcp-request": "connection",
        monitor: "connection",
        "http-request": "request",
        redirect: "redirect",
    };
    return places[keyword] ?? "end";
}

function acl({ name, criterion, flags, values }: Acl): string {
    // After "--" HAProxy takes no word for a flag (configuration manual, 7.1).
    const end = values.length > 0 && "--";
    return line("acl", name, criterion, ...flags.map(word), end, ...values.map(word));
}

function rule(keyword: string, { action, words, condition }: Rule): string {
    return line(keyword, action, ...words.map(word), condition);
}

function useBackend({ backend, condition }: UseBackend): string {
    return line("use_backend", backend, condition);
}

/** The statistics page. */
import type { Node, Stats } from "../../model";
import { socketAddress } from "../../values/socketAddress";
import { statsPasswordVariable } from "./haproxySecrets";
import { line, section, word } from "./words";

/** The password is a variable that the secrets file sets. */
export function statsLines({ uri, user }: Stats): string[] {
    return ["stats enable", `stats uri ${uri}`, `stats auth "${user}:\${${statsPasswordVariable}}"`];
}

/** HAProxy compares the path and the query of a request with the page's (configuration manual, 4.2, stats uri). */
export function byTlsAlone({ uri }: Stats, redirect: number | undefined): string {
    const action = redirect === undefined ? "deny" : httpsRedirect(redirect);
    return `http-request ${action} if { pathq -m beg ${uri} } !{ ssl_fc }`;
}

/** `redirect scheme` would keep the client's port. */
export function httpsRedirect(port: number): string {
    return `redirect location https://%[req.hdr(host),host_only]${port === 443 ? "" : `:${port}`}%[capture.req.uri] code 301`;
}

/** A host's own page. HAProxy rejects other clients' connections before it asks for the password. */
export function ownStatsSection(
    stats: Stats,
    { port, src }: NonNullable<Stats["own"]>,
    { address }: Node,
    defaults: string,
): string {
    return section(`frontend ha-load-balancer-pair-statistics from ${defaults}`, [
        `bind ${socketAddress(address, port)}`,
        line("acl allowed src --", address, ...src.map(word)),
        "tcp-request connection reject unless allowed",
        ...statsLines(stats),
    ]);
}

/** Checks one `listen`, `frontend` or `backend`. references.ts checks names between sections. */
import type {
    AclArgs,
    BackendArgs,
    BindArgs,
    BindSslArgs,
    FrontendArgs,
    RuleArgs,
    TimeoutArgs,
    UseBackendArgs,
} from "../../args";
import { sectionOptions, sectionTimeoutOptions } from "../../options";
import { forms } from "../../values/forms";
import { known, knownList } from "../../values/known";
import type { Checker } from "../checker";
import { fieldsOf } from "../fields";
import { authority } from "./certificates";
import { options } from "./options";
import { cookie, httpchk, servers } from "./server";
import { stick, stickTable } from "./stick";

/** A section as it was declared. A frontend has no servers, and a backend has no binds. */
export interface Declared {
    keyword: "listen" | "frontend" | "backend";
    /** `haproxy.listen[0]` */
    path: string;
    args: FrontendArgs & BackendArgs;
}

/** The prefix of this component's own sections. */
const ownPrefix = "ha-load-balancer-pair";

export function section(check: Checker, { keyword, path, args }: Declared): void {
    check.requiredName(`${path}.name`, args.name, "a section name");
    if (String(known(args.name)).startsWith(ownPrefix)) {
        check.add(`${path}.name`, `must not begin with "${ownPrefix}", the prefix of this component's own sections`);
    }
    check.choice(`${path}.mode`, args.mode, ["http", "tcp"]);
    acls(check, path, args);
    rules(check, `${path}.httpRequest`, args.httpRequest);
    rules(check, `${path}.httpResponse`, args.httpResponse);
    stickTable(check, `${path}.stickTable`, args.stickTable);
    options(check, path, args, sectionOptions, { mode: known(args.mode) });
    const timeout = check.object<TimeoutArgs>(`${path}.timeout`, args.timeout, fieldsOf("Timeout"));
    options(check, `${path}.timeout`, timeout, sectionTimeoutOptions, { keyword });
    check.lines(`${path}.lines`, args.lines);
    if (keyword !== "backend") {
        frontFields(check, path, args);
    }
    if (keyword !== "frontend") {
        check.text(`${path}.balance`, args.balance, forms.balance, "a balancing algorithm of this component");
        cookie(check, `${path}.cookie`, args.cookie);
        httpchk(check, `${path}.httpchk`, args.httpchk);
        stick(check, `${path}.stick`, args.stick);
        servers(check, `${path}.servers`, args.servers);
    }
    if (known(args.mode) === "tcp") {
        rejectHttpOnlyFields(check, path, args);
    }
}

function frontFields(check: Checker, path: string, args: FrontendArgs): void {
    binds(check, `${path}.bind`, args.bind);
    check.flag(`${path}.httpsRedirect`, args.httpsRedirect);
    check.integer(`${path}.hsts`, args.hsts, 0, 1_000_000_000);
    check.name(`${path}.defaultBackend`, args.defaultBackend, "a section name");
    for (const { at, value } of check.objects<UseBackendArgs>(
        `${path}.useBackend`,
        args.useBackend,
        fieldsOf("UseBackend"),
    )) {
        check.requiredName(`${at}.backend`, value.backend, "a section name");
        check.condition(`${at}.condition`, value.condition);
    }
}

function binds(check: Checker, path: string, input: FrontendArgs["bind"]): void {
    if (knownList(input)?.length === 0) {
        check.add(path, "at least one is required");
    }
    for (const { at, value } of check.objects<BindArgs>(path, input, fieldsOf("Bind"))) {
        check.required(`${at}.port`, value.port);
        check.port(`${at}.port`, value.port);
        check.flag(`${at}.acceptProxy`, value.acceptProxy);
        const ssl = check.object<BindSslArgs>(`${at}.ssl`, value.ssl, fieldsOf("BindSsl"));
        const certificates = ssl ? bindSsl(check, `${at}.ssl`, ssl) : 0;
        // bind ADDRESS:PORT accept-proxy ssl alpn … ssl-min-ver … strict-sni ca-file … verify …; crt NAME
        check.words(`${at}.words`, value.words, 13 + 2 * certificates);
    }
}

/** Returns the number of certificates. */
function bindSsl(check: Checker, path: string, args: BindSslArgs): number {
    const certificates = knownList(args.certificates);
    const areMissing = args.certificates === undefined || certificates?.length === 0;
    if (check.list(`${path}.certificates`, args.certificates) && areMissing) {
        check.add(`${path}.certificates`, "at least one is required");
    }
    if (certificates && certificates.length > 25) {
        check.add(
            `${path}.certificates`,
            "at most 25 certificates fit in the line. Use a crt-list in bind.words for more",
        );
    }
    check.text(`${path}.alpn`, args.alpn, /^[a-z0-9/.-]+(,[a-z0-9/.-]+)*$/, 'a list of protocols ("h2,http/1.1")');
    check.choice(`${path}.minVersion`, args.minVersion, ["TLSv1.2", "TLSv1.3"]);
    check.flag(`${path}.strictSni`, args.strictSni);
    authority(check, `${path}.clientCa`, args.clientCa);
    check.choice(`${path}.verify`, args.verify, ["required", "optional"]);
    if (args.verify !== undefined && args.clientCa === undefined) {
        check.add(`${path}.verify`, "has no effect without clientCa");
    }
    return certificates?.length ?? 0;
}

function acls(check: Checker, path: string, args: FrontendArgs): void {
    for (const { at, value: acl } of check.objects<AclArgs>(`${path}.acl`, args.acl, fieldsOf("Acl"))) {
        check.requiredName(`${at}.name`, acl.name, "the name of an acl");
        if (/^or$/i.test(String(known(acl.name)))) {
            check.add(`${at}.name`, `"${acl.name}" is a reserved word in conditions`);
        }
        check.requiredText(`${at}.criterion`, acl.criterion, forms.criterion, "a criterion (path_beg, hdr(host), …)");
        // acl NAME CRITERION … --
        check.words(`${at}.flags`, acl.flags, 4);
        check.words(`${at}.values`, acl.values, 4 + (knownList(acl.flags)?.length ?? 0));
    }
}

function rules(check: Checker, path: string, input: FrontendArgs["httpRequest"]): void {
    for (const { at, value: rule } of check.objects<RuleArgs>(path, input, fieldsOf("Rule"))) {
        check.requiredText(`${at}.action`, rule.action, forms.action, "the name of an action");
        check.condition(`${at}.condition`, rule.condition);
        const condition = known(rule.condition);
        check.words(`${at}.words`, rule.words, 2 + (typeof condition === "string" ? condition.split(" ").length : 0));
    }
}

function rejectHttpOnlyFields(check: Checker, path: string, args: FrontendArgs & BackendArgs): void {
    const given = {
        httpRequest: knownList(args.httpRequest)?.length,
        httpResponse: knownList(args.httpResponse)?.length,
        httpsRedirect: known(args.httpsRedirect),
        hsts: known(args.hsts) !== undefined,
        cookie: known(args.cookie),
        balance: /^(uri|url_param|hdr)/.test(String(known(args.balance))),
    };
    for (const [name] of Object.entries(given).filter(([, value]) => value)) {
        check.needsHttp(`${path}.${name}`);
    }
}

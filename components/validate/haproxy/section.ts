/** One `listen`, `frontend` or `backend` by itself. */
import type { AclArgs, BackendArgs, BindArgs, BindSslArgs, FrontendArgs, RuleArgs, UseBackendArgs } from "../../args";
import { fields } from "../../fields";
import { type Checker, known, knownList } from "../../problems";
import { forms } from "../forms";
import { authority } from "./certificates";
import { cookie, httpchk, servers } from "./server";

/** A section as it was declared; a kind without servers or binds has none of those fields. */
export interface Declared {
    keyword: "listen" | "frontend" | "backend";
    /** `haproxy.listen[0]` */
    path: string;
    args: FrontendArgs & BackendArgs;
}

export function section(check: Checker, { keyword, path, args }: Declared): void {
    check.required(`${path}.name`, args.name);
    check.name(`${path}.name`, args.name, "a section name");
    check.text(`${path}.mode`, args.mode, /^(http|tcp)$/, "http or tcp");
    acls(check, path, args);
    rules(check, `${path}.httpRequest`, args.httpRequest);
    rules(check, `${path}.httpResponse`, args.httpResponse);
    check.flag(`${path}.forwardfor`, args.forwardfor);
    check.lines(`${path}.lines`, args.lines);
    if (keyword !== "backend") {
        inFront(check, path, args);
    }
    if (keyword !== "frontend") {
        check.text(`${path}.balance`, args.balance, forms.balance, "a balancing algorithm of this component");
        cookie(check, `${path}.cookie`, known(args.cookie));
        httpchk(check, `${path}.httpchk`, known(args.httpchk));
        servers(check, `${path}.servers`, args.servers);
    }
    if (known(args.mode) === "tcp") {
        nothingOfHttp(check, path, args);
    }
}

function inFront(check: Checker, path: string, args: FrontendArgs): void {
    binds(check, `${path}.bind`, args.bind);
    check.integer(`${path}.maxconn`, args.maxconn, 1, 10_000_000);
    check.text(
        `${path}.restrictReqHdrNames`,
        args.restrictReqHdrNames,
        /^(preserve|delete|reject)$/,
        "preserve, delete or reject",
    );
    check.flag(`${path}.httpsRedirect`, args.httpsRedirect);
    check.integer(`${path}.hsts`, args.hsts, 0, 1_000_000_000);
    check.name(`${path}.defaultBackend`, args.defaultBackend, "a section name");
    if (check.list(`${path}.useBackend`, args.useBackend)) {
        knownList<UseBackendArgs>(args.useBackend)?.forEach((each, i) => {
            const at = `${path}.useBackend[${i}]`;
            if (each !== undefined) {
                check.fields(at, each, fields.useBackend);
                check.required(`${at}.backend`, each.backend);
                check.name(`${at}.backend`, each.backend, "a section name");
                check.condition(`${at}.condition`, each.condition);
            }
        });
    }
}

function binds(check: Checker, path: string, input: FrontendArgs["bind"]): void {
    if (!check.list(path, input)) {
        return;
    }
    const list = knownList<BindArgs>(input);
    if (list?.length === 0) {
        check.add(path, "must be one at least");
    }
    list?.forEach((bind, i) => {
        if (bind !== undefined) {
            check.fields(`${path}[${i}]`, bind, fields.bind);
            check.required(`${path}[${i}].port`, bind.port);
            check.port(`${path}[${i}].port`, bind.port);
            check.flag(`${path}[${i}].acceptProxy`, bind.acceptProxy);
            bindSsl(check, `${path}[${i}].ssl`, known(bind.ssl));
            check.words(`${path}[${i}].words`, bind.words);
        }
    });
}

function bindSsl(check: Checker, path: string, args: BindSslArgs | undefined): void {
    check.fields(path, args, fields.bindSsl);
    if (args === undefined) {
        return;
    }
    const areMissing = args.certificates === undefined || knownList(args.certificates)?.length === 0;
    if (check.list(`${path}.certificates`, args.certificates) && areMissing) {
        check.add(`${path}.certificates`, "must be one at least");
    }
    check.text(`${path}.alpn`, args.alpn, /^[a-z0-9/.-]+(,[a-z0-9/.-]+)*$/, 'a list of protocols ("h2,http/1.1")');
    check.text(`${path}.minVersion`, args.minVersion, /^TLSv1\.[23]$/, "TLSv1.2 or TLSv1.3");
    check.flag(`${path}.strictSni`, args.strictSni);
    authority(check, `${path}.clientCa`, known(args.clientCa));
    check.text(`${path}.verify`, args.verify, /^(required|optional)$/, "required or optional");
    if (args.verify !== undefined && args.clientCa === undefined) {
        check.add(`${path}.verify`, "needs clientCa");
    }
}

function acls(check: Checker, path: string, args: FrontendArgs): void {
    if (!check.list(`${path}.acl`, args.acl)) {
        return;
    }
    knownList<AclArgs>(args.acl)?.forEach((acl, i) => {
        const at = `${path}.acl[${i}]`;
        if (acl !== undefined) {
            check.fields(at, acl, fields.acl);
            check.required(`${at}.name`, acl.name);
            check.name(`${at}.name`, acl.name, "the name of an acl");
            check.required(`${at}.criterion`, acl.criterion);
            check.text(
                `${at}.criterion`,
                acl.criterion || undefined,
                forms.criterion,
                "a criterion (path_beg, hdr(host), …)",
            );
            check.words(`${at}.flags`, acl.flags);
            check.words(`${at}.values`, acl.values);
        }
    });
}

function rules(check: Checker, path: string, input: FrontendArgs["httpRequest"]): void {
    if (!check.list(path, input)) {
        return;
    }
    knownList<RuleArgs>(input)?.forEach((rule, i) => {
        if (rule !== undefined) {
            check.fields(`${path}[${i}]`, rule, fields.rule);
            check.required(`${path}[${i}].action`, rule.action);
            check.text(`${path}[${i}].action`, rule.action || undefined, forms.action, "the name of an action");
            check.words(`${path}[${i}].words`, rule.words);
            check.condition(`${path}[${i}].condition`, rule.condition);
        }
    });
}

function nothingOfHttp(check: Checker, path: string, args: FrontendArgs & BackendArgs): void {
    const given = {
        httpRequest: knownList(args.httpRequest)?.length,
        httpResponse: knownList(args.httpResponse)?.length,
        forwardfor: known(args.forwardfor),
        restrictReqHdrNames: known(args.restrictReqHdrNames),
        httpsRedirect: known(args.httpsRedirect),
        hsts: known(args.hsts) !== undefined,
        cookie: known(args.cookie),
    };
    for (const [name] of Object.entries(given).filter(([, value]) => value)) {
        check.add(`${path}.${name}`, "needs mode http; this section is in mode tcp");
    }
}

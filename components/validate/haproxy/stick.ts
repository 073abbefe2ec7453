/** Checks `stickTable` and `stick`. */
import type { BackendArgs, FrontendArgs, StickArgs, StickTableArgs } from "../../args";
import { forms } from "../../values/forms";
import { known } from "../../values/known";
import type { Checker } from "../checker";
import { fieldsOf } from "../fields";

export function stickTable(check: Checker, path: string, input: FrontendArgs["stickTable"]): void {
    const args = check.object<StickTableArgs>(path, input, fieldsOf("StickTable"));
    if (!args) {
        return;
    }
    check.required(`${path}.type`, args.type);
    check.choice(`${path}.type`, args.type || undefined, ["ip", "ipv6", "integer", "string", "binary"]);
    check.integer(`${path}.len`, args.len, 1, 1024);
    if (args.len !== undefined && /^(ip|ipv6|integer)$/.test(String(known(args.type)))) {
        check.add(`${path}.len`, "has no effect with this type; only string and binary keys have a length");
    }
    check.text(`${path}.size`, args.size, /^[1-9]\d{0,9}[km]?$/, 'a number of entries ("100k", "1m")');
    check.time(`${path}.expire`, args.expire);
    check.flag(`${path}.nopurge`, args.nopurge);
    check.texts(`${path}.store`, args.store, forms.counter, 'is not a counter ("gpc0", "http_req_rate(10s)")');
}

export function stick(check: Checker, path: string, input: BackendArgs["stick"]): void {
    for (const { at, value } of check.objects<StickArgs>(path, input, fieldsOf("Stick"))) {
        check.choice(`${at}.kind`, value.kind, ["on", "match", "store-request", "store-response"]);
        check.requiredText(`${at}.pattern`, value.pattern, forms.criterion, "what is looked at (src, req.cook(ID), …)");
        check.name(`${at}.table`, value.table, "the name of a section");
        check.condition(`${at}.condition`, value.condition);
    }
}

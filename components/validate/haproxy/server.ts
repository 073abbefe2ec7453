/** Checks `servers`, `cookie` and `httpchk`. */
import { isIP } from "node:net";
import type { BackendArgs, CookieArgs, HttpchkArgs, ServerArgs, ServerSslArgs } from "../../args";
import { defaultServerVerify } from "../../args/defaults";
import { serverOptions } from "../../options";
import { forms } from "../../values/forms";
import { known, knownList } from "../../values/known";
import type { Checker } from "../checker";
import { fieldsOf } from "../fields";
import { authority } from "./certificates";
import { options } from "./options";

export function cookie(check: Checker, path: string, input: BackendArgs["cookie"]): void {
    const args = check.object<CookieArgs>(path, input, fieldsOf("Cookie"));
    if (!args) {
        return;
    }
    check.requiredText(`${path}.name`, args.name, forms.token, "a cookie name");
    check.choice(`${path}.mode`, args.mode, ["prefix", "insert", "rewrite"]);
    for (const name of ["indirect", "nocache", "httponly", "secure"] as const) {
        check.flag(`${path}.${name}`, args[name]);
    }
    if (known(args.mode) === "rewrite" && known(args.indirect) === true) {
        check.add(`${path}.indirect`, "cannot be true with mode rewrite: the server must see the cookie");
    }
}

export function httpchk(check: Checker, path: string, input: BackendArgs["httpchk"]): void {
    const args = check.object<HttpchkArgs>(path, input, fieldsOf("Httpchk"));
    check.text(`${path}.method`, args?.method, forms.method, "an HTTP method");
    check.text(`${path}.uri`, args?.uri, forms.uri, "the path of a URL");
    check.text(`${path}.host`, args?.host, forms.haproxyName, "a host name");
    check.text(
        `${path}.expectStatus`,
        args?.expectStatus,
        /^[1-5]\d\d(-[1-5]\d\d)?(,[1-5]\d\d(-[1-5]\d\d)?)*$/,
        'statuses ("200", "200-299,404")',
    );
    for (const range of String(known(args?.expectStatus)).split(",")) {
        const [first, last] = range.split("-");
        if (last !== undefined && last < first) {
            check.add(`${path}.expectStatus`, `"${range}" ends before it begins`);
        }
    }
}

export function servers(check: Checker, path: string, input: BackendArgs["servers"]): void {
    if (input === undefined || knownList(input)?.length === 0) {
        check.add(path, "at least one server is required");
    }
    const list = check.objects<ServerArgs>(path, input, fieldsOf("Server"));
    for (const { at, value } of list) {
        server(check, at, value);
    }
    check.distinct(
        list.map(({ value }) => known(value.name)),
        (i) => `${list[i].at}.name`,
    );
}

function server(check: Checker, path: string, args: ServerArgs): void {
    check.requiredName(`${path}.name`, args.name, "a server name");
    check.required(`${path}.address`, args.address);
    const value = known(args.address);
    if (value && !isAddress(value) && !isHostName(value)) {
        check.add(`${path}.address`, `"${value}" is neither an IP address nor a host name`);
    }
    check.port(`${path}.port`, args.port);
    options(check, path, args, serverOptions);
    ssl(check, path, args);
    // 34: the words that the component itself writes in the line, if every field is given.
    check.words(`${path}.words`, args.words, 34);
}

/** HAProxy rejects an address with its interface ("fe80::1%eth0"). */
function isAddress(value: string): boolean {
    return isIP(value) !== 0 && !String(value).includes("%");
}

function isHostName(value: unknown): boolean {
    return typeof value === "string" && !/^[0-9.]+$/.test(value) && forms.nodeName.test(value);
}

function ssl(check: Checker, path: string, { ssl: input, address }: ServerArgs): void {
    const args = check.object<ServerSslArgs>(`${path}.ssl`, input, fieldsOf("ServerSsl"));
    if (!args) {
        return;
    }
    check.choice(`${path}.ssl.verify`, args.verify, ["required", "none"]);
    check.text(`${path}.ssl.hostname`, args.hostname, forms.nodeName, "a host name");
    authority(check, `${path}.ssl.ca`, args.ca);
    const value = known(address);
    const isVerified = (args.verify === undefined ? defaultServerVerify : known(args.verify)) === "required";
    if (args.hostname === undefined && isVerified && value !== undefined && isIP(value) !== 0) {
        check.add(
            `${path}.ssl.hostname`,
            "is required because the address is not a name, and a certificate is verified by its name",
        );
    }
}

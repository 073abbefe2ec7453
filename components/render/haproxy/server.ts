/** `bind`, `server`, `cookie` and `option httpchk` lines. */
import { isIP } from "node:net";
import type { Bind, Cookie, Httpchk, Server } from "../../model";
import { serverOptions } from "../../options";
import { socketAddress } from "../../values/socketAddress";
import { optionLines } from "./options";
import { bindSsl, serverSsl } from "./tls";
import { line, word } from "./words";

export function bind({ address, port, acceptProxy, ssl, words }: Bind): string {
    return line(
        "bind",
        socketAddress(address, port),
        acceptProxy && "accept-proxy",
        ssl && bindSsl(ssl),
        ...words.map(word),
    );
}

const checkAt = serverOptions.findIndex(({ field }) => field === "check");
const [beforeCheck, fromCheck] = [serverOptions.slice(0, checkAt), serverOptions.slice(checkAt)];

export function server(each: Server, withCookie: boolean): string {
    return line(
        "server",
        each.name,
        socketAddress(each.address, each.port),
        ...optionLines(beforeCheck, each.options),
        withCookie && `cookie ${each.name}`,
        ...optionLines(fromCheck, each.options),
        each.ssl && serverSsl(each.ssl),
        // By default HAProxy does not start while a name cannot be resolved (configuration manual, 5.3.2).
        isIP(each.address) === 0 && !each.words.includes("init-addr") && "init-addr last,libc,none",
        ...each.words.map(word),
    );
}

export function cookie({ name, mode, indirect, nocache, httponly, secure }: Cookie): string {
    return line(
        "cookie",
        name,
        mode,
        indirect && "indirect",
        nocache && "nocache",
        httponly && "httponly",
        secure && "secure",
    );
}

export function httpchk({ method, uri, host, expectStatus }: Httpchk): string[] {
    const version = host === undefined ? "ver HTTP/1.0" : `ver HTTP/1.1 hdr Host ${host}`;
    return [
        "option httpchk",
        `http-check send meth ${method} uri ${uri} ${version}`,
        ...(expectStatus === undefined ? [] : [`http-check expect status ${expectStatus}`]),
    ];
}

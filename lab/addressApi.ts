/**
 * An API that routes addresses to hosts, as a cloud has one: `PUT http://192.168.0.1:8098/addresses/ADDRESS` with `host=NAME`. The network
 * of the lab's clients has no other route to such an address.
 */
import type { ChildProcess } from "node:child_process";
import type { Lab } from "./lab";

export const addressApi = "http://192.168.0.1:8098";
/** The bearer token that the API accepts. */
export const addressApiToken = "token-of-the-address-api";

/** Runs in the control namespace: a line out for each request with its token, a line in with the status for its answer. */
const server = `
const waiting = [];
require("node:http").createServer((request, response) => {
    let body = "";
    request.on("data", (data) => (body += data)).on("end", () => {
        waiting.push(response);
        console.log(JSON.stringify([request.method, request.url, request.headers.authorization, body]));
    });
}).listen(8098, "192.168.0.1");
require("node:readline").createInterface({ input: process.stdin }).on("line", (status) => {
    waiting.shift().writeHead(Number(status)).end();
}).on("close", () => process.exit());
`;

export class AddressApi {
    /** The names of the hosts that an address was routed to so far. */
    readonly moves: string[] = [];
    /** Requests that are answered with an error from now on. */
    failures = 0;
    private child?: ChildProcess;

    constructor(private readonly lab: Lab) {
        lab.attempt([process.execPath, "-e", server], {
            keepInputOpen: true,
            timeout: 3_600_000,
            onSpawn: (child) => (this.child = child),
            onLine: (line) => this.serve(line),
        });
    }

    private async serve(line: string): Promise<void> {
        this.child?.stdin?.write(`${await this.answer(line)}\n`);
    }

    private async answer(line: string): Promise<number> {
        const [method, path, authorization, body] = JSON.parse(line) as string[];
        const [, address] = /^\/addresses\/([0-9.]+)$/.exec(path) ?? [];
        const host = this.lab.loadBalancers.find(({ plan }) => body === `host=${plan.fqdn}`);
        if (authorization !== `Bearer ${addressApiToken}`) {
            return 401;
        }
        if (method !== "PUT" || address === undefined || host === undefined) {
            return 404;
        }
        if (this.failures > 0) {
            this.failures -= 1;
            return 503;
        }
        await this.lab.run(["ip", "route", "replace", address, "via", host.address]);
        this.moves.push(host.name);
        return 200;
    }

    stop(): void {
        this.child?.stdin?.end();
    }
}

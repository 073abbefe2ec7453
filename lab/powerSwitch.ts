/** A power switch that the hosts of a lab can reach, as a machine room has one: `http://192.168.0.1:8099/off/lb1.example.com`, or `/on/`. */
import type { ChildProcess } from "node:child_process";
import type { Lab } from "./lab";

/** Runs in the control namespace: a line out for each request, a line in with the status for its answer. */
const server = `
const waiting = [];
require("node:http").createServer((request, response) => {
    waiting.push(response);
    console.log(request.url);
}).listen(8099, "192.168.0.1");
require("node:readline").createInterface({ input: process.stdin }).on("line", (status) => {
    waiting.shift().writeHead(Number(status)).end();
}).on("close", () => process.exit());
`;

/** What a host runs to use it. */
export const fencingScript = `#!/bin/sh
# usage: fence NODE
exec curl -sf -m 10 "http://192.168.0.1:8099/off/$1"
`;

export class PowerSwitch {
    /** The requests so far. */
    readonly requests: string[] = [];
    /** Whether it does what it is asked for; otherwise it answers with an error. */
    works = true;
    private child?: ChildProcess;

    constructor(private readonly lab: Lab) {
        lab.attempt([process.execPath, "-e", server], {
            keepInputOpen: true,
            timeout: 3_600_000,
            onSpawn: (child) => (this.child = child),
            onLine: (line) => this.serve(line),
        });
    }

    private async serve(path: string): Promise<void> {
        this.requests.push(path);
        const [, what, name] = /^\/(on|off)\/([^.]+)/.exec(path) ?? [];
        if (this.works && what) {
            const host = this.lab.host(name);
            await (what === "on" ? host.boot() : host.powerOff());
        }
        this.child?.stdin?.write(`${this.works ? 200 : 503}\n`);
    }

    stop(): void {
        this.child?.stdin?.end();
    }
}

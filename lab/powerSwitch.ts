/** A power switch that the hosts of a lab can reach, as a machine room has one: `http://192.168.0.1:8099/off/lb1.example.com`, or `/on/`. */
import type { Lab } from "./lab";
import { RequestServer } from "./requestServer";

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
    private readonly server: RequestServer;

    constructor(private readonly lab: Lab) {
        this.server = new RequestServer(lab, 8099, ({ path }) => this.answer(path));
    }

    private async answer(path: string): Promise<number> {
        this.requests.push(path);
        const [, what, name] = /^\/(on|off)\/([^.]+)/.exec(path) ?? [];
        if (this.works && what) {
            const host = this.lab.host(name);
            await (what === "on" ? host.boot() : host.powerOff());
        }
        return this.works ? 200 : 503;
    }

    stop(): void {
        this.server.stop();
    }
}

/**
 * An API that routes addresses to hosts, as a cloud has one: `PUT http://192.168.0.1:8098/addresses/ADDRESS` with `host=NAME`. The network
 * of the lab's clients has no other route to such an address.
 */
import type { Lab } from "./lab";
import { type Request, RequestServer } from "./requestServer";

const port = 8098;
export const addressApi = `http://192.168.0.1:${port}`;
/** The bearer token that the API accepts. */
export const addressApiToken = "token-of-the-address-api";

export class AddressApi {
    /** The names of the hosts that an address was routed to so far. */
    readonly moves: string[] = [];
    /** How many of the next requests fail. */
    failures = 0;
    private readonly server: RequestServer;

    constructor(private readonly lab: Lab) {
        this.server = new RequestServer(lab, port, (request) => this.answer(request));
    }

    private async answer({ method, path, authorization, body }: Request): Promise<number> {
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
        this.server.stop();
    }
}

/** How to log in on hosts that are in no stack yet: as ssh does it. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import type { Login } from "../components/remote/ssh";
import { hostKeyOf } from "../components/values/knownHosts";
import { UserError } from "../support/errors";

interface LoginOptions {
    user: string;
    port: number;
    /** A private key's file. */
    identity?: string;
    /** A known_hosts file. */
    knownHosts: string;
}

function textOf(option: string, path: string): string {
    const file = path.replace(/^~(?=\/)/, homedir());
    if (!existsSync(file)) {
        throw new UserError(`--${option}: there is no file "${path}"`);
    }
    return readFileSync(file, "utf8");
}

export function loginsOf(addresses: string[], { user, port, identity, knownHosts }: LoginOptions): Login[] {
    const known = textOf("known-hosts", knownHosts);
    const privateKey = identity === undefined ? undefined : textOf("identity", identity);
    return addresses.map((host) => {
        const hostKey = hostKeyOf(known, host, port);
        if (hostKey === undefined) {
            throw new UserError(
                `${knownHosts} has no key of ${host}; "halb host-keys ${host}" shows it, "ssh ${host}" asks whether to trust it`,
            );
        }
        return { host, port, user, privateKey, hostKey };
    });
}

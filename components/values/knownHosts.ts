/** Host keys from a known_hosts file; see sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". */
import { createHmac } from "node:crypto";

/** The key types that a connection can be pinned to, the best first. */
const keyTypes = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"];

/**
 * The host key of an address in the text of a known_hosts file, as `HostArgs.hostKey` takes it;
 * undefined where the file has none, or only keys that it revokes. Hashed names are understood; patterns and certificates are not.
 */
export function hostKeyOf(knownHosts: string, address: string, port = 22): string | undefined {
    const name = port === 22 ? address : `[${address}]:${port}`;
    const lines = knownHosts.split("\n").map((line) => line.trim().split(/\s+/));
    // A revoked key is rejected for every host, also for hosts that its line does not name.
    const revoked = new Set(lines.filter(([marker]) => marker === "@revoked").map((words) => words[3]));
    const keys = lines
        .filter(([names, type]) => names && keyTypes.includes(type) && matches(names, name))
        .filter(([, , key]) => !revoked.has(key))
        .sort((a, b) => keyTypes.indexOf(a[1]) - keyTypes.indexOf(b[1]));
    return keys.length > 0 ? `${keys[0][1]} ${keys[0][2]}` : undefined;
}

/** A line begins with the host's names, or with `|1|SALT|HMAC` of one. */
function matches(names: string, wanted: string): boolean {
    const [, version, salt, hash] = names.split("|");
    if (version === "1") {
        return createHmac("sha1", Buffer.from(salt, "base64")).update(wanted).digest("base64") === hash;
    }
    return names.split(",").includes(wanted);
}

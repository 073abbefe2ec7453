/** `halb host-keys`: the configuration that pins the hosts' SSH keys. */
import { createHash } from "node:crypto";
import type { ClientChannel } from "ssh2";
import { connect, type Login, wayThrough } from "../components/remote/ssh";
import { UserError } from "../support/errors";

/** How long a host may take to show its key, in milliseconds. */
const limit = 5000;

export interface Shown {
    host: string;
    /** As `hosts[].hostKey` takes it. */
    hostKey: string;
    /** As `ssh-keygen -l` prints it. */
    fingerprint: string;
}

/** The key that a host shows to any client. Needs no login on the host; it logs in on the host's proxy, if there is one. */
export async function shownKey(login: Login): Promise<Shown> {
    try {
        const proxy = login.proxy && (await connect(login.proxy));
        try {
            return await asked(login, proxy && (await wayThrough(proxy, login)));
        } finally {
            proxy?.end();
        }
    } catch (error) {
        throw new UserError(`${login.host}: no SSH host key (${(error as Error).message})`);
    }
}

function asked({ host, port }: Login, sock?: ClientChannel): Promise<Shown> {
    const ssh2: typeof import("ssh2") = require("ssh2");
    return new Promise((resolve, reject) => {
        const client = new ssh2.Client();
        client.once("error", reject);
        client.connect({
            host,
            port,
            sock,
            username: "nobody",
            readyTimeout: limit,
            algorithms: {
                serverHostKey: ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"],
            },
            hostVerifier: (key: Buffer) => {
                const type = key.subarray(4, 4 + key.readUInt32BE(0)).toString();
                const digest = createHash("sha256").update(key).digest("base64").replace(/=+$/, "");
                resolve({
                    host,
                    hostKey: `${type} ${key.toString("base64")}`,
                    fingerprint: `SHA256:${digest}`,
                });
                return false;
            },
        });
    });
}

export async function hostKeys(shown: Shown[], asJson: boolean): Promise<number> {
    if (asJson) {
        console.log(JSON.stringify(shown, null, 4));
        return 0;
    }
    for (const [i, { host, hostKey, fingerprint }] of shown.entries()) {
        console.log(`# ${host} shows ${fingerprint}`);
        console.log(`pulumi config set --path 'hosts[${i}].hostKey' '${hostKey}'`);
    }
    console.log(
        "# The hosts at these addresses presented these keys. Compare the fingerprints on the hosts themselves before you pin them:",
    );
    console.log("#   ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub");
    return 0;
}

/** /etc/ha.d/authkeys: the secret that both hosts sign their heartbeats with. */

/** sha1 (HMAC) is the strongest method that Heartbeat 3.0.6 has. `auth` must come before its key. */
export function authkeys(secret: string): string {
    return `auth 1
1 sha1 ${secret}
`;
}

/**
 * /etc/haproxy/ha-load-balancer-pair-secrets.cfg: what haproxy.cfg must not hold, as variables of
 * HAProxy's environment. HAProxy reads it in front of haproxy.cfg, and again at every reload. (A
 * systemd EnvironmentFile would be read at a restart only.)
 */

import { strongQuoted } from "./words";

/** The variable that holds the statistics page's password. */
export const statsPasswordVariable = "STATS_PASSWORD";

export function haproxySecrets(statsPassword: string): string {
    return `global
    setenv ${statsPasswordVariable} ${strongQuoted(statsPassword)}
`;
}

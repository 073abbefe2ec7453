/** systemd drop-ins: what the packages' units lack on a load balancer. */

const haproxyFiles = "-f /etc/haproxy/ha-load-balancer-pair-secrets.cfg -f /etc/haproxy/haproxy.cfg";

/** The package's own command lines with the file of secrets put in front. */
export function haproxyDropIn(): string {
    return `[Service]
ExecStartPre=
ExecStart=
ExecStart=/usr/sbin/haproxy -Ws -S /run/haproxy-master.sock ${haproxyFiles} -p /run/haproxy.pid
ExecReload=
ExecReload=/usr/sbin/haproxy -c -q ${haproxyFiles}
ExecReload=/bin/kill -USR2 $MAINPID
Restart=always
`;
}

/**
 * The package's unit is never restarted, waits half an hour for a stop, and starts before the
 * addresses of its links are there.
 */
export function heartbeatDropIn(): string {
    return `[Unit]
Wants=network-online.target
After=network-online.target

[Service]
Restart=on-failure
RestartSec=1
TimeoutStopSec=60
`;
}

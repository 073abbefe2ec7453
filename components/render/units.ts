/** systemd drop-ins: what the packages' units lack on a load balancer. */

const haproxyFiles = [
    "ha-load-balancer-pair-secrets.cfg",
    "haproxy.cfg",
    "ha-load-balancer-pair-health.cfg",
    "ha-load-balancer-pair-peers.cfg",
]
    .map((file) => `-f /etc/haproxy/${file}`)
    .join(" ");

/**
 * The package's own command lines with the file of secrets in front, and those of health and peers behind. `-L`: among the
 * peers this host goes by its node name, in small letters as everywhere.
 */
export function haproxyDropIn(node: string): string {
    return `[Unit]
StartLimitIntervalSec=0

[Service]
ExecStartPre=
ExecStart=
ExecStart=/usr/sbin/haproxy -Ws -S /run/haproxy-master.sock -L ${node} ${haproxyFiles} -p /run/haproxy.pid
ExecReload=
ExecReload=/usr/sbin/haproxy -c -q -L ${node} ${haproxyFiles}
ExecReload=/bin/kill -USR2 $MAINPID
Restart=always
`;
}

/** Where Heartbeat's scripts see their functions, and the copy with the one that is not safe replaced (steps/sh/keeper.sh). */
const shellFunctions = "/var/lib/ha-load-balancer-pair/shellfuncs:/etc/ha.d/shellfuncs";

/**
 * The package's unit is never restarted, takes a Heartbeat that restarts itself (as another process) for one that has
 * ended, and stops it, leaves one behind that has just done so when it is stopped, waits half an hour for a stop, and starts before the
 * addresses of its links are there. A host that shuts down hands over before HAProxy ends, so
 * HAProxy is started first.
 */
export function heartbeatDropIn(): string {
    return `[Unit]
Wants=network-online.target ha-load-balancer-pair.service
After=network-online.target ha-load-balancer-pair.service haproxy.service
StartLimitIntervalSec=0

[Service]
BindReadOnlyPaths=-${shellFunctions}
ExitType=cgroup
KillMode=control-group
SendSIGKILL=yes
Restart=always
RestartSec=1
TimeoutStopSec=60
`;
}

/** The keeper's own unit, at the place of administrators' units: /etc/systemd/system. */
export function keeperUnit(): string {
    return `[Unit]
Description=Keeps each virtual IP on exactly one healthy host (HaLoadBalancerPair)
Wants=network-online.target
After=network-online.target haproxy.service
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart=/usr/bin/python3 -EsB /usr/local/lib/ha-load-balancer-pair /etc/ha-load-balancer-pair/keeper.json
Restart=always
RestartSec=200ms
WatchdogSec=5
WatchdogSignal=SIGKILL
TimeoutStopSec=15
SyslogIdentifier=ha-load-balancer-pair
Nice=-15
OOMScoreAdjust=-900
NoNewPrivileges=yes

[Install]
WantedBy=multi-user.target
`;
}

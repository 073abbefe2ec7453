/** systemd drop-ins: what the packages' units lack on a load balancer. */

import { haproxyFiles } from "./haproxy/files";

const configurationWords = Object.values(haproxyFiles)
    .map((path) => `-f ${path}`)
    .join(" ");

/**
 * What systemd denies HAProxy and Heartbeat, with all that they start (systemd.exec(5)). HAProxy may read files anywhere, use devices (TLS
 * engines) and enter network namespaces (`namespace`), and Heartbeat may use a watchdog: these stay. Takes effect at the next start of the service.
 */
const sharedSandbox = `ProtectSystem=full
ProtectHome=read-only
ProtectControlGroups=yes
ProtectKernelLogs=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native`;

/**
 * HAProxy does not need the kernel's settings, modules and clock; Heartbeat's agent sets promote_secondaries. A socket or a map file can be in
 * /etc/haproxy, and a program that HAProxy starts (Data Plane API) writes there.
 */
const haproxySandbox = `${sharedSandbox}
ReadWritePaths=-/etc/haproxy
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictRealtime=yes
SystemCallFilter=~@clock @cpu-emulation @debug @module @obsolete @raw-io @reboot @swap
SystemCallErrorNumber=EPERM`;

/**
 * The package's own command lines with the file of secrets in front, and those of health and peers behind. `-L`: among the
 * peers this host goes by its node name, in small letters as everywhere. An orderly stop waits until the virtual IPs have been handed over.
 */
export function haproxyDropIn(node: string): string {
    return `[Unit]
StartLimitIntervalSec=0

[Service]
ExecStartPre=
ExecStart=
ExecStart=/usr/sbin/haproxy -Ws -S /run/haproxy-master.sock -L ${node} ${configurationWords} -p /run/haproxy.pid
ExecReload=
ExecReload=/usr/sbin/haproxy -c -q -L ${node} ${configurationWords}
ExecReload=/bin/kill -USR2 $MAINPID
ExecStop=-/bin/sh /usr/local/lib/ha-load-balancer-pair/before-haproxy-stops.sh
Restart=always
${haproxySandbox}
`;
}

/** Binds a copy of Heartbeat's shell functions over the original: the copy has a safe version of one function (steps/sh/keeper.sh). */
const shellFunctions = "/var/lib/ha-load-balancer-pair/shellfuncs:/etc/ha.d/shellfuncs";

/**
 * The package's unit has five faults that this drop-in corrects:
 * - systemd does not restart Heartbeat after a failure.
 * - Heartbeat can restart itself as another process. systemd takes that for the service's end, and stops it.
 * - A stop right after such a restart leaves the new process behind.
 * - systemd waits half an hour for a stop.
 * - Heartbeat starts before the addresses of its links exist.
 *
 * HAProxy starts first, so that a host that shuts down stops Heartbeat first: the host hands over while HAProxy still serves.
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
${sharedSandbox}
`;
}

/**
 * What the keeper may do (systemd.exec(5)): addresses, nftables and raw sockets; read which program has a connection (`ss -p`); write its own
 * folders, and ha.cf where it makes Heartbeat wait for the peer. promote_secondaries is below /proc/sys/net/ipv4/conf (host/VirtualIp).
 * Programs of the user's run outside of it, see host/lib/keeper/outside.py.
 */
const keeperSandbox = `NoNewPrivileges=yes
UMask=0077
CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW CAP_NET_BIND_SERVICE CAP_SYS_PTRACE CAP_DAC_READ_SEARCH CAP_DAC_OVERRIDE
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@resources
SystemCallErrorNumber=EPERM
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
ProtectSystem=strict
RuntimeDirectory=ha-load-balancer-pair
RuntimeDirectoryMode=0700
RuntimeDirectoryPreserve=yes
ReadWritePaths=/var/lib/ha-load-balancer-pair -/etc/ha.d /proc/sys/net/ipv4/conf
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
KeyringMode=private`;

/** The keeper's own unit, at the place of administrators' units: /etc/systemd/system. */
export function keeperUnit(): string {
    return `[Unit]
Description=Keeps each virtual IP on exactly one healthy host (HaLoadBalancerPair)
Wants=network-online.target
After=network-online.target haproxy.service
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStartPre=-/usr/sbin/nft -f /etc/ha-load-balancer-pair/firewall.nft
ExecStart=/usr/bin/python3 -ISB /usr/local/lib/ha-load-balancer-pair /etc/ha-load-balancer-pair/keeper.json
Restart=always
RestartSec=200ms
WatchdogSec=5
WatchdogSignal=SIGKILL
TimeoutStopSec=15
SyslogIdentifier=ha-load-balancer-pair
Nice=-15
OOMScoreAdjust=-900
${keeperSandbox}

[Install]
WantedBy=multi-user.target
`;
}

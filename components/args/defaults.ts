/** The defaults that the comments in this folder name and that more than one room needs. Each stands here once. */

/** Of `Haproxy.prometheus.port` and `Haproxy.peers.port`: ports of both hosts, not of a virtual IP. */
export const prometheusPort = 8405;
export const peersPort = 10000;

/** Of `mode` of a section. */
export const defaultMode = "http";

/** Of `Frontend.bind`: every virtual IP at this port. */
export const defaultPort = 80;

/** Of `Server.port`. */
export const defaultServerPort = 80;

/** Of `ServerSsl.verify`. */
export const defaultServerVerify = "required";

/** Of `Heartbeat.keepalive` and `Heartbeat.deadtime`. */
export const defaultKeepalive = "250ms";
export const defaultDeadtime = "1";

/** Of `Heartbeat.udpport` and `Mcast.port` (ha.cf(5)). */
export const defaultHeartbeatPort = 694;

/** Of `Fencing.timeout`, in seconds. */
export const defaultFencingTimeout = 30;

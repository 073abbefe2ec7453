/** The defaults that the comments in this folder name and that more than one room needs. Each stands here once. */

/** Of `HaproxyArgs.prometheus.port` and `HaproxyArgs.peers.port`: ports of both hosts, not of a virtual IP. */
export const prometheusPort = 8405;
export const peersPort = 10000;

/** HAProxy's files, in the order in which its command line names them (`-f`). A later file can use what an earlier one sets. */
export const haproxyFiles = {
    secrets: "/etc/haproxy/ha-load-balancer-pair-secrets.cfg",
    cfg: "/etc/haproxy/haproxy.cfg",
    health: "/etc/haproxy/ha-load-balancer-pair-health.cfg",
    peers: "/etc/haproxy/ha-load-balancer-pair-peers.cfg",
};

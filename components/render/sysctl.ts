/** /etc/sysctl.d/60-ha-load-balancer-pair.conf: what HAProxy needs of the kernel. */

/** The host that does not hold a virtual IP must be able to listen on it, so that nothing starts at takeover. */
export function sysctl(): string {
    return `net.ipv4.ip_nonlocal_bind = 1
net.ipv6.ip_nonlocal_bind = 1
`;
}

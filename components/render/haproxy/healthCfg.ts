/**
 * /etc/haproxy/ha-load-balancer-pair-health.cfg: what the keeper asks, apart from every port and back end, and whatever
 * haproxy.cfg says: whether this HAProxy works. HAProxy reads it behind haproxy.cfg, with defaults of its own.
 */
import { statsPasswordVariable } from "./haproxySecrets";
import { section } from "./words";

export function healthCfg(): string {
    return [
        section("global", [
            "stats socket /run/haproxy/ha-load-balancer-pair.sock user root mode 600 level user",
            // haproxy.cfg has been read: "show env" on a socket would print the password.
            `unsetenv ${statsPasswordVariable}`,
        ]),
        section("defaults ha-load-balancer-pair-health", [
            "mode http",
            "timeout connect 5s",
            "timeout client 5s",
            "timeout server 5s",
        ]),
        section("frontend ha-load-balancer-pair-health from ha-load-balancer-pair-health", [
            "bind unix@/run/haproxy/health.sock user root mode 600",
            "monitor-uri /",
        ]),
    ].join("\n");
}

/**
 * /etc/haproxy/ha-load-balancer-pair-health.cfg: the health socket that the keeper asks, independent of haproxy.cfg, its ports and back ends; and the
 * host's own statistics page. HAProxy reads it after haproxy.cfg, with defaults of its own.
 */
import type { Node, Stats } from "../../model";
import { statsPasswordVariable } from "./haproxySecrets";
import { ownStatsSection } from "./stats";
import { section } from "./words";

const defaults = "ha-load-balancer-pair-health";

export function healthCfg(stats: Stats | undefined, own: Node): string {
    return [
        section(`defaults ${defaults}`, ["mode http", "timeout connect 5s", "timeout client 5s", "timeout server 5s"]),
        section(`frontend ha-load-balancer-pair-health from ${defaults}`, [
            "bind unix@/run/haproxy/health.sock user root mode 600",
            "monitor-uri /",
        ]),
        ...(stats?.own ? [ownStatsSection(stats, stats.own, own, defaults)] : []),
        section("global", [
            "stats socket /run/haproxy/ha-load-balancer-pair.sock user root mode 600 level user",
            // Every file that needs it has been read. "show env" on a socket would print the password.
            `unsetenv ${statsPasswordVariable}`,
        ]),
    ].join("\n");
}

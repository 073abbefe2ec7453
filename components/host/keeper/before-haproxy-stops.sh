#!/bin/sh
# ExecStop= of haproxy.service (systemd.service(5)): HAProxy ends when this host has handed its virtual IPs over (stopping.py).
set -eu

run=/run/ha-load-balancer-pair

# One that has ended by itself serves nobody any more.
[ -n "${MAINPID-}" ] || exit 0

echo "$MAINPID" >"$run/haproxy-stops"
[ ! -p "$run/keeper" ] || echo haproxy-stops 1<>"$run/keeper"

# A host that shuts down has stopped the keeper before.
tries=300
while [ "$tries" -gt 0 ] && systemctl is-active --quiet ha-load-balancer-pair; do
    [ "$(cat "$run/haproxy-may-stop" 2>/dev/null)" != "$MAINPID" ] || exit 0
    tries=$((tries - 1))
    sleep 0.1
done

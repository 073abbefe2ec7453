#!/bin/sh
# ExecStop= of haproxy.service (systemd.service(5)): HAProxy ends when this host has handed its virtual IPs over (stopping.py).
set -eu

run=/run/ha-load-balancer-pair

# MAINPID is empty if HAProxy has ended already.
[ -n "${MAINPID-}" ] || exit 0

echo "$MAINPID" >"$run/haproxy-stops"
[ ! -p "$run/keeper" ] || echo haproxy-stops 1<>"$run/keeper"

ends_at=$(($(date +%s) + 40))
while [ "$(date +%s)" -lt "$ends_at" ]; do
    [ "$(cat "$run/haproxy-may-stop" 2>/dev/null)" != "$MAINPID" ] || exit 0
    # It can end meanwhile, and the keeper with it: at a shutdown systemd stops the keeper before HAProxy.
    [ -d "/proc/$MAINPID" ] && systemctl is-active --quiet ha-load-balancer-pair || exit 0
    sleep 0.1
done

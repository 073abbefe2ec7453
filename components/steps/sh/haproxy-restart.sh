# restart_haproxy: a changed command line takes a start, and a start has a moment in which nobody listens. Meanwhile a second
# HAProxy with the new files has the same ports (SO_REUSEPORT, see socket(7)). What the old one has accepted it answers; what
# it has not the kernel gives to the other one.

bridge=ha-load-balancer-pair-bridge
saved_migrate=$state/sysctl.net.ipv4.tcp_migrate_req

restart_haproxy() {
    if ! is_active haproxy || is_exclusive; then
        migrate_no_more
        systemctl restart haproxy || not_running
        return 0
    fi
    start_bridge || bridge_failed
    migrate_requests
    old=$(main_pid haproxy)
    systemctl kill --kill-who=main --signal=USR1 haproxy
    # It ends when its last request is answered, and systemd starts it anew where its unit says so.
    # Not by systemctl restart: that would hand the virtual IPs over first (host/keeper/stopping.py).
    wait_until 10 has_ended || systemctl kill --signal=TERM haproxy
    wait_until 10 has_ended || :
    systemctl start haproxy || not_running
    systemctl kill --kill-who=main --signal=USR1 "$bridge" || :
    # Not before the bridge has closed its ports, either.
    wait_until 10 bridge_has_ended || :
    migrate_no_more
}

# A HAProxy with `noreuseport` lets no second one have its ports.
is_exclusive() {
    grep -qsw noreuseport "$cfg" "$scratch/previous-${cfg##*/}"
}

# The HAProxy that runs is left alone: it serves, and a start with these files would fail, too.
bridge_failed() {
    journalctl -q --no-pager -o cat -n 500 -u "$bridge" | grep ALERT | tail -n 15 >&2 || :
    restore_previous
    fail 'HAProxy cannot start with the new configuration; the previous configuration was restored and is serving' \
        'see its log above: another program may have a port, or maxconn be more than the files it may open; then run "pulumi up" again'
}

# Linux 5.14 or later; without it a few connections that nobody has accepted yet break. What was there before is on disk, where
# the next run or a destroy finds it.
migrate_requests() {
    is_known=$(migrates 2>/dev/null || :)
    [ -n "$is_known" ] || return 0
    [ -e "$saved_migrate" ] || store migrates "$saved_migrate"
    sysctl -q -w net.ipv4.tcp_migrate_req=1
}

migrates() {
    sysctl -n net.ipv4.tcp_migrate_req
}

migrate_no_more() {
    [ -e "$saved_migrate" ] || return 0
    sysctl -q -w "net.ipv4.tcp_migrate_req=$(cat "$saved_migrate")"
    rm -f "$saved_migrate"
}

# It ends by itself, too: a run that dies here must not keep it. The next run has other files for one, and until that is there it
# may be the only one that listens.
start_bridge() {
    old_bridge=
    if is_active "$bridge"; then
        old_bridge=$bridge
        bridge=$bridge-again
    fi
    systemd-run --quiet --collect --unit "$bridge" --service-type=notify --property=RuntimeMaxSec=120 \
        /usr/sbin/haproxy -Ws -L "$node" -f "$secrets" -f "$cfg" -f "$health" -f "$peers" >&2 || return 1
    [ -z "$old_bridge" ] || systemctl kill --kill-who=main --signal=USR1 "$old_bridge" || :
}

has_ended() {
    [ ! -e "/proc/$old" ]
}

bridge_has_ended() {
    ! is_active "$bridge"
}

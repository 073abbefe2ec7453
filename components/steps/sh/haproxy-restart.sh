# restart_haproxy: a changed command line needs a restart, and for a moment of it no process listens. In that time a second HAProxy with the
# new files listens on the same ports (SO_REUSEPORT, see socket(7)). The old HAProxy answers the connections that it accepted; the kernel
# gives the others to the second one.

bridge=ha-load-balancer-pair-bridge-$$
bridges='ha-load-balancer-pair-bridge*'
saved_migrate=$state/sysctl.net.ipv4.tcp_migrate_req

restart_haproxy() {
    if ! is_active haproxy; then
        migrate_no_more
        systemctl restart haproxy || not_running
        return 0
    elif is_exclusive; then
        migrate_no_more
        systemctl restart haproxy || not_restarted
        return 0
    fi
    link_sockets
    start_bridge || bridge_failed
    unlink_sockets
    migrate_requests
    old=$(main_pid haproxy)
    systemctl kill --kill-who=main --signal=USR1 haproxy
    # It ends after its last request, and systemd restarts it if its unit says so.
    # Not by systemctl restart: that would hand the virtual IPs over first (host/lib/keeper/moves/stopping.py).
    wait_until 10 has_ended || systemctl kill --signal=TERM haproxy
    wait_until 10 has_ended || :
    systemctl start haproxy || not_restarted
    systemctl kill --kill-who=main --signal=USR1 "$bridge" || :
    # Not before the bridge has closed its ports, either.
    wait_until 10 bridge_has_ended || :
    migrate_no_more
}

# Whether HAProxy lets no second one have its ports: `noreuseport`, an abstract socket (abns@), or another user, with whom the kernel shares no
# port (SO_REUSEPORT, socket(7)).
is_exclusive() {
    [ -n "$(systemctl show -p User --value haproxy)" ] || grep -qsE '\bnoreuseport\b|abns@' "$cfg" "$scratch/previous-${cfg##*/}"
}

# A HAProxy that starts takes over the paths of the running HAProxy's UNIX sockets, and does not return them if its start fails.
# HAProxy binds each under the name PATH.PID.tmp, which the kernel keeps, and renames it.
link_sockets() {
    ss -Hlxp | awk '/[(]"haproxy",pid=/ && $5 ~ /^[/]/ { sub(/[.][0-9]+[.]tmp$/, "", $5); print $5 }' | sort -u >"$scratch/sockets"
    while read -r path; do
        ln -f "$path" "$path.ha-load-balancer-pair" || :
    done <"$scratch/sockets"
}

unlink_sockets() {
    while read -r path; do
        rm -f "$path.ha-load-balancer-pair"
    done <"$scratch/sockets"
}

restore_sockets() {
    while read -r path; do
        [ -S "$path.ha-load-balancer-pair" ] || continue
        # mv keeps two names of the same socket.
        rm -f "$path"
        mv -T "$path.ha-load-balancer-pair" "$path"
    done <"$scratch/sockets"
}

# The HAProxy that runs is left alone: it serves, and a start with these files would fail, too.
bridge_failed() {
    print_alerts "$bridge"
    restore_sockets
    restore_previous
    restore_unit
    fail 'HAProxy cannot start with the new configuration; the HAProxy that runs was not stopped, and its files were restored' \
        'see its log above: another program may have a port, or maxconn be more than the files it may open; then run "pulumi up" again'
}

# With its old files it could start.
not_restarted() {
    print_alerts haproxy
    restore_previous
    restore_unit
    systemctl restart haproxy || not_running
    systemctl kill --kill-who=main --signal=USR1 "$bridges" 2>/dev/null || :
    fail 'HAProxy did not start with the new configuration; it was restarted with the previous one' \
        'see its log above: a file that it may not write, a port of another program; then run "pulumi up" again'
}

restore_unit() {
    if [ -e "$scratch/previous-${drop_in##*/}" ]; then
        put "$scratch/previous-${drop_in##*/}" "$drop_in"
    else
        rm -f "$drop_in"
    fi
    # The next run reloads systemd.
    rm -f "$state/haproxy-unit.loaded"
    systemctl daemon-reload
}

# Needs Linux 5.14; an older kernel resets the few connections that no process has accepted yet. The previous value is on disk, where the
# next run or a destroy finds it.
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

# It ends by itself, too: a run that dies here must not keep it. One of such a run may be the only HAProxy that listens, until this one does.
start_bridge() {
    old_bridges=$(systemctl list-units --plain --no-legend "$bridges" | cut -d ' ' -f 1)
    # shellcheck disable=SC2046 # paths of ours, without blanks
    systemd-run --quiet --collect --unit "$bridge" --service-type=notify --property=RuntimeMaxSec=120 \
        --property=LimitNOFILE="$(systemctl show -p LimitNOFILE --value haproxy)" \
        /usr/sbin/haproxy -Ws -L "$node" -f "$secrets" $(configuration_words '') >&2 || return 1
    # shellcheck disable=SC2086 # names of units
    [ -z "$old_bridges" ] || systemctl kill --kill-who=main --signal=USR1 $old_bridges || :
}

has_ended() {
    [ ! -e "/proc/$old" ]
}

bridge_has_ended() {
    ! is_active "$bridge"
}

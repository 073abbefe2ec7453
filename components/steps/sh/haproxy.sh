# haproxy: the configuration goes live only when HAProxy itself accepts it, and by a reload.

secrets=/etc/haproxy/ha-load-balancer-pair-secrets.cfg
cfg=/etc/haproxy/haproxy.cfg
health=/etc/haproxy/ha-load-balancer-pair-health.cfg
drop_in=/etc/systemd/system/haproxy.service.d/ha-load-balancer-pair.conf

apply() {
    # shellcheck disable=SC2086 # paths of ours, without blanks; nothing in use refers to them before haproxy.cfg does
    [ -z "$authorities" ] || install_files $authorities
    haproxy -c -dW -f "$secrets" -f "$scratch/stage$cfg" -f "$scratch/stage$health" >"$scratch/check" 2>&1 || {
        sed "s,$scratch/stage,," "$scratch/check" >&2
        fail 'HAProxy does not accept the new haproxy.cfg; the old one is still in place and in use' \
            'correct the haproxy inputs (the lines are named above), then run "pulumi up" again'
    }
    install_files
    enable_service haproxy "$drop_in"
    # shellcheck disable=SC2086 # paths of ours, without blanks
    now=$(fingerprint "$secrets" "$cfg" "$health" $certificates)
    unit=$(fingerprint "$drop_in")
    if ! is_active haproxy || ! loaded_is haproxy-unit "$unit"; then
        # A changed command line takes a start; with the old one the file of secrets is not read.
        systemctl restart haproxy || not_running
        set_loaded haproxy "$now"
        set_loaded haproxy-unit "$unit"
    elif ! loaded_is haproxy "$now" || runs_old_program haproxy; then
        # Its master executes itself anew, so that a reload is also the way to an upgraded program.
        systemctl reload haproxy || fail 'HAProxy did not reload; the old configuration is still in use' \
            'see "journalctl -u haproxy" on the host'
        wait_until 10 runs_new_program haproxy || fail 'HAProxy still runs its old program' \
            'see "journalctl -u haproxy" on the host'
        set_loaded haproxy "$now"
    fi
    wait_until 10 is_listening || not_running
    forget_undeclared
    done_at
}

# Certificates and authorities that are declared no more go when no configuration in use refers to them.
forget_undeclared() {
    grep "^/etc/haproxy/ha-load-balancer-pair/" "$state/managed" >"$scratch/managed" || :
    while read -r path; do
        case " $certificates $authorities " in *" $path "*) ;; *) remove_files "$path" ;; esac
    done <"$scratch/managed"
}

is_listening() {
    for address in $listens; do
        ss -Hltn src "$address" | grep -q . || return 1
    done
}

not_running() {
    last_log haproxy
    fail "HAProxy does not listen on: $listens" \
        'see its log above: another program may have the port ("ss -ltnp" on the host names it)'
}

keeps() {
    echo 'unit haproxy'
}

remove() {
    if is_installed haproxy; then
        if ! grep -qxF haproxy "$state/packages.ours" 2>/dev/null; then
            remove_files
            systemctl daemon-reload
            systemctl try-restart haproxy || say 'HAProxy did not start again with the files that were there before'
        else
            systemctl disable --quiet --now haproxy
            remove_files
            systemctl daemon-reload
        fi
    else
        remove_files
    fi
    rmdir /etc/haproxy/ha-load-balancer-pair 2>/dev/null || :
    rm -f "$state/haproxy.loaded" "$state/haproxy-unit.loaded"
}

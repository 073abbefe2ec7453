# haproxy: loads the configuration by a reload, after HAProxy itself has checked it.

# The paths in $secrets, $cfg and $configuration (all files but the secrets) are values of the payload; see render/haproxy/files.ts.

drop_in=/etc/systemd/system/haproxy.service.d/ha-load-balancer-pair.conf

apply() {
    list_undeclared
    refuse_undeclared
    # shellcheck disable=SC2086 # paths of ours, without blanks; nothing in use refers to them before haproxy.cfg does
    [ -z "$authorities" ] || install_files $authorities
    # shellcheck disable=SC2046 # paths of ours, without blanks
    haproxy -c -dW -L "$node" -f "$secrets" $(configuration_words "$scratch/stage") >"$scratch/check" 2>&1 || {
        sed "s,$scratch/stage,," "$scratch/check" >&2
        fail 'HAProxy rejected the new haproxy.cfg; the previous one is still in place and serving' \
            'correct the haproxy inputs (the lines are named above), then run "pulumi up" again'
    }
    keep_previous
    install_files
    # HAProxy may have read a file that was changed here.
    [ -z "$changed" ] || rm -f "$state/haproxy.loaded"
    enable_service haproxy "$drop_in"
    # shellcheck disable=SC2086 # paths of ours, without blanks
    now=$(fingerprint "$secrets" $configuration $certificates $authorities)
    unit=$(fingerprint "$drop_in")
    if ! is_active haproxy || ! loaded_is haproxy-unit "$unit"; then
        # The old command line may lack a file.
        restart_haproxy
        set_loaded haproxy "$now"
        set_loaded haproxy-unit "$unit"
    elif ! loaded_is haproxy "$now" || runs_old_program haproxy; then
        reload
        set_loaded haproxy "$now"
    fi
    wait_until 10 is_listening || not_running
    forget_undeclared
    done_at
}

# The words "-f PATH" for each file but the secrets. $1 goes in front of each path.
configuration_words() {
    for file in $configuration; do
        echo "-f $1$file"
    done
}

# HAProxy's master re-executes itself, so a reload also starts an upgraded program. It reads the files and opens the ports before it starts
# a new worker. If that fails it keeps the old worker, and only logs it.
reload() {
    workers >"$scratch/old-workers"
    systemctl reload haproxy || not_reloaded
    wait_until 10 has_new_worker || not_reloaded
    wait_until 10 runs_new_program haproxy || fail 'HAProxy still runs its old program' \
        'see "journalctl -u haproxy" on the host'
}

# The master's children, one a line.
workers() {
    pid=$(main_pid haproxy)
    cat "/proc/$pid/task/"*/children 2>/dev/null | tr ' ' '\n' | grep . || :
}

has_new_worker() {
    workers | grep -qvxFf "$scratch/old-workers"
}

# Saves the current files: a host that boots must find files with which HAProxy starts.
keep_previous() {
    for file in $configuration "$drop_in"; do
        [ ! -e "$file" ] || cp -a "$file" "$scratch/previous-${file##*/}"
    done
}

restore_previous() {
    for file in $configuration; do
        [ ! -e "$scratch/previous-${file##*/}" ] || put "$scratch/previous-${file##*/}" "$file"
    done
}

# HAProxy logs two more lines for each proxy that goes on, so the ALERT lines are not the last ones.
print_alerts() {
    journalctl -q --no-pager -o cat -n 500 -u "$1" | grep ALERT | tail -n 15 >&2 || :
}

not_reloaded() {
    print_alerts haproxy
    restore_previous
    [ ! -e "$scratch/previous-${cfg##*/}" ] || systemctl reload haproxy || :
    fail 'HAProxy failed to start with the new configuration; the previous configuration was restored and is serving' \
        'see its log above: another program may have a port, or maxconn be more than the files it may open; then run "pulumi up" again'
}

# Lists certificates and authorities that are no longer declared.
list_undeclared() {
    grep -s "^/etc/haproxy/ha-load-balancer-pair/" "$state/managed" >"$scratch/managed" || :
    while read -r path; do
        case " $certificates $authorities " in *" $path "*) ;; *) echo "$path" ;; esac
    done <"$scratch/managed" >"$scratch/undeclared"
}

# A user's text can name such a file, and HAProxy would not start without it.
refuse_undeclared() {
    while read -r path; do
        ! grep -qF "$path" "$scratch/stage$cfg" || fail "the new haproxy.cfg refers to $path, which is no longer declared" \
            'declare it in haproxy.certificates, or take it out of the text, then run "pulumi up" again'
    done <"$scratch/undeclared"
}

# Removes them once no configuration in use names them.
forget_undeclared() {
    # shellcheck disable=SC2046 # paths of ours, without blanks
    [ ! -s "$scratch/undeclared" ] || remove_files $(cat "$scratch/undeclared")
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

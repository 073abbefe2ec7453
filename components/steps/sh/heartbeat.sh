# heartbeat: membership and the virtual IPs. A change goes live by Heartbeat's own reload: a
# restart would give up the virtual IPs.

ha_cf=/etc/ha.d/ha.cf
drop_in=/etc/systemd/system/heartbeat.service.d/ha-load-balancer-pair.conf

apply() {
    [ -s /etc/ha.d/authkeys ] || fail '/etc/ha.d/authkeys is missing' 'run "pulumi up" again'
    install_files
    enable_service heartbeat
    ! was_changed "$drop_in" || systemctl daemon-reload
    now=$(fingerprint "$ha_cf" /etc/ha.d/authkeys)
    if ! is_active heartbeat; then
        start_heartbeat
        set_loaded heartbeat "$now"
    elif ! loaded_is heartbeat "$now"; then
        "$(heartbeat_libexec)/heartbeat" -r >"$scratch/reload" 2>&1 || {
            cat "$scratch/reload" >&2
            fail 'Heartbeat does not accept its new configuration; the old one is still in use' \
                'correct the heartbeat inputs, then run "pulumi up" again'
        }
        set_loaded heartbeat "$now"
    fi
    done_at
}

# The unit counts as started before Heartbeat has read its files, and a bad one ends it right away.
# Its API is no sign of life: that opens only when the peer was seen or initdead is over.
start_heartbeat() {
    systemctl reset-failed heartbeat 2>/dev/null || :
    systemctl start heartbeat
    wait_until 15 has_links || {
        last_log heartbeat 30
        fail 'Heartbeat does not stay up' 'its log is above; correct the heartbeat inputs, then run "pulumi up" again'
    }
}

# Heartbeat forks a reader and a writer for each link once its files are read and its sockets open.
has_links() {
    is_active heartbeat || return 1
    pid=$(systemctl show -p MainPID --value heartbeat)
    [ "$(grep -sl "^PPid:[[:space:]]*$pid\$" /proc/[0-9]*/status | wc -l)" -ge 3 ]
}

keeps() {
    echo 'unit heartbeat'
}

remove() {
    if is_installed heartbeat; then
        systemctl disable --quiet --now heartbeat
    fi
    remove_files
    systemctl daemon-reload
    rm -f "$state/heartbeat.loaded"
}

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
    elif ! loaded_is heartbeat "$now"; then
        reload_heartbeat
    fi
    set_loaded heartbeat "$now"
    set_loaded heartbeat-ha.cf "$(fingerprint "$ha_cf")"
    done_at
}

# With a changed ha.cf Heartbeat executes itself anew and keeps what it holds. The command returns
# before that, and the next host must not follow until this one is back: two at once would miss
# each other.
reload_heartbeat() {
    peer_before=$(cl_status nodestatus "$peer" 2>/dev/null || :)
    generation=$(fingerprint /var/lib/heartbeat/hb_generation)
    "$(heartbeat_libexec)/heartbeat" -r >"$scratch/reload" 2>&1 || {
        cat "$scratch/reload" >&2
        fail 'Heartbeat does not accept its new configuration; the old one is still in use' \
            'correct the heartbeat inputs, then run "pulumi up" again'
    }
    if ! loaded_is heartbeat-ha.cf "$(fingerprint "$ha_cf")"; then
        { wait_until 30 has_restarted && wait_until 60 is_back; } || {
            last_log heartbeat 30
            fail 'Heartbeat did not come back from its reload' 'see its log above, and "systemctl status heartbeat" on the host'
        }
    fi
}

has_restarted() {
    [ "$(fingerprint /var/lib/heartbeat/hb_generation)" != "$generation" ]
}

is_back() {
    node_is_active "$node" && { [ "$peer_before" != active ] || node_is_active "$peer"; }
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
    rm -f "$state/heartbeat.loaded" "$state/heartbeat-ha.cf.loaded"
}

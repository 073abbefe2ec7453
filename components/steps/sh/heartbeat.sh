# heartbeat: membership and the virtual IPs. A change goes live by Heartbeat's own reload: a
# restart would give up the virtual IPs.

ha_cf=/etc/ha.d/ha.cf
drop_in=/etc/systemd/system/heartbeat.service.d/ha-load-balancer-pair.conf

apply() {
    [ -s /etc/ha.d/authkeys ] || fail '/etc/ha.d/authkeys is missing' 'run "pulumi up" again'
    unit_changed=$(is_as_staged "$drop_in" || echo yes)
    install_files
    [ -z "$unit_changed" ] || systemctl daemon-reload
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
    systemctl is-enabled --quiet heartbeat || systemctl enable --quiet heartbeat
    done_at
}

# The unit counts as started before Heartbeat has read its files; a bad one ends it right away.
start_heartbeat() {
    systemctl reset-failed heartbeat 2>/dev/null || :
    systemctl start heartbeat
    wait_until 15 is_running || {
        last_log heartbeat 30
        fail 'Heartbeat does not stay up' 'its log is above; correct the heartbeat inputs, then run "pulumi up" again'
    }
}

is_running() {
    cl_status hbstatus >/dev/null 2>&1
}

remove() {
    if is_installed heartbeat; then
        systemctl disable --quiet --now heartbeat
    fi
    remove_files
    systemctl daemon-reload
    rm -f "$state/heartbeat.loaded"
}

# health: the gate that a changed host must pass before the next one is changed.

apply() {
    is_active haproxy || fail 'HAProxy is not running' 'see "journalctl -u haproxy" on the host'
    is_active heartbeat || fail 'Heartbeat is not running' 'see "journalctl -u heartbeat" on the host'
    # The second host is made first: at the first converge it has no peer to see yet.
    if [ "$preferred" = yes ]; then
        [ "$peer_is_gone" = yes ] || wait_until 60 both_active || {
            last_log heartbeat
            fail "Heartbeat does not see its peer $peer (\"cl_status nodestatus $peer\" says \"$(cl_status nodestatus "$peer" 2>&1)\")" \
                'let UDP port 694 through between the hosts, and see that both have the same authkeys'
        }
        take_what_nobody_holds
        wait_until 12 all_held || take_back
        wait_until 40 all_held || fail "the virtual IPs are not held as they should be: here are \"$(held_here | tr '\n' ' ')\" of \"$virtual_ips\"" \
            'see "journalctl -u heartbeat" on both hosts'
    fi
    done_at
    echo "holds: $(held_here | tr '\n' ' ')"
}

both_active() {
    node_is_active "$node" && node_is_active "$peer"
}

# When both hosts start together, Heartbeat waits a fixed 10 s before it starts the first resource.
# Asking for it then and there is what Heartbeat itself will do, and it settles to the same answer.
take_what_nobody_holds() {
    ! somebody_serves && [ -n "$(not_held_here)" ] || return 0
    take_virtual_ips || say 'taking the virtual IPs at once did not work; Heartbeat does it by itself'
}

# Heartbeat gives them back by itself only when a host returns, not after somebody's hb_standby.
take_back() {
    say "taking the virtual IPs back from $peer"
    timeout 10 /usr/share/heartbeat/hb_takeover all >&2 || :
}

all_held() {
    for virtual_ip in $virtual_ips; do
        holds "$virtual_ip" || { [ "$failback" = no ] && answers "$virtual_ip"; } || return 1
    done
}

remove() {
    :
}

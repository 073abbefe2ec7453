# health: the gate that a changed host must pass before the next one is changed.

apply() {
    is_active haproxy || fail 'HAProxy is not running' 'see "journalctl -u haproxy" on the host'
    is_active heartbeat || fail 'Heartbeat is not running' 'see "journalctl -u heartbeat" on the host'
    # The second host is made first: at the first converge it has no peer to see yet.
    if [ "$preferred" = yes ]; then
        [ "$peer_is_gone" = yes ] || wait_until 60 both_active || {
            last_log heartbeat
            fail "Heartbeat does not see its peer $peer (\"cl_status nodestatus $peer\" says \"$(cl_status nodestatus "$peer" 2>&1)\")" \
                "$(firewall_advice "$heartbeat_port"); see that both have the same authkeys"
        }
        wait_until 12 all_held || take_back
        wait_until 40 all_held || fail "wrong holder after 40 s: this host holds \"$(held_here | tr '\n' ' ')\" of \"$virtual_ips\"" \
            'see "journalctl -u heartbeat" on both hosts'
    fi
    claim_host
    done_at
}

# preflight undoes no host that is claimed.
claim_host() {
    store claim_of_this_step "$claimed"
}

claim_of_this_step() {
    echo "$claim"
}

keeps() {
    echo "claim $claim"
}

# remove CLAIM: a step that was replaced has another claim than the one in its place.
remove() {
    [ "$(cat "$claimed" 2>/dev/null)" != "$1" ] || rm -f "$claimed"
}

both_active() {
    node_is_active "$node" && node_is_active "$peer"
}

# hand_over: gives all virtual IPs to the peer, and waits until it has them. Whether the peer is fit is asked before.

hand_over() {
    # shellcheck disable=SC2034 # for fail
    step=switchover action=hand_over
    payload
    exec 9>"$state/lock"
    flock -n 9 || fail 'a pulumi run holds the lock of this host' 'wait for it to end, then run this again'
    attempts=10
    until gave_all; do
        attempts=$((attempts - 1))
        [ "$attempts" -gt 0 ] || fail "$peer did not take over the virtual IPs; here are \"$(held_here | tr '\n' ' ')\"" \
            'see "journalctl -u heartbeat -u ha-load-balancer-pair" on both hosts'
        # Heartbeat ignores a request while it is busy, for example in the first 10 s after its start.
        ask_heartbeat hb_standby all
        wait_until 3 gave_all || :
    done
}

gave_all() {
    [ -z "$(held_here)" ] || return 1
    for virtual_ip in $virtual_ips; do
        peer_holds "$virtual_ip" || return 1
    done
}

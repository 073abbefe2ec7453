# The steps of a drill on a host.

drill=ha-load-balancer-pair-drill

# A timer starts HAProxy again, in case halb dies. The script kills HAProxy first, because its unit hands over before an orderly stop
# (stopping.py). The stop then keeps systemd from restarting it.
stop_haproxy() {
    forget_timer
    systemd-run --quiet --collect --unit "$drill" --on-active=300 systemctl start haproxy
    systemctl kill --signal=KILL haproxy
    systemctl stop haproxy
}

start_haproxy() {
    systemctl start haproxy
    forget_timer
}

forget_timer() {
    systemctl stop "$drill.timer" 2>/dev/null || :
}

# As the keeper does it: the command has the node's name as its only argument.
fence() {
    payload
    "$fencing_command" "$fenced"
}

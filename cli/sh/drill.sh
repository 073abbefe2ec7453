# What a drill does to a host.

drill=ha-load-balancer-pair-drill

# A timer starts HAProxy again if nobody comes back to do so. HAProxy is killed first, because its unit answers an orderly stop with a hand-over
# (stopping.py). The stop then keeps systemd from starting it again.
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

# What a drill does to a host.

drill=ha-load-balancer-pair-drill

# It is started again, also where nobody comes back to do it. A stop alone would hand the virtual IPs over before (stopping.py): it is killed,
# and stopped before systemd starts it again.
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

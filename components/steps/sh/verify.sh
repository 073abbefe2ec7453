# verify: the pair as a whole, seen from the second host, with what the first has just said of
# itself: one holder for each virtual IP, and HAProxy answering on it.

apply() {
    wait_until 30 node_is_active "$peer" || fail "Heartbeat here does not see its peer $peer" \
        'let UDP port 694 through between the hosts'
    for virtual_ip in $virtual_ips; do
        let_go_what_peer_holds "$virtual_ip"
        wait_until 10 one_holder "$virtual_ip" ||
            fail "the virtual IP ${virtual_ip%%/*} has $(holders "$virtual_ip") holders instead of one" \
                'see "journalctl -u heartbeat" on both hosts; "ip address" shows who has it'
    done
    for target in $listens; do
        # ADDRESS:PORT, the address of IPv6 in brackets.
        address=$(echo "${target%:*}" | tr -d '[]')
        wait_until 10 connects "$address" "${target##*:}" ||
            fail "HAProxy does not answer on $target" 'see "journalctl -u haproxy" on the host that holds the address'
    done
    done_at
}

# Two holders at once: the first host keeps it.
let_go_what_peer_holds() {
    case " $held_by_peer " in *" $1 "*) ;; *) return 0 ;; esac
    ! holds "$1" || {
        say "letting go ${1%%/*}, which $peer holds too"
        /etc/ha.d/resource.d/VirtualIp "$1" stop
    }
}

holders() {
    count=0
    ! holds "$1" || count=$((count + 1))
    case " $held_by_peer " in *" $1 "*) count=$((count + 1)) ;; esac
    echo "$count"
}

one_holder() {
    [ "$(holders "$1")" = 1 ]
}

# Destroying begins here: the second host leaves first, so that nothing is taken over on the way.
remove() {
    if is_active heartbeat; then
        systemctl disable --quiet --now heartbeat
    fi
}

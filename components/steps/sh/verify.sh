# verify: the pair as a whole, seen from the second host: one holder for each virtual IP, and HAProxy answering on it.

apply() {
    wait_until 30 node_is_active "$peer" || fail "Heartbeat does not see its peer $peer" \
        "$(firewall_advice "$heartbeat_port")"
    wait_until 10 keeper_hears_peer || fail "the keeper does not hear the keeper of $peer" \
        "$(firewall_advice "$keeper_port"); see \"journalctl -u ha-load-balancer-pair\" on both"
    [ -z "$own_virtual_ips" ] || wait_until 12 all_held || take_back
    for virtual_ip in $virtual_ips; do
        wait_until 15 one_holder "$virtual_ip" ||
            fail "the virtual IP ${virtual_ip%%/*} has $(holders "$virtual_ip") holders instead of one" \
                'see "journalctl -u heartbeat -u ha-load-balancer-pair" on both hosts; "ip address" shows who has it'
    done
    for target in $listens; do
        # ADDRESS:PORT, the address of IPv6 in brackets.
        address=$(echo "${target%:*}" | tr -d '[]')
        wait_until 10 connects "$address" "${target##*:}" ||
            fail "HAProxy does not answer on $target" "on the host that holds the address, see \"journalctl -u haproxy\", and allow TCP port \
${target##*:} from $own_address in its firewall"
    done
    while read -r address port; do
        [ -z "$address" ] || must_be_haproxy "$address" "$port"
    done <<END
${listens_on_virtual_ips-}
END
    done_at
}

# must_be_haproxy ADDRESS PORT: a redirection, another program or another host can answer in place of this pair's HAProxy.
must_be_haproxy() {
    wait_until 15 prove "$1" "$2" ||
        fail "another program than this pair's HAProxy answers on $1 port $2: $(cat "$scratch/answers")" \
            'on the host that holds the address, "ss -ltnp" shows who listens, and "nft list ruleset" who redirects; "ip neighbour" here shows which host answers'
}

prove() {
    python3 -ESsB /usr/local/lib/ha-load-balancer-pair/prove.py "$1" "$2" >"$scratch/answers" </dev/null
}

keeper_hears_peer() {
    for virtual_ip in $virtual_ips; do
        case $(peer_has "$virtual_ip") in '' | silent) return 1 ;; esac
    done
}

holders() {
    count=0
    ! holds "$1" || count=$((count + 1))
    ! peer_holds "$1" || count=$((count + 1))
    echo "$count"
}

one_holder() {
    [ "$(holders "$1")" = 1 ]
}

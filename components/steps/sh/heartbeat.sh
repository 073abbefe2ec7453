# heartbeat: membership and the virtual IPs. A change goes live by Heartbeat's own reload: a
# restart would give up the virtual IPs.

key=/etc/ha.d/authkeys
haresources=/etc/ha.d/haresources
former_peers=$state/former-peers
drop_in=/etc/systemd/system/heartbeat.service.d/ha-load-balancer-pair.conf

apply() {
    [ -s "$key" ] || [ -s "$state/authkeys.new" ] || fail "$key is missing" 'run "pulumi up" again'
    remember_unit
    remember_virtual_ips
    relieve_old_peer
    stage_interfaces
    write_shell_functions
    # Of a run that was broken off: what is declared is installed now.
    rm -f "$ha_cf.declared"
    held_before=$(held_here)
    install_files
    remove_former_keeper
    move_to_pinned_interfaces
    start_keeper
    enable_service heartbeat "$drop_in"
    set_loaded heartbeat-unit "$(fingerprint "$drop_in")"
    if ! is_active heartbeat; then
        install_key
        forget_other_identity
        start_heartbeat
    elif [ ! -e "$state/heartbeat.loaded" ]; then
        be_patient replace_heartbeat
        has_links || not_back
    elif ! loaded_is authkeys "$(fingerprint "$(newest_key)")" || ! loaded_is links "$(links)"; then
        change_key_or_links
    elif ! loaded_is heartbeat "$(fingerprint "$ha_cf" "$key")" || runs_old_program heartbeat; then
        reload_heartbeat
        wait_until 60 is_back || not_back
    fi
    set_loaded heartbeat "$(fingerprint "$ha_cf" "$key")"
    set_loaded authkeys "$(fingerprint "$key")"
    set_loaded links "$(links)"
    set_loaded identity "$node"
    change_virtual_ips
    done_at
}

# Interfaces differ between hosts, so this host resolves them.
stage_interfaces() {
    fill_in_links "$scratch/stage$ha_cf" || fail "$why" "$way"
    interface_table >"$scratch/interfaces" || fail "$why" "$way"
    file "$interfaces_file" 0644 <"$scratch/interfaces"
}

# Moves the virtual IPs that this host held before install_files: their interface has changed, or an older version acquired them with the
# network's prefix. The agent adds the new entry before it deletes the old one, so the host has the address at every moment.
# Any other entry is a stray; acquiring it could make a second holder.
move_to_pinned_interfaces() {
    for virtual_ip in $virtual_ips; do
        if echo "$held_before" | grep -qxF "$virtual_ip"; then
            "$agent" "$virtual_ip" take
        elif has "$virtual_ip"; then
            "$agent" "$virtual_ip" delete_strays
        fi
    done
}

# Remembers that a Heartbeat ran here before the first run.
remember_unit() {
    grep -qxF "$ha_cf" "$state/managed" 2>/dev/null || ! is_active heartbeat || : >"$state/heartbeat.was-active"
}

# A machine that was made from another one's image has that one's identity, by which Heartbeat knows its nodes: two with the same
# one are one to it, and neither serves. Heartbeat makes itself a new one.
forget_other_identity() {
    loaded_is identity "$node" || rm -f /var/lib/heartbeat/hb_uuid
}

# With a changed ha.cf Heartbeat re-executes itself and keeps what it holds. The command returns before that. The other host must not follow
# until this one is back: two Heartbeats that re-execute at once miss each other.
reload_heartbeat() {
    peer_before=$(cl_status nodestatus "$peer" 2>/dev/null || :)
    start_before=$(fingerprint /var/lib/heartbeat/hb_generation)
    # By the time of the file Heartbeat sees a change, and a new program takes the same way.
    touch "$ha_cf"
    "$(heartbeat_libexec)/heartbeat" -r >"$scratch/reload" 2>&1 || {
        cat "$scratch/reload" >&2
        fail 'Heartbeat rejected its new configuration; the previous one is still in use' \
            'correct the heartbeat inputs, then run "pulumi up" again'
    }
    wait_until 30 has_restarted || not_back
}

has_restarted() {
    [ "$(fingerprint /var/lib/heartbeat/hb_generation)" != "$start_before" ] && has_links
}

is_back() {
    node_is_active "$node" && { [ "$peer_before" != active ] || node_is_active "$peer"; }
}

not_back() {
    last_log heartbeat 30
    fail 'Heartbeat did not come back from its reload' 'see its log above, and "systemctl status heartbeat" on the host'
}

# The unit counts as started before Heartbeat has read its files, and a bad one ends it right away.
# Its API is no sign of life: that opens only when the peer was seen or initdead is over.
start_heartbeat() {
    systemctl reset-failed heartbeat 2>/dev/null || :
    if another_host_answers; then
        be_patient systemctl start heartbeat
    else
        systemctl start heartbeat
    fi
    wait_until 15 has_links || {
        last_log heartbeat 30
        fail 'Heartbeat ended right after its start' 'its log is above; correct the heartbeat inputs, then run "pulumi up" again'
    }
}

# Replaces a Heartbeat that an administrator set up. This kills it, because a stop would release the virtual IPs: so the addresses stay,
# and the keeper, which runs by now, keeps the peer from acquiring them.
replace_heartbeat() {
    install_key
    forget_other_identity
    systemctl kill --signal=KILL heartbeat
    wait_until 10 is_killed || :
    systemctl restart heartbeat
}

is_killed() {
    ! is_active heartbeat
}

newest_key() {
    if [ -e "$state/authkeys.new" ]; then echo "$state/authkeys.new"; else echo "$key"; fi
}

install_key() {
    [ -e "$state/authkeys.new" ] || return 0
    mkdir -p "$scratch/stage${key%/*}"
    cp -p "$state/authkeys.new" "$scratch/stage$key"
    install_files "$key"
    rm -f "$state/authkeys.new"
}

# Where the peer's packets come from and go to.
links() {
    grep -E '^(udpport|ucast|bcast|mcast) ' "$ha_cf" | sha256sum | cut -d ' ' -f 1
}

# Heartbeat verifies with the key that it sends with, and hears no host on a link that the peer does not have yet. So from the change of
# one host to the change of the other, the hosts do not hear each other. The holder changes last, and the standby waits for it.
change_key_or_links() {
    loaded_is authkeys "$(fingerprint "$(newest_key)")" || await_key_on_peer
    hand_over
    be_patient change_now
    has_links || not_back
}

# A run for one host only (pulumi up --target) must not leave two hosts that do not hear each other: both would hold the virtual IPs.
await_key_on_peer() {
    ! node_is_active "$peer" || wait_until 10 peer_has_key ||
        fail "$peer does not have the new key; with different keys neither host would hear the other" \
            "run \"pulumi up\" for both hosts (without --target and --exclude), and see that ha-load-balancer-pair runs on $peer"
}

# By the keeper (host/lib/keeper/protocol/peer.py): time and inode of the newest key file with which the peer signs, too.
peer_has_key() {
    [ "$(cat /run/ha-load-balancer-pair/peer-key 2>/dev/null)" = "$(stat -c '%.9Y %i' "$(newest_key)" | tr -d .)" ]
}

change_now() {
    install_key
    reload_heartbeat
}

hand_over() {
    [ "$preferred" = no ] && [ -n "$(held_here)" ] && node_is_active "$peer" || return 0
    say "handing the virtual IPs over to $peer"
    ask_heartbeat hb_standby all
    wait_until 30 holds_nothing || fail "$peer did not take over the virtual IPs" \
        'see "journalctl -u heartbeat" on both hosts, then run "pulumi up" again'
}

# A peer that is being replaced hands over what it holds while the two still know each other. From then on it
# hears no Heartbeat of this host, and would acquire the virtual IPs: the keeper tells it that it has left the pair (host/lib/keeper/protocol/peer.py).
relieve_old_peer() {
    old_peer=$(sed -n 's/^ *"peer": "\([^"]*\)".*/\1/p' "$(existing "$keeper_json")")
    [ -n "$old_peer" ] && [ "$old_peer" != "$peer" ] || return 0
    # Also of one that is off now: it may boot again.
    store old_and_new_former_peers "$former_peers"
    is_active heartbeat && node_is_active "$old_peer" && peer_has_address || return 0
    say "taking the virtual IPs over from $old_peer"
    ask_heartbeat hb_takeover all
    wait_until 30 peer_has_no_address || fail "$old_peer did not hand over the virtual IPs" \
        'see "journalctl -u heartbeat" on both hosts, then run "pulumi up" again'
}

old_and_new_former_peers() {
    { cat "$(existing "$former_peers")" && echo "$old_peer"; } | sort -u
}

# By what the keepers tell each other, or by a probe of the network.
peer_has_address() {
    for virtual_ip in $virtual_ips; do
        ! peer_holds "$virtual_ip" || return 0
    done
    another_host_answers
}

peer_has_no_address() {
    ! peer_has_address
}

holds_nothing() {
    [ -z "$(held_here)" ]
}

# The virtual IPs of haresources, as the agent takes them.
declared_virtual_ips() {
    tr ' ' '\n' <"$1" | sed -n 's/^VirtualIp:://p' | sort
}

# Heartbeat reads haresources whenever it needs it, and forgets removed lines. So the addresses that Heartbeat may have to release
# are on disk before this writes haresources.
remember_virtual_ips() {
    declared_virtual_ips "$scratch/stage$haresources" >"$scratch/virtual-ips"
    store old_and_new_virtual_ips "$known_virtual_ips"
}

old_and_new_virtual_ips() {
    sort -u "$(existing "$known_virtual_ips")" "$scratch/virtual-ips"
}

# The holder of virtual IPs acquires new ones. No host keeps one that is no longer declared.
change_virtual_ips() {
    complete_groups
    while read -r virtual_ip; do
        if ! grep -qxF "${virtual_ip%%/*}" "$scratch/virtual-ips" && has "$virtual_ip"; then
            say "releasing ${virtual_ip%%/*}: it is no longer declared"
            # Later no command could release it by hand: the host forgets the address here.
            rm -f "/run/ha-load-balancer-pair/forced/${virtual_ip%%/*}"
            "$agent" "$virtual_ip" stop
        fi
    done <"$known_virtual_ips"
    cp "$scratch/virtual-ips" "$known_virtual_ips"
}

# A line of haresources is a group: its node, and the resources that are started and stopped together.
complete_groups() {
    while read -r _ first others; do
        for resource in $first $others; do
            holds "${resource#VirtualIp::}" || continue
            take_group "$first" || fail "the new virtual IPs were not acquired" 'see "journalctl -u heartbeat" on the host'
            break
        done
    done <"$haresources"
}

keeps() {
    echo 'unit heartbeat'
    echo 'unit ha-load-balancer-pair'
}

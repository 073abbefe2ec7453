# The keeper (host/lib), which the heartbeat step installs, and what its scripts need.

keeper_files=/usr/local/lib/ha-load-balancer-pair
keeper_json=/etc/ha-load-balancer-pair/keeper.json
firewall=/etc/ha-load-balancer-pair/firewall.nft
keeper_unit=/etc/systemd/system/ha-load-balancer-pair.service

# The unit's drop-in puts this copy of the functions of Heartbeat's scripts in the place of the package's file.
#
# The scripts write a message to Heartbeat in several pieces, and two scripts that write at once make one that it cannot
# read: the virtual IP is then on neither host until an operator restarts both. Here a message is one write.
#
# harc, which reads the functions first, also notifies the keeper that Heartbeat has declared its peer dead. The keeper then acquires
# the virtual IP before Heartbeat's scripts do.
write_shell_functions() {
    store shell_functions "$state/shellfuncs"
}

shell_functions() {
    cat - /etc/ha.d/shellfuncs <<'FUNCTIONS'
case ${0##*/}:${HA_st-} in
    harc:dead)
        [ ! -p /run/ha-load-balancer-pair/keeper ] || echo "dead $HA_src" 1<>/run/ha-load-balancer-pair/keeper
        ;;
esac

FUNCTIONS
    cat <<'FUNCTIONS'

ha_clustermsg() {
    message=$(cat)
    printf '>>>\n%s\n<<<\n' "$message" >>"$HA_FIFO"
}
FUNCTIONS
}

# Files that an earlier version of the keeper had.
remove_former_keeper() {
    grep -s "^$keeper_files/" "$state/managed" >"$scratch/keeper-files" || :
    former=$(while read -r path; do [ -e "$scratch/stage$path" ] || echo "$path"; done <"$scratch/keeper-files")
    # shellcheck disable=SC2086 # paths of ours, without blanks
    [ -z "$former" ] || remove_files $former
}

start_keeper() {
    enable_service ha-load-balancer-pair "$keeper_unit"
    # shellcheck disable=SC2046 # paths of ours, without blanks
    now=$(fingerprint $(find "$keeper_files" -type f | sort) "$keeper_json" "$interfaces_file" "$firewall" "$keeper_unit")
    if ! is_active ha-load-balancer-pair || ! loaded_is keeper "$now"; then
        systemctl restart ha-load-balancer-pair || {
            last_log ha-load-balancer-pair
            fail 'the keeper does not start' 'its log is above'
        }
    fi
    set_loaded ha-load-balancer-pair-unit "$(fingerprint "$keeper_unit")"
    set_loaded keeper "$now"
    check_firewall
}

# The unit has loaded it.
check_firewall() {
    ! grep -q drop "$firewall" || nft list tables | grep -qx 'table inet ha-load-balancer-pair' ||
        fail "$node: the kernel does not load $firewall" "run \"nft -f $firewall\" there to see why, or declare \"firewall: false\""
}

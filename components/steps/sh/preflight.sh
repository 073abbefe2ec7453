# preflight: refuses what cannot become a load balancer, before anything is changed.

# refuse WHAT WAY-OUT
refuse() {
    fail "$@"
}

apply() {
    examine
    done_at
}

examine() {
    lower=$(uname -n | tr '[:upper:]' '[:lower:]')
    [ "$lower" = "$(echo "$node" | tr '[:upper:]' '[:lower:]')" ] ||
        refuse "the node name is declared as \"$node\", and \"uname -n\" says \"$(uname -n)\"" \
            "declare the host by that name, or rename it (hostnamectl set-hostname $node)"
    [ -d /run/systemd/system ] ||
        refuse 'systemd is not running' 'use a Debian or Ubuntu host that was booted with systemd'
    command -v apt-get >/dev/null ||
        refuse 'there is no apt-get' 'use Debian 12 or later, or Ubuntu 22.04 or later'
    for address in $own_addresses; do
        ip -o address show to "$address" | grep -q . ||
            refuse "the host does not have its declared address $address" \
                'correct hosts[].address (or heartbeat.ucast[].addresses), or give the host that address'
    done
    for interface in $interfaces; do
        ip link show dev "$interface" >/dev/null 2>&1 ||
            refuse "there is no network interface \"$interface\"" \
                "name one of: $(ip -o link show | awk -F': ' '$2 != "lo" { sub(/@.*/, "", $2); printf "%s ", $2 }')"
    done
}

remove() {
    # The last step of a host: nothing is left to remember.
    if [ -s "$state/managed" ]; then
        fail "these files are still managed: $(tr '\n' ' ' <"$state/managed")" \
            'run "pulumi destroy" again'
    fi
    rm -rf "$state"
}

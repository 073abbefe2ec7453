#!/bin/sh
# What keeps open connections through a hand-over. For some seconds after it
#   the new holder passes packets of connections that were not opened on it on to the old one   (pass-on)
#   the old holder still has the virtual IP, but no longer says so to the neighbours            (hush)
# Both are rules of nftables, in tables of their own, and are taken away by the keeper (settle). A firewall that is loaded anew deletes
# them ("nft flush ruleset"); `keep` before the other words makes them again if their table is missing.
set -eu

usage() {
    echo "usage: $0 [keep] pass-on ADDRESS OLD-HOLDER INTERFACE | [keep] hush ADDRESS | settle ADDRESS" >&2
    exit 1
}

keeps=no
[ "${1-}" != keep ] || { keeps=yes && shift; }
[ $# -ge 2 ] || usage
address=$2
# A name for nft has no colons.
table=virtual-ip-$(echo "$address" | tr : _)
# ss takes the part after the last colon for a port.
case $address in *:*) family=ip6 kind=ipv6_addr bracketed="[$address]" ;; *) family=ip kind=ipv4_addr bracketed=$address ;; esac

# Deletes both tables. "table" creates a missing one first: without it "delete table" fails.
clear() {
    for of in "$family" arp; do
        echo "table $of $table"
        echo "delete table $of $table"
    done
}

# Records connections that begin here. This starts before the script lists the open ones, so that none is missed in between.
learn() {
    cat <<RULES
table $family $table {
    set here {
        type $kind . inet_service
        size 1000000
        flags dynamic
    }
    chain arriving {
        type filter hook prerouting priority raw
        iifname != "lo" $family daddr $address meta l4proto tcp goto connections
    }
    chain connections {
        tcp flags & (syn | ack) == syn add @here { $family saddr . tcp sport } accept
    }
}
RULES
}

# pass_on OLD-HOLDER INTERFACE. A connection is known by the client's address and port. What is open here already (this host may
# have been the holder, or be the one on which it lingers) is ours too; but not what is closed and only remembered (TIME-WAIT), for
# the client may have used that port again, with the other host.
pass_on() {
    ss -Htn state syn-recv state established state close-wait state fin-wait-1 state last-ack src "$bracketed" |
        awk -v "set=$family $table here" '
            { port = client = $NF; sub(/.*:/, "", port); sub(/:[^:]*$/, "", client); gsub(/[][]|%.*/, "", client) }
            # A program can have one socket for both families.
            client ~ /[.]/ { sub(/^::ffff:/, "", client) }
            { print "add element", set, "{", client, ".", port, "}" }'
    cat <<RULES
add rule $family $table connections $family saddr . tcp sport @here accept
add rule $family $table connections dup to $1 device "$2"
add rule $family $table connections drop
RULES
}

# IPv6 asks and answers in ICMPv6, the address in question behind 8 bytes.
hush() {
    case $family in
        ip)
            cat <<RULES
table arp $table {
    chain asked {
        type filter hook input priority filter
        arp daddr ip $address drop
    }
    chain asking {
        type filter hook output priority filter
        arp saddr ip $address drop
    }
}
RULES
            ;;
        ip6)
            target="@th,64,128 0x$(echo "$address" | tr : '\n' | sed 's/^/0000/; s/.*\(....\)$/\1/' | tr -d '\n')"
            cat <<RULES
table ip6 $table {
    chain asked {
        type filter hook input priority filter
        icmpv6 type nd-neighbor-solicit $target drop
    }
    chain asking {
        type filter hook output priority filter
        icmpv6 type nd-neighbor-advert $target drop
        icmpv6 type nd-neighbor-solicit ip6 saddr $address drop
    }
}
RULES
            ;;
    esac
}

command -v nft >/dev/null || exit 0

# The agent holds its lock meanwhile, and a hand-over waits for it.
nft() {
    timeout 1 nft "$@"
}

[ $keeps = no ] || ! nft list tables | grep -q " $table\$" || exit 0
case $1 in
    pass-on)
        [ $# -eq 4 ] || usage
        { clear && learn; } | nft -f -
        pass_on "$3" "$4" | nft -f -
        ;;
    hush)
        { clear && hush; } | nft -f -
        ;;
    settle)
        clear | nft -f -
        ;;
    *) usage ;;
esac

# look: what this host has, runs and hears, for halb. Reads only. Each line of its output is a keyword and its fields, between tabs.

look() {
    payload
    for unit in haproxy heartbeat ha-load-balancer-pair; do
        line unit "$unit" "$(systemctl is-active "$unit" 2>/dev/null || :)"
    done
    for package in haproxy heartbeat; do
        ! is_installed "$package" || line package "$package" "$(version_of "$package")"
    done
    line sees "$(cl_status nodestatus "$peer" 2>/dev/null || echo unknown)"
    for link in $(cl_status listhblinks "$peer" 2>/dev/null || :); do
        line link "$link" "$(cl_status hblinkstatus "$peer" "$link" 2>/dev/null || :)"
    done
    for virtual_ip in $own_virtual_ips; do
        line prefers "${virtual_ip%%/*}"
    done
    for virtual_ip in $virtual_ips; do
        address=${virtual_ip%%/*}
        line on "$address" "$(pinned_interface "$virtual_ip")"
        [ ! -e "/run/ha-load-balancer-pair/forced/$address" ] || line forced "$address"
        line peer "$address" "$(peer_has "$virtual_ip")"
    done
    case $(ask_haproxy health.sock 'GET / HTTP/1.0

') in
        'HTTP/1.'*' 200 '*) line serves yes ;;
        *) line serves no ;;
    esac
    ask_haproxy admin.sock 'show stat' | servers
}

# ask_haproxy SOCKET REQUEST: what it answers; nothing where it does not.
ask_haproxy() {
    python3 -ISB - "/run/haproxy/$1" "$2" 2>/dev/null <<'END' || :
import socket, sys
haproxy = socket.socket(socket.AF_UNIX)
haproxy.settimeout(2)
haproxy.connect(sys.argv[1])
haproxy.sendall(sys.argv[2].encode() + b"\n")
while data := haproxy.recv(65536):
    sys.stdout.buffer.write(data)
END
}

# servers <CSV: the servers and what HAProxy takes them for; see "show stat" in HAProxy's management guide.
servers() {
    awk -F , '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == "status") status = i }
        NR > 1 && $2 != "" && $2 != "FRONTEND" && $2 != "BACKEND" { print "server\t" $1 "/" $2 "\t" $status }'
}

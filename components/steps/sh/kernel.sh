# kernel: HAProxy may listen on a virtual IP that the other host holds.

conf=/etc/sysctl.d/60-ha-load-balancer-pair.conf

apply() {
    sed -n 's/ *=.*//p' "$scratch/stage$conf" | while read -r key; do
        # Kept once: what the host had before the first run.
        if [ ! -e "$state/sysctl.$key" ] && sysctl -n "$key" >"$scratch/value" 2>/dev/null; then
            mv "$scratch/value" "$state/sysctl.$key"
        fi
    done
    install_files
    # -e: a kernel without IPv6 has no such key.
    sysctl -q -e -p "$conf"
    done_at
}

keeps() {
    sed -n 's/^\([^ ]*\) = /sysctl \1 /p' "$conf"
}

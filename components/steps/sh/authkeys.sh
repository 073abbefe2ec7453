# authkeys: the secret that both hosts sign their heartbeats with. A Heartbeat that runs with another
# one must not read it yet: the heartbeat step changes to it when it lies ready on both hosts.

key=/etc/ha.d/authkeys

apply() {
    if is_active heartbeat && ! loaded_is authkeys "$(fingerprint "$scratch/stage$key")"; then
        cp -p "$scratch/stage$key" "$state/authkeys.part"
        sync "$state/authkeys.part"
        mv "$state/authkeys.part" "$state/authkeys.new"
        say 'the new key lies ready'
    else
        install_files
        rm -f "$state/authkeys.new"
    fi
    done_at
}

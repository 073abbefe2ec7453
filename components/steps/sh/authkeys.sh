# authkeys: the secret that both hosts sign their heartbeats with. The heartbeat step loads it.

apply() {
    install_files
    done_at
}

remove() {
    remove_files
}

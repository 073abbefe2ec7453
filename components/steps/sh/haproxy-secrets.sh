# haproxy-secrets: what haproxy.cfg refers to and must not hold. The haproxy step loads it.

apply() {
    install_files
    done_at
}

remove() {
    remove_files
}

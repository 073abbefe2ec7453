# haproxy-secrets: what haproxy.cfg refers to and must not hold. The haproxy step loads it.

folder=/etc/haproxy/ha-load-balancer-pair

apply() {
    check_certificates
    install_files
    # HAProxy may have read what was there instead.
    [ -z "$changed" ] || rm -f "$state/haproxy.loaded"
    done_at
}

# One that HAProxy cannot load must not lie in wait for its next start.
check_certificates() {
    staged=$scratch/stage$folder/certificates
    [ -d "$staged" ] || return 0
    printf 'listen check\n    timeout client 1s\n    bind unix@%s/check.sock ssl crt %s\n' "$scratch" "$staged" >"$scratch/check.cfg"
    haproxy -c -f "$scratch/check.cfg" >"$scratch/check" 2>&1 || {
        sed "s,$scratch/stage,," "$scratch/check" >&2
        fail 'HAProxy cannot load a certificate; the previous ones are still in place and in use' \
            'correct haproxy.certificates (the file is named above), then run "pulumi up" again'
    }
}

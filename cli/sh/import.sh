# import: what was set up on this host by hand, as far as it is this component's business. Reads only. haproxy.cfg comes as it is,
# with the passwords that are in it; the key of authkeys does not.

import() {
    # shellcheck disable=SC2034 # for fail
    step=import action=look
    echo "node	$(uname -n)"
    ip -o address show scope global | awk '{ print "address\t" $4 "\t" $2 }'
    for path in /etc/ha.d/ha.cf /etc/ha.d/haresources /etc/haproxy/haproxy.cfg; do
        [ ! -e "$path" ] || echo "file	$path	$(base64 -w 0 <"$path")"
    done
    # The method, and not the key.
    [ ! -e /etc/ha.d/authkeys ] || awk '$1 ~ /^[0-9]+$/ { print "authkeys\t" $1 "\t" $2 }' /etc/ha.d/authkeys
}

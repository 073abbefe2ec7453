#!/bin/sh
# Restarts Heartbeat so that it waits for its peer. Two Heartbeats that meet again after they have believed each other dead
# let everything go.
set -eu

# shellcheck source=components/host/lib/patience.sh
. "$(dirname "$0")/patience.sh"

# It is killed: a stop takes seconds, in which the two may meet again, and lets the virtual IPs go. What it wanted
# here the keeper wants in its place while it waits.
restart() {
    systemctl kill --signal=KILL heartbeat
    for wish in /run/ha-load-balancer-pair/wanted/*; do
        [ ! -e "$wish" ] || echo keeper >"$wish"
    done
    systemctl restart heartbeat
}

# Another run of this component may be changing the same files: then it restarts Heartbeat itself, or this is tried again.
exec 9>/var/lib/ha-load-balancer-pair/lock
flock -n 9 || exit 1

be_patient restart

# shellcheck shell=sh
# A Heartbeat that waits for its peer instead of declaring it dead: with a long initdead it joins as a fresh node when it
# hears the peer, and meanwhile takes nothing. For restart-patiently.sh on the host, and for the step heartbeat.

ha_cf=/etc/ha.d/ha.cf
pid_file=/run/heartbeat.pid

# For how long, in seconds.
patience=300

# be_patient COMMAND …: runs what makes Heartbeat read ha.cf, with a long initdead in it until it has done so.
# What is declared is kept beside it: the keeper puts it back where this is broken off.
be_patient() {
    ln -f "$ha_cf" "$ha_cf.declared"
    sed "s/^initdead .*/initdead $patience/" "$ha_cf.declared" >"$ha_cf.patient"
    mv "$ha_cf.patient" "$ha_cf"
    "$@"
    tries=75
    until has_links || [ "$tries" -eq 0 ]; do
        tries=$((tries - 1))
        sleep 0.2
    done
    mv "$ha_cf.declared" "$ha_cf"
}

# Heartbeat forks a reader and a writer for each link once its files are read and its sockets open. Its own pid
# file names the process: after a restart of itself it is not the one that systemd started.
has_links() {
    read -r pid <"$pid_file" && [ "$(grep -sl "^PPid:[[:space:]]*$pid\$" /proc/[0-9]*/status | wc -l)" -ge 3 ]
} 2>/dev/null

#!/bin/sh
# Becomes a host: enters its control groups, then runs the command in their place.
#
# usage: boot.sh GROUP-FOLDER … -- COMMAND …
set -eu

while [ "$1" != -- ]; do
    echo $$ >"$1/cgroup.procs"
    shift
done
shift

# Hosts must be able to set their own network's sysctls, and only those.
export SYSTEMD_NSPAWN_API_VFS_WRITABLE=network
export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
exec "$@"

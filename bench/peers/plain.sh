#!/bin/sh
# The baseline: what an administrator would write down and run on both hosts at once. It checks
# nothing, undoes nothing, and knows nothing of a second run. Its files come first, so that the
# packages' own start is the right one.
#
# usage: plain.sh <ARCHIVE   (a tar archive of the files, with their paths)
set -eu

export DEBIAN_FRONTEND=noninteractive
tar -C / -xf -
sysctl -q -p /etc/sysctl.d/60-bench.conf
apt-get -qq update
apt-get -qq -y --no-install-recommends -o Dpkg::Options::=--force-confold install heartbeat haproxy
systemctl is-active haproxy heartbeat

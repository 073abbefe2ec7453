# Functions that every step uses. Runs as root on the load balancers, from standard input after the payload: `payload` sets the step's values
# and stages its files. Nothing runs before the last line of the input, so that a truncated input does nothing.

set -eu
umask 022
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
# A word like [fd00::1]:80 is a pattern, which a file in the working directory could match.
cd /

# This component's own data on the host. Only root may read it: originals can hold secrets.
state=/var/lib/ha-load-balancer-pair
# The time of preflight's last run, and the one under which health claims the host.
# shellcheck disable=SC2034 # preflight, health and survey read them
issued=$state/issued claimed=$state/claimed
# Set below, before anything reads them.
files='' changed='' step='' action='' scratch=''

say() {
    printf '%s: %s\n' "$step" "$*" >&2
}

# fail WHAT [WHAT TO DO]: ends the step with an error.
fail() {
    printf '\n%s: step "%s" failed (%s): %s\n' "$(uname -n)" "$step" "$action" "$1" >&2
    [ $# -lt 2 ] || printf 'What to do: %s\n' "$2" >&2
    failed=said
    exit 1
}

# The error of a step whose command failed without an error text of this component.
at_exit() {
    rm -rf "$scratch"
    if [ "$status" -ne 0 ] && [ "${failed-}" != said ]; then
        printf '\n%s: step "%s" failed (%s): command failed with exit status %s (see output above)\n' \
            "$(uname -n)" "$step" "$action" "$status" >&2
        printf 'What to do: fix that and run "pulumi up" again; each step can be repeated\n' >&2
    fi
}

# One run at a time on a host.
take_lock() {
    # Mode 0700: any process that can open the lock file could hold the lock forever.
    mkdir -p "$state"
    chmod 0700 "$state"
    exec 9>"$state/lock"
    flock -w 300 9 || fail 'another run has held the lock of this host for 5 minutes' \
        'wait for it to end, or end it ("lslocks -u" names it, by the path of its lock), then run "pulumi up" again'
}

# store COMMAND FILE: writes what the command prints, as a whole and synced to disk.
store() {
    "$1" >"$2.new"
    sync "$2.new"
    mv "$2.new" "$2"
}

# put SOURCE PATH: copies a file or a link, as a whole and synced to disk.
put() {
    cp -a "$1" "$2.ha-load-balancer-pair.new"
    # A link has no content to sync, and its target may not exist.
    [ -L "$1" ] || sync "$2.ha-load-balancer-pair.new"
    mv -fT "$2.ha-load-balancer-pair.new" "$2"
}

# file PATH MODE <TEXT: stages a file that the step manages.
file() {
    mkdir -p "$scratch/stage$(dirname "$1")"
    (umask 077 && cat >"$scratch/stage$1")
    chmod "$2" "$scratch/stage$1"
    files="$files $1"
}

# Saves the original of PATH, which `remove` restores, before this component first writes it.
keep_original() {
    ! grep -qxF "$1" "$state/managed" 2>/dev/null || return 0
    if [ -e "$1" ] || [ -L "$1" ]; then
        (umask 077 && mkdir -p "$state/originals$(dirname "$1")")
        put "$1" "$state/originals$1"
    fi
    echo "$1" >>"$state/managed"
    sync "$state/managed"
}

is_as_staged() {
    [ -f "$1" ] && [ ! -L "$1" ] && cmp -s "$scratch/stage$1" "$1" &&
        [ "$(stat -c '%a %u:%g' "$1")" = "$(stat -c '%a' "$scratch/stage$1") 0:0" ]
}

# install_files [PATH …]: installs the staged files, all of them or these. Files that are already as staged stay untouched. Each is
# synced to disk and then renamed: a host that dies here has the old file or the new one.
install_files() {
    changed=
    # shellcheck disable=SC2086 # paths of ours, without blanks
    [ $# -gt 0 ] || set -- $files
    for path in "$@"; do
        if ! is_as_staged "$path"; then
            keep_original "$path"
            mkdir -p "$(dirname "$path")"
            cp -p "$scratch/stage$path" "$path.ha-load-balancer-pair.new"
            changed="$changed $path"
        fi
    done
    [ -n "$changed" ] || return 0
    # shellcheck disable=SC2086 # paths of ours, without blanks
    printf '%s.ha-load-balancer-pair.new\n' $changed | xargs sync
    for path in $changed; do
        mv -f "$path.ha-load-balancer-pair.new" "$path"
        say "wrote $path"
    done
    # shellcheck disable=SC2086 # paths of ours, without blanks
    printf '%s\n' $changed | xargs dirname | sort -u | xargs sync
}

# enable_service NAME DROP-IN: enables a service, and reloads systemd if it has not read the drop-in, also one that a broken-off run
# wrote. (systemd's own NeedDaemonReload overlooks a drop-in in a folder that is new.)
enable_service() {
    systemctl is-enabled --quiet "$1" || systemctl --quiet --no-reload enable "$1"
    loaded_is "$1-unit" "$(fingerprint "$2")" || systemctl daemon-reload
}

# remove_files PATH …: restores the files that were there before the first run, and deletes the others. If the host dies meanwhile, each
# original is still saved or is restored already.
remove_files() {
    for path in "$@"; do
        # Of a run that was broken off; it can hold a secret.
        rm -f "$path.ha-load-balancer-pair.new"
        grep -qxF "$path" "$state/managed" 2>/dev/null || continue
        original=$state/originals$path
        if [ -e "$original" ] || [ -L "$original" ]; then
            put "$original" "$path"
        else
            rm -f "$path"
            remove_own_folders "$(dirname "$path")"
        fi
        store managed_without_path "$state/managed"
        rm -f "$original"
    done
}

# remove_own_folders PATH: removes the folder and those above it that this component may have made, as long as they are empty.
remove_own_folders() {
    case $1/ in
        *.service.d/ | */ha-load-balancer-pair/*)
            rmdir "$1" 2>/dev/null || return 0
            remove_own_folders "$(dirname "$1")"
            ;;
    esac
}

managed_without_path() {
    grep -vxF "$path" "$state/managed" || :
}

is_active() {
    systemctl is-active --quiet "$1"
}

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

version_of() {
    # shellcheck disable=SC2016 # for dpkg-query to expand
    dpkg-query -W -f '${Version}' "$1"
}

# The process id of a service's main process. After Heartbeat restarted itself, its process is not the
# one that systemd started.
main_pid() {
    pid=$(systemctl show -p MainPID --value "$1")
    [ "$pid" != 0 ] || read -r pid <"/run/$1.pid"
    echo "$pid"
}

# Whether a service still runs the program that was there before its package was upgraded.
runs_old_program() {
    case $(readlink "/proc/$(main_pid "$1")/exe") in
        *' (deleted)') return 0 ;;
    esac
    return 1
}

runs_new_program() {
    ! runs_old_program "$1"
}

# The folder of Heartbeat's programs, which moved between releases.
heartbeat_libexec() {
    for dir in /usr/libexec/heartbeat /usr/lib/heartbeat; do
        [ ! -x "$dir/heartbeat" ] || {
            echo "$dir"
            return
        }
    done
}

# fingerprint FILE …: a service reads its files when it is (re)loaded; comparing fingerprints of
# then and now finds a reload that is due, also one that a broken-off run left undone.
fingerprint() {
    cat -- "$@" 2>/dev/null | sha256sum | cut -d ' ' -f 1
}

loaded_is() {
    [ "$(cat "$state/$1.loaded" 2>/dev/null)" = "$2" ]
}

set_loaded() {
    (umask 077 && echo "$2" >"$state/$1.loaded")
}

# wait_until SECONDS COMMAND …: whether the command succeeds within the time. Each attempt can take seconds (connects).
wait_until() {
    waits_until=$(($(uptime_seconds) + $1))
    shift
    while ! "$@"; do
        [ "$(uptime_seconds)" -lt "$waits_until" ] || return 1
        sleep 0.1
    done
}

uptime_seconds() {
    read -r up _ </proc/uptime
    echo "${up%.*}"
}

last_log() {
    journalctl -q --no-pager -o cat -n "${2:-15}" -u "$1" >&2 || :
}

# main apply STEP GENERATION | main remove STEP [WORD]
main() {
    action=$1 step=$2
    shift 2
    take_lock
    trap 'status=$?; at_exit' EXIT
    trap 'exit 130' INT HUP
    trap ended_by_sigterm TERM
    scratch=$(mktemp -d /run/ha-load-balancer-pair.XXXXXX)
    payload
    case $action in
        apply)
            generation=${1-}
            # A run that breaks off leaves a step that counts as drifted.
            rm -f "$state/manifest/$step"
            apply
            mkdir -p "$state/manifest"
            store manifest "$state/manifest/$step"
            ;;
        remove) remove "$@" ;;
        *) fail "unknown action" ;;
    esac
    rm -rf "$scratch"
}

# By "timeout" in the command line of the step, or by systemd.
ended_by_sigterm() {
    fail 'ended by SIGTERM: the step took longer than 900 s, or the host shuts down' \
        'the lines above say what the step waited for; run "pulumi up" again'
}

# What survey.sh compares this host with, one keyword and its values a line.
manifest() {
    echo "generation $generation"
    for path in $files; do
        staged=$scratch/stage$path
        echo "file $(stat -c %a "$staged") $(sha256sum <"$staged" | cut -d ' ' -f 1) $path"
    done
    keeps
}

# What a step keeps beside its files; steps with more define their own.
keeps() {
    :
}

# The only thing a step prints to standard output. It differs from run to run, so that steps which
# build on this one are run again when this one was.
done_at() {
    echo "$step $(time_now)"
}

time_now() {
    date -u +%Y-%m-%dT%H:%M:%S.%NZ
}

"""What the keeper's parts share: its files, its log, its watchdog, and commands that it cannot outwait."""

import os
import socket
import subprocess
import time

RUN = "/run/ha-load-balancer-pair"
STATE = "/var/lib/ha-load-balancer-pair"

# Files that could not be written when last tried.
_failing = set()


def log(text):
    # systemd adds time and name.
    print(text, flush=True)


def read(path):
    """What is in a small file; None where it is not there. Asked many times a second: without Python's own file objects."""
    try:
        file = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        return os.read(file, 4096).decode("ascii", "replace")
    finally:
        os.close(file)


def _proc_uptime():
    seconds, _, hundredths = read("/proc/uptime").split()[0].partition(".")
    return int(seconds + hundredths)


def _boot_time():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 10_000_000


# A container's /proc/uptime need not be the kernel's; but both go on alike.
_BEHIND = _boot_time() - _proc_uptime()


def uptime():
    """Hundredths of a second since boot, by the clock that the agent has: /proc/uptime."""
    return _boot_time() - _BEHIND


def write(path, text):
    """Whether it was written. A full disk must not keep anybody from taking a virtual IP."""
    try:
        file = os.open(f"{path}.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            os.write(file, text.encode())
        finally:
            os.close(file)
        os.rename(f"{path}.new", path)
    except OSError as error:
        if path not in _failing:
            log(f"{path} cannot be written: {error}")
        _failing.add(path)
        return False
    _failing.discard(path)
    return True


def remove(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


_meanwhile = {"every": 1.0, "do": lambda: None, "due": 0.0}


def while_waiting(every, do):
    """What is done every so many seconds while commands run, however many of them: a peer that hears nothing takes this host
    for dead."""
    _meanwhile.update(every=every, do=do)


def is_done():
    """It was just done without a command."""
    _meanwhile["due"] = time.monotonic() + _meanwhile["every"]


def run(command, seconds, errors=None):
    """What the command printed; None when it did not end in that time or could not be run. The time must be shorter than
    the watchdog's, which is told before each. What it complains of is logged, or goes where `errors` says."""
    notify("WATCHDOG=1")
    ends_at = time.monotonic() + seconds
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    except OSError as error:
        log(f"{' '.join(command)}: {error}")
        return None
    with process:
        try:
            while True:
                try:
                    return process.communicate(timeout=max(_meanwhile["due"] - time.monotonic(), 0.001))[0].strip()
                except subprocess.TimeoutExpired:
                    _meanwhile["do"]()
                    is_done()
                if time.monotonic() > ends_at:
                    log(f"{' '.join(command)}: did not end within {seconds} s")
                    return None
        finally:
            # Whatever went wrong here, nobody waits for it.
            process.kill()


_to_systemd = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)


def notify(text):
    """See sd_notify(3)."""
    path = os.environ.get("NOTIFY_SOCKET")
    if path:
        _to_systemd.sendto(text.encode(), "\0" + path[1:] if path[0] == "@" else path)

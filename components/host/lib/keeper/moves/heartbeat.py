"""Heartbeat on this host: its state, and the requests that the keeper sends to it."""

import os.path

from keeper.ports import system
from keeper.ports.system import read, run
from keeper.ports.types import Process

HA_CF = "/etc/ha.d/ha.cf"
FIFO = "/var/lib/heartbeat/fifo"
PID_FILE = "/run/heartbeat.pid"
RESOURCE_MANAGER = "/usr/share/heartbeat/ResourceManager"
# In seconds.
RESTARTS_WITHIN = 5
# How long the keeper waits for cl_status, which takes 10 ms, in seconds: while Heartbeat hangs it does not answer, and the keeper decides
# nothing meanwhile.
ANSWERS_WITHIN = 0.5


class _Seen:
    """The process of Heartbeat that was seen last: when, and since when."""

    at = float("-inf")
    process: int | None = None
    since = float("-inf")


_seen = _Seen()


def runs() -> bool:
    """Whether it runs, or did so a moment ago: in the middle of a restart of its own it has no process."""
    process = _process()
    if process is not None:
        _seen.at = system.monotonic()
        if process != _seen.process:
            _seen.process, _seen.since = process, _seen.at
    return system.monotonic() - _seen.at < RESTARTS_WITHIN


def runs_since() -> float:
    """When the running process was first seen, by system.monotonic. Each restart makes another process."""
    return _seen.since


def has_process() -> bool:
    return _process() is not None


def _process() -> int | None:
    try:
        process = int(read(PID_FILE) or "")
    except ValueError:
        return None
    return process if system.is_running(process) else None


def sees(node: str) -> str | None:
    """What it takes a node for: init, up, active or dead; nothing while it does not answer."""
    return _ask("nodestatus", node)


def sees_active(*nodes: str) -> bool:
    return all(sees(node) == "active" for node in nodes)


# What `settlement` returns.
SETTLED, UNSETTLED, APART = "settled", "unsettled", "apart"


def settlement(*nodes: str) -> str | None:
    """Whether the hosts have settled which of them has the resources; APART: not settled, and it does not see both of `nodes` as active.
    None while it does not answer."""
    questions = [("transition", SETTLED, ["rscstatus"]), *(("active", APART, ["nodestatus", node]) for node in nodes)]
    for expected, otherwise, question in questions:
        answer = _ask(*question)
        if answer != expected:
            # The keeper waits once only for one that hangs.
            return otherwise if answer else None
    return UNSETTLED


def _ask(*question: str) -> str | None:
    return run(["cl_status", *question], ANSWERS_WITHIN, logs_errors=False)


def give_all() -> bool:
    """What `hb_standby all` asks for, in one write and without waiting (the command hangs where Heartbeat does not run)."""
    return _tell("t=ask_resources\nrsc_hold=all\ninfo=me\n")


def take_back() -> bool:
    """What `hb_takeover local` asks for: this host's own virtual IPs."""
    return _tell("t=hb_takeover\nrsc_hold=local\n")


def take_group(first_resource: str) -> None:
    """Starts what haresources names for this host, as Heartbeat itself will do when its fixed 10 s are over."""
    run([RESOURCE_MANAGER, "takegroup", first_resource], 4)


def restart_patiently() -> Process:
    """Restarts it so that it waits for the peer instead of declaring it dead; returns at once."""
    return system.start(["sh", os.path.join(os.path.dirname(__file__), "..", "..", "restart-patiently.sh")])


def restore_configuration() -> None:
    """Ends what patience.sh did not, for it was killed."""
    if system.exists(f"{HA_CF}.declared"):
        system.rename(f"{HA_CF}.declared", HA_CF)


def _tell(message: str) -> bool:
    return system.write_to_pipe(FIFO, f">>>\n{message}<<<\n")

"""Runs a program of the user's (fencing, hooks) as a service of its own: the sandbox of the keeper's unit does not bind it, and it goes on when
the keeper ends. Used by hook.py and fencing.py.

systemd-run waits for a program and reports its exit code only over D-Bus, which a minimal host does not have. So outside.sh writes the code to a
file, and holds a lock while the program runs. Only a code of 0 in that file counts as success.
"""

import os.path
from collections.abc import Sequence

from keeper.ports import system
from keeper.ports.system import RUN, read, remove, start

FOLDER = f"{RUN}/outside"
SCRIPT = os.path.join(os.path.dirname(__file__), "..", "outside.sh")
# The lock is free for so long at most before the script has it, in seconds.
STARTS_WITHIN = 2
# Between two attempts to kill it, in seconds: its service may not be there yet.
KILL_EVERY = 0.5
# How long after the time limit systemd kills a program that no keeper has killed, in seconds.
SPARE = 5
# What poll returns of a program that was killed.
KILLED = 137


class Outside:
    def __init__(self, name: str, command: Sequence[str], seconds: float, environment: dict[str, str] | None = None) -> None:
        """Starts it, and does not wait. Two of one name never run at once: where an earlier keeper has started one that still runs, that one's
        code counts. OSError where it cannot be started. seconds: how long it may take."""
        self._name = name
        self._file = f"{FOLDER}/{name}"
        self._killed_at: float | None = None
        properties = {
            "RuntimeMaxSec": seconds + SPARE,
            # systemd takes an end by SIGTERM for success.
            "KillSignal": "SIGKILL",
            # It starts also while the host shuts down.
            "DefaultDependencies": "no",
            "SyslogIdentifier": "ha-load-balancer-pair",
        }
        options = [
            f"--unit={_unit(name, system.nonce().hex())}",
            *[f"--property={key}={value}" for key, value in properties.items()],
            *[f"--setenv={key}={value}" for key, value in (environment or {}).items()],
        ]
        # systemd replaces $WORD in a command line (systemd.service(5)).
        words = [word.replace("$", "$$") for word in ["/bin/sh", SCRIPT, self._file, *command]]
        remove(self._file)
        self._starter = start(["systemd-run", "--quiet", "--collect", *options, "--", *words])
        self._started_at: float | None = None

    def poll(self) -> int | None:
        """Its exit code, None while it runs. 126 or 127: it could not be run (sh(1))."""
        code = self._poll()
        if code is None and self._killed_at is not None:
            self.kill()
        return code

    def _poll(self) -> int | None:
        started = self._starter.poll()
        if started != 0:
            return started
        if self._started_at is None:
            self._started_at = system.monotonic()
        code = read(self._file)
        if code is not None:
            remove(self._file)
            return int(code)
        is_starting = system.monotonic() - self._started_at < STARTS_WITHIN
        return None if is_starting or is_running(self._file) else KILLED

    def kill(self) -> None:
        """Goes on in poll until it has ended."""
        now = system.monotonic()
        if self._killed_at is None or now - self._killed_at > KILL_EVERY:
            self._killed_at = now
            _kill(self._name)


def _unit(name: str, number: str) -> str:
    return f"ha-load-balancer-pair-{name}-{number}.service"


def _kill(name: str) -> None:
    """Kills the services of that name, also one that an earlier keeper has started. Does not wait."""
    units = _unit(name, "*")
    try:
        start(["systemctl", "kill", "--signal=KILL", units])
    except OSError as error:
        system.log(f"killing {units}: {error}; trying again")


def end_earlier(name: str) -> None:
    """Kills a program of that name that an earlier keeper has started."""
    if is_running(f"{FOLDER}/{name}"):
        _kill(name)


def is_running(file: str) -> bool:
    if not system.exists(f"{file}.lock"):
        return False
    with system.lock(f"{file}.lock") as is_free:
        return not is_free

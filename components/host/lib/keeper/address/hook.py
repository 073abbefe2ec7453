"""Runs the user's program for a virtual IP that this host has acquired or released (virtualIps[].onAcquire, onRelease). Never waits."""

from keeper.config import DeclaredHook
from keeper.outside import Outside, end_earlier
from keeper.ports import system
from keeper.ports.system import log
from keeper.ports.types import Process

# Seconds between two attempts.
RETRY = 2


class Hook:
    def __init__(self, event: str, declared: DeclaredHook | None, environment: dict[str, str], attempts: int | None = None) -> None:
        """declared: its command and timeout, or None without a hook. attempts: how many at most; None: without a limit."""
        self._event = event
        self._has_program = declared is not None
        self._command = declared["command"] if declared else []
        self._timeout = declared["timeout"] if declared else 0.0
        self._environment = {**environment, "EVENT": event}
        self._attempts = attempts
        # None: without a limit.
        self._left: int | None = 0
        self._process: Process | None = None
        # One that was killed, until it has ended.
        self._ending: Process | None = None
        self._began_at = 0.0
        self._due: float | None = None
        # Whether the program has ended with 0 since begin, or there is none.
        self.is_done = True

    def begin(self, reason: str) -> None:
        if not self._has_program:
            return
        self.cancel()
        self.is_done = False
        self._environment["REASON"] = reason
        self._left = self._attempts
        self._due = system.monotonic()

    def cancel(self) -> None:
        """The event is over."""
        self._due = None
        self._end()

    def end_earlier(self) -> None:
        """Ends the program if an earlier keeper has started it."""
        if self._has_program:
            end_earlier(self._program())

    def _program(self) -> str:
        return f"{self._event}-{self._environment['VIRTUAL_IP']}"

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._ending, self._process = self._process, None

    def look(self) -> None:
        # The next attempt waits until the one before has ended: the two would do the opposite of each other.
        if self._ending is not None and self._ending.poll() is None:
            return
        self._ending = None
        if self._process is not None:
            self._look_at_process(self._process)
        elif self._due is not None and system.monotonic() >= self._due:
            self._start()

    def _start(self) -> None:
        self._began_at = system.monotonic()
        if self._left is not None:
            self._left -= 1
        try:
            self._process = Outside(self._program(), self._command, self._timeout, self._environment)
        except OSError as error:
            self._failed(str(error))

    def _look_at_process(self, process: Process) -> None:
        code = process.poll()
        if code is None and system.monotonic() - self._began_at < self._timeout:
            return
        if code is None:
            self._end()
            self._failed(f"it did not end within {self._timeout} s")
            return
        self._process = None
        if code == 0:
            self._due = None
            self.is_done = True
            log(f"{self._name()}: done ({system.monotonic() - self._began_at:.1f} s)")
        else:
            self._failed(f"it ended with {code}")

    def _failed(self, why: str) -> None:
        is_last = self._left == 0
        self._due = None if is_last else system.monotonic() + RETRY
        log(f"{self._name()}: {why}; {'giving up' if is_last else f'retrying in {RETRY} s'}")

    def _name(self) -> str:
        return f"hook {self._event} of {self._environment['VIRTUAL_IP']}"

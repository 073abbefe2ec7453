"""Runs the user's program for a virtual IP that this host has acquired or released (virtualIps[].onAcquire, onRelease). Never waits."""

from keeper.outside import Outside, end_earlier
from keeper.ports import system
from keeper.ports.system import log

# Seconds between two attempts.
RETRY = 2


class Hook:
    def __init__(self, event, declared, environment, attempts=None):
        """declared: its command and timeout, or None without a hook. attempts: how many at most; None: without a limit."""
        self._event = event
        self._declared = declared
        self._environment = {**environment, "EVENT": event}
        self._attempts = attempts
        self._left = 0
        self._process = None
        # One that was killed, until it has ended.
        self._ending = None
        self._began_at = 0.0
        self._due = None
        # Whether the program has ended with 0 since begin, or there is none.
        self.is_done = True

    def begin(self, reason):
        if self._declared is None:
            return
        self.cancel()
        self.is_done = False
        self._environment["REASON"] = reason
        self._left = self._attempts
        self._due = system.monotonic()

    def cancel(self):
        """The event is over."""
        self._due = None
        self._end()

    def end_earlier(self):
        """Ends the program if an earlier keeper has started it."""
        if self._declared is not None:
            end_earlier(self._program())

    def _program(self):
        return f"{self._event}-{self._environment['VIRTUAL_IP']}"

    def _end(self):
        if self._process is not None:
            self._process.kill()
            self._ending, self._process = self._process, None

    def look(self):
        # The next attempt waits until the one before has ended: the two would do the opposite of each other.
        if self._ending is not None and self._ending.poll() is None:
            return
        self._ending = None
        if self._process is not None:
            self._look_at_process()
        elif self._due is not None and system.monotonic() >= self._due:
            self._start()

    def _start(self):
        self._began_at = system.monotonic()
        if self._left is not None:
            self._left -= 1
        try:
            self._process = Outside(self._program(), self._declared["command"], self._declared["timeout"], self._environment)
        except OSError as error:
            self._failed(str(error))

    def _look_at_process(self):
        code = self._process.poll()
        if code is None and system.monotonic() - self._began_at < self._declared["timeout"]:
            return
        if code is None:
            self._end()
            self._failed(f"it did not end within {self._declared['timeout']} s")
            return
        self._process = None
        if code == 0:
            self._due = None
            self.is_done = True
            log(f"{self._name()}: done ({system.monotonic() - self._began_at:.1f} s)")
        else:
            self._failed(f"it ended with {code}")

    def _failed(self, why):
        is_last = self._left == 0
        self._due = None if is_last else system.monotonic() + RETRY
        log(f"{self._name()}: {why}; {'giving up' if is_last else f'retrying in {RETRY} s'}")

    def _name(self):
        return f"hook {self._event} of {self._environment['VIRTUAL_IP']}"

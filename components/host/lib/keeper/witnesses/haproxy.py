"""Whether HAProxy on this host serves: it answers on its health socket, and its master is not stopped.

Bad moments add up and fade: HAProxy that dies and comes back at once is healthy, one that dies again and again is not."""

from typing import Literal

from keeper.ports import network, system
from keeper.ports.system import read
from keeper.ports.types import Socket

MASTER_PID = "/run/haproxy.pid"
REQUEST = b"GET / HTTP/1.0\r\n\r\n"

# Between two looks while all is well, in seconds.
INTERVAL = 0.3
# So many bad seconds make it unhealthy; each of them is forgotten in ten good ones. All in seconds.
LIMIT = 0.7
FORGOTTEN_IN = 10
# What a restart counts for, at least: HAProxy can be back before a look finds it gone.
RESTART = 0.3
# An unhealthy one counts as healthy again after so long without a bad moment.
GOOD_FOR = 5
# For how long a bad moment speaks against handing anything over to it.
DOUBTFUL_FOR = 1
# An answer takes a millisecond: from SLOW on its absence is bad, and after TIMEOUT the question is asked anew.
SLOW = 0.2
TIMEOUT = 2


class Haproxy:
    def __init__(self) -> None:
        self.healthy = True
        self.reason: str | None = None
        self._badness = 0.0
        # What was seen of the present outage has counted for so much.
        self._counted = 0.0
        self._looked_at = system.monotonic()
        self._bad_at = float("-inf")
        self._probe: Socket | None = None
        self._sent_at = 0.0
        self._pid: int | None = None

    def look(self) -> None:
        """One look, several times a second: reads the answer to the last question and asks anew. Never waits."""
        now = system.monotonic()
        if now - self._looked_at < INTERVAL and self._badness == 0:
            return
        # A host that was frozen has not seen HAProxy fail meanwhile.
        passed = min(now - self._looked_at, SLOW)
        self._looked_at = now
        pid = master()
        reason = self._ask(now, pid)
        has_restarted = pid is not None and self._pid not in (None, pid)
        if has_restarted:
            self._count(max(RESTART - self._counted, 0), "HAProxy restarts again and again", now)
            self._counted = 0.0
        self._pid = pid or self._pid
        if reason:
            self._count(passed, reason, now)
        elif reason is None and not has_restarted:
            self._counted = 0.0
            self._badness = max(self._badness - passed / FORGOTTEN_IN, 0)
        if self._badness >= LIMIT:
            self.healthy = False
        elif now - self._bad_at > GOOD_FOR:
            self.healthy = True

    def _count(self, seconds: float, reason: str, now: float) -> None:
        self._counted += seconds
        self._badness = min(self._badness + seconds, LIMIT)
        self._bad_at = now
        self.reason = reason

    def is_doubtful(self) -> bool:
        """Whether it failed just now, and may be about to count as unhealthy."""
        return system.monotonic() - self._bad_at < DOUBTFUL_FOR

    def _ask(self, now: float, pid: int | None) -> str | Literal[False] | None:
        """What is wrong; None where nothing is; False where the answer is still awaited."""
        if pid is not None and _is_stopped(pid):
            return "HAProxy's master process is stopped"
        if self._probe is None:
            return self._send(now)
        try:
            answer = self._probe.recv(64)
        except BlockingIOError:
            waited = now - self._sent_at
            if waited < TIMEOUT:
                return "HAProxy does not answer" if waited > SLOW else False
            answer = b""
        except OSError:
            answer = b""
        self._probe.close()
        self._probe = None
        if answer.startswith(b"HTTP/1.") and b" 200 " in answer:
            return self._send(now) or None
        return self._send(now) or "HAProxy does not answer"

    def _send(self, now: float) -> str | Literal[False]:
        try:
            self._probe = network.ask_haproxy(REQUEST)
        except OSError:
            return "HAProxy does not run"
        self._sent_at = now
        return False


def master() -> int | None:
    """The master's process id. A reload keeps it."""
    try:
        return int(read(MASTER_PID) or "")
    except ValueError:
        return None


def _is_stopped(pid: int | None) -> bool:
    try:
        return (read(f"/proc/{pid}/stat") or "").rpartition(") ")[2][:1] in ("T", "t")
    except ProcessLookupError:
        # It does not run; the health socket reports that.
        return False

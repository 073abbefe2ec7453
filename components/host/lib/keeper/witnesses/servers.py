"""Whether HAProxy on this host reaches any server: evidence that this host is not cut off. Asked only while that is in question."""

import csv
import io

from keeper.ports import network, system
from keeper.ports.types import Socket

# Seconds between two questions, and after which an answer counts as missing.
ASK_EVERY = 1
TIMEOUT = 2


class Servers:
    def __init__(self) -> None:
        # None: unknown, or no server is checked.
        self.are_reachable: bool | None = None
        self._asked_at = float("-inf")
        self._socket: Socket | None = None
        self._answer = b""

    def forget(self) -> None:
        self.are_reachable = None
        self._close()

    def look(self) -> None:
        """Reads what has come of the answer, and asks again when that is due. Never waits."""
        now = system.monotonic()
        if self._socket is not None:
            self._read(self._socket, now)
        elif now - self._asked_at >= ASK_EVERY:
            self._asked_at = now
            try:
                self._socket = network.ask_for_statistics()
            except OSError:
                self.are_reachable = None

    def _read(self, sock: Socket, now: float) -> None:
        try:
            while data := sock.recv(65536):
                self._answer += data
        except BlockingIOError:
            if now - self._asked_at < TIMEOUT:
                return
            self.are_reachable = None
        except OSError:
            self.are_reachable = None
        else:
            self.are_reachable = is_any_up(self._answer.decode("ascii", "replace"))
        self._close()

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None
        self._answer = b""


def is_any_up(statistics: str) -> bool | None:
    """By the CSV of "show stat" (HAProxy Management Guide, 9.1): whether a checked server is up; None if no server is checked."""
    rows = csv.DictReader(io.StringIO(statistics.removeprefix("# ")))
    states = [row["status"] for row in rows if row["svname"] not in ("FRONTEND", "BACKEND") and row["check_status"]]
    return any(state.startswith("UP") for state in states) if states else None

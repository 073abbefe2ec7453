"""When this host announces a virtual IP that it holds: at once, after growing pauses for a minute, and once a minute for ever.

One announcement is not enough: a switch whose ports come up drops packets for up to 30 s (spanning tree), and a switch that died with the
former holder hears nothing before it boots. Used by virtual_ip.py.
"""

from keeper.ports import network, system
from keeper.ports.system import log

# Seconds: the first pause, which doubles each time, and the longest one.
FIRST_PAUSE, LAST_PAUSE = 0.1, 60


class Announcements:
    def __init__(self, address: str) -> None:
        self._address = address
        self._due: float | None = None
        self._pause = FIRST_PAUSE
        # The last error, which was logged. None: the last announcement succeeded.
        self._error: str | None = None

    def begin(self) -> None:
        """Starts the series anew."""
        self._due = system.monotonic()
        self._pause = FIRST_PAUSE

    def look(self, is_held: bool, interface: int | None) -> None:
        """Announces if that is due. interface: its index; None while it does not exist (it was renamed)."""
        if not is_held or interface is None:
            self._due = None
            return
        now = system.monotonic()
        if self._due is None:
            self.begin()
        elif now < self._due:
            return
        self._due = now + self._pause
        self._pause = min(2 * self._pause, LAST_PAUSE)
        self._announce(interface)

    def _announce(self, interface: int) -> None:
        try:
            network.announce(self._address, interface)
        except OSError as error:
            # A log line for each attempt would hide the others.
            if str(error) != self._error:
                log(f"announcing {self._address}: {error}")
            self._error = str(error)
        else:
            self._error = None

"""The addresses that this host has."""

from keeper.ports import network, system
from keeper.ports.types import Entry

# They are also read after this time in seconds, even if the kernel reported no change.
EVERY = 1


class Addresses:
    def __init__(self) -> None:
        self._found: list[Entry] | None = None
        self._asked_at = 0.0
        self.changes = network.address_changes()

    def hear(self) -> bool:
        """Reads what has changed, if anything has."""
        if not network.has_changed(self.changes):
            return False
        self._found = None
        return True

    def look(self) -> list[Entry]:
        """Returns the entries of all addresses (network.addresses)."""
        while self.hear():
            pass
        now = system.monotonic()
        if self._found is None or now - self._asked_at > EVERY:
            self._asked_at = now
            self._found = network.addresses()
        return self._found

    def look_again(self) -> list[Entry]:
        """The same with what this host has just changed: the kernel reports a new IPv6 address a moment later."""
        self._found = None
        return self.look()

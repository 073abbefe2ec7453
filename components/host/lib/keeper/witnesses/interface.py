"""The interface of virtual IPs: whether clients can reach this host through it. Used by keeper.py; faults.py weighs it with the
other witnesses."""

from keeper.ports import clock, network, system
from keeper.ports.network import family_of
from keeper.ports.types import Entry

# Seconds without an own address or route before they count as lost: ifdown and ifup, netplan apply and a new DHCP lease remove and
# restore the address within 0.2 s to some seconds. A hand-over costs less than a longer wait.
LOST_AFTER = 1
# Seconds after the interface works again in which this host listens before it acquires anything: the peer may have acquired it
# meanwhile, and its keeper speaks several times a second.
LISTENS_FOR = 2
# Seconds between two reads of the routing table, which may be long, while nothing is missing.
READ_ROUTES_EVERY = 1


class Interface:
    def __init__(self, name: str, families: set[int], virtual_ips: set[str]) -> None:
        """families: the address families of its virtual IPs. virtual_ips: the addresses of all virtual IPs of the pair."""
        self.name = name
        self._families = families
        self._virtual_ips = virtual_ips
        # None while it does not exist.
        self.index: int | None = None
        # (family, "address" or "route") pairs: only what the interface had once can be lost.
        self._had: set[tuple[int, str]] = set()
        self._lost_since: dict[tuple[int, str], float] = {}
        # By family, when the routing table was read last, and what was found.
        self._routes: dict[int, tuple[float, bool]] = {}
        # Why no packet can pass; None if the link is up.
        self.link_fault: str | None = None
        # Whether the link is up and no family has a route left: this host can send, and no answer can arrive.
        self.has_lost_routes = False
        # Why clients do not reach this host; None if they do.
        self.fault: str | None = None
        # Since when the link is down or without carrier, by the keeper's clock; None while it is up.
        self.failed_at: float | None = None
        # What neighbours know the virtual IPs by.
        self._hardware_address: str | None = None
        self._works_since = float("-inf")

    def look(self, entries: list[Entry]) -> bool:
        """Returns whether the neighbours must hear of the virtual IPs anew. entries: the addresses of this host (network.addresses)."""
        was_blind = self.has_no_answer()
        self.index = network.index_of(self.name)
        state = network.link_state(self.name)
        self.link_fault = None if state == network.UP else f"interface {self.name} {state}"
        self.failed_at = None if self.link_fault is None else (self.failed_at or clock.now())
        lost = {family: self._lost(family, entries) for family in self._families}
        self.has_lost_routes = self.link_fault is None and all("route" in parts for parts in lost.values())
        parts = [part for each in lost.values() for part in each]
        self.fault = self.link_fault or (f"interface {self.name} has lost its own {parts[0]}" if parts else None)
        works_again = was_blind and not self.has_no_answer()
        if works_again:
            self._works_since = system.monotonic()
        return self._has_new_hardware_address() or works_again

    def _has_new_hardware_address(self) -> bool:
        """netplan apply was seen to change it (systemd.link(5), MACAddressPolicy); neighbours sent to the old one for 7 s."""
        before, self._hardware_address = self._hardware_address, network.hardware_address_of(self.name)
        return None not in (before, self._hardware_address) and before != self._hardware_address

    def has_no_answer(self) -> bool:
        """Whether no packet can arrive through it."""
        return self.link_fault is not None or self.has_lost_routes

    def why_blind(self) -> str | None:
        """Why this host cannot know through this interface what the peer does; None if it can."""
        if self.has_no_answer():
            return self.fault
        is_new = system.monotonic() - self._works_since < LISTENS_FOR
        return f"interface {self.name} has worked for less than {LISTENS_FOR} s" if is_new else None

    def _lost(self, family: int, entries: list[Entry]) -> list[str]:
        """Which of "address" and "route" the interface has lost."""
        has_address = self._has_own_address(family, entries)
        has = {"address": has_address, "route": self._has_route(family, has_address)}
        return [what for what, is_there in has.items() if self._is_lost(family, what, is_there)]

    def _is_lost(self, family: int, what: str, is_there: bool) -> bool:
        key = family, what
        if is_there:
            self._had.add(key)
            self._lost_since.pop(key, None)
            return False
        since = self._lost_since.setdefault(key, system.monotonic())
        return key in self._had and system.monotonic() - since >= LOST_AFTER

    def _has_route(self, family: int, has_address: bool) -> bool:
        """The kernel deletes routes with the address. So the last answer counts only while neither was missing."""
        read_at, has_route = self._routes.get(family, (float("-inf"), False))
        if not (has_address and has_route) or system.monotonic() - read_at >= READ_ROUTES_EVERY:
            has_route = network.has_route(self.name, family)
            self._routes[family] = system.monotonic(), has_route
        return has_route

    def _has_own_address(self, family: int, entries: list[Entry]) -> bool:
        return any(
            entry.interface == self.index
            and family_of(entry.address) == family
            and entry.address not in self._virtual_ips
            and not entry.address.startswith("fe80:")
            for entry in entries
        )

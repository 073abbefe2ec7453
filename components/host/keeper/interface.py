"""The interface of virtual IPs: whether clients can reach this host through it. Used by keeper.py; faults.py weighs it with the
other witnesses."""

import network
import system
from network import family_of

# Seconds without an own address or route before they count as lost: ifdown and ifup, netplan apply and a new DHCP lease remove and
# restore the address within 0.2 s to some seconds. A hand-over costs less than a longer wait.
LOST_AFTER = 1
# Seconds after a link came up in which this host listens before it acquires anything: the peer may have acquired it meanwhile, and its
# keeper speaks several times a second.
LISTENS_FOR = 2
# Seconds between two reads of the routing table, which may be long.
READ_ROUTES_EVERY = 1


class Interface:
    def __init__(self, name, families, virtual_ips):
        """families: the address families of its virtual IPs. virtual_ips: the addresses of all virtual IPs of the pair."""
        self.name = name
        self._families = families
        self._virtual_ips = virtual_ips
        # (family, "address" or "route") pairs: only what the interface had once can be lost.
        self._had = set()
        self._lost_since = {}
        # By family, when the routing table was read last, and what was found.
        self._routes = {}
        # Why no packet can pass; None if the link is up.
        self.link_fault = None
        # Why clients do not reach this host; None if they do.
        self.fault = None
        self._link_up_at = float("-inf")

    def look(self, entries):
        """Returns whether the link has just come up. entries: the addresses of this host (network.addresses)."""
        state = network.link_state(self.name)
        had_fault, self.link_fault = self.link_fault, None if state == network.UP else f"interface {self.name} {state}"
        has_come_up = had_fault is not None and self.link_fault is None
        if has_come_up:
            self._link_up_at = system.monotonic()
        lost = [text for family in self._families for text in self._lost(family, entries)]
        self.fault = self.link_fault or (lost[0] if lost else None)
        return has_come_up

    def why_blind(self):
        """Why this host cannot know through this interface what the peer does; None if it can."""
        if self.link_fault:
            return self.link_fault
        is_new = system.monotonic() - self._link_up_at < LISTENS_FOR
        return f"the link of interface {self.name} came up less than {LISTENS_FOR} s ago" if is_new else None

    def _lost(self, family, entries):
        has = {"address": self._has_own_address(family, entries), "route": self._has_route(family)}
        return [f"interface {self.name} has lost its own {what}" for what, is_there in has.items() if self._is_lost(family, what, is_there)]

    def _is_lost(self, family, what, is_there):
        key = family, what
        if is_there:
            self._had.add(key)
            self._lost_since.pop(key, None)
            return False
        since = self._lost_since.setdefault(key, system.monotonic())
        return key in self._had and system.monotonic() - since >= LOST_AFTER

    def _has_route(self, family):
        read_at, has_route = self._routes.get(family, (float("-inf"), False))
        if system.monotonic() - read_at >= READ_ROUTES_EVERY:
            has_route = network.has_route(self.name, family)
            self._routes[family] = system.monotonic(), has_route
        return has_route

    def _has_own_address(self, family, entries):
        index = network.index_of(self.name)
        return any(
            entry.interface == index
            and family_of(entry.address) == family
            and entry.address not in self._virtual_ips
            and not entry.address.startswith("fe80:")
            for entry in entries
        )

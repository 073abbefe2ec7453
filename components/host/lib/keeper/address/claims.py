"""Hears other hosts claim a virtual IP: in ARP packets (RFC 826), and in neighbour advertisements to all nodes (RFC 4861, 7.2.6).

A holder that hears such a claim announces again: clients that believed the claim would send their packets elsewhere.
"""

from collections.abc import Callable

from keeper.address.virtual_ip import VirtualIp
from keeper.ports import network, system
from keeper.ports.system import log
from keeper.ports.types import Socket

# Seconds between two reactions to the claims for one address, and between two log lines about them.
REACT_EVERY, LOG_EVERY = 1, 60


class Claims:
    def __init__(self, virtual_ips: list[VirtualIp]) -> None:
        self._virtual_ips = {one.address: one for one in virtual_ips}
        self._reacted_at: dict[str, float] = {}
        self._logged_at: dict[str, float] = {}
        self.sockets = network.claims(list(self._virtual_ips))

    def hear(self, sock: Socket, is_held_by_peer: Callable[[VirtualIp], bool]) -> None:
        """Reads one packet. is_held_by_peer: whether the peer holds a virtual IP by its own word; its claims are decided elsewhere."""
        claim = network.receive_claim(sock)
        if claim is None:
            return
        virtual_ip = self._virtual_ips.get(claim.address)
        if virtual_ip is None or not virtual_ip.is_held_on(claim.interface) or is_held_by_peer(virtual_ip):
            return
        now = system.monotonic()
        if now - self._reacted_at.get(claim.address, float("-inf")) < REACT_EVERY:
            return
        self._reacted_at[claim.address] = now
        virtual_ip.announcements.begin()
        if now - self._logged_at.get(claim.address, float("-inf")) >= LOG_EVERY:
            self._logged_at[claim.address] = now
            log(f"announcing {claim.address} again: {claim.hardware_address} claims it too")

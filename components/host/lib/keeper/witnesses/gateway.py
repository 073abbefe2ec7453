"""Whether this host is connected: one of the hosts of heartbeat.ping answers ICMP echo requests, or else a default gateway.

A default gateway through an interface of the virtual IPs is preferred: one behind a management network says nothing about clients.
A gateway counts only once it has answered, because some never do. An answer counts only from the address that was asked, and with the
nonce of one of the last questions: anybody could send echo replies."""

import struct

from keeper.config import Config
from keeper.ports import clock, network, system
from keeper.ports.arrival import receive
from keeper.ports.network import ECHO_REPLY, INET, INET6
from keeper.ports.system import RUN, read, write
from keeper.ports.types import Socket
from keeper.protocol.peer import Peer

# Seconds between two questions, and seconds after which a missing answer means that the gateway is lost.
INTERVAL = 0.5
LIMIT = 1.3
# How long it may be missing, while the peer is heard, until this host counts as one that can't serve. Where the gateway itself
# has gone, the peer knows by then too, and nothing moves. After a cable is plugged in again the kernel may take a second to find it.
GONE = 3

# Who has answered since this host has booted.
ANSWERED = f"{RUN}/gateway"

# Of linux/icmp.h and linux/icmpv6.h.
ECHO_REQUEST = {INET: 8, INET6: 128}
# How many of the last questions may still be answered: an answer that is later than LIMIT does not help.
NONCES = 3


class Gateway:
    def __init__(self, config: Config) -> None:
        self._declared = config["ping"]
        self._interfaces = {declared["interface"] for declared in config["virtualIps"]}
        # By address, the nonces of the last questions.
        self._nonces: dict[str, list[bytes]] = {}
        self._id = system.process_id() & 0xFFFF
        self._asked_at = 0.0
        self._who = " ".join(config["ping"]) or f"default of {' '.join(sorted(self._interfaces))}"
        self._answered_at = system.monotonic() if read(ANSWERED) == self._who else None
        self.sockets = {family: sock for family in (INET, INET6) if (sock := network.echoes(family)) is not None}

    def look(self) -> None:
        now = system.monotonic()
        if now - self._asked_at < INTERVAL:
            return
        # A host that was frozen has not asked meanwhile: that time does not count.
        late = now - self._asked_at - INTERVAL
        if self._answered_at is not None and late > INTERVAL:
            self._answered_at = min(self._answered_at + late, now)
        self._asked_at = now
        for address in self._declared or self._default_gateways():
            self._ask(address)

    def _default_gateways(self) -> list[str]:
        gateways = network.default_gateways()
        near = [address for address, interface in gateways if interface in self._interfaces]
        return near or [address for address, _ in gateways]

    def hurry(self) -> None:
        """Asks again with the next look."""
        self._asked_at = min(self._asked_at, system.monotonic() - INTERVAL)

    def has_answered_since(self, moment: float) -> bool:
        """Also where there is none, or none that ever answers."""
        return self._answered_at is None or self._answered_at > moment

    def _ask(self, address: str) -> None:
        family = network.family_of(address)
        sock = self.sockets.get(family)
        if not sock:
            return
        nonce = system.nonce()
        # The source of an answer has no scope ("%eth0").
        key = address.partition("%")[0]
        self._nonces[key] = [nonce, *self._nonces.get(key, [])][:NONCES]
        packet = struct.pack("!BBHHH", ECHO_REQUEST[family], 0, 0, self._id, 1) + nonce
        if family == INET:
            # For IPv6 the kernel computes it.
            packet = packet[:2] + struct.pack("!H", _checksum(packet)) + packet[4:]
        try:
            sock.sendto(packet, (address, 0))
        except OSError:
            # No way there: that is an answer that stays out.
            pass

    def hear(self, sock: Socket) -> None:
        try:
            packet, came_at, source = receive(sock)
        except OSError:
            return
        icmp = packet[(packet[0] & 0x0F) * 4 :] if sock.family == INET else packet
        is_reply = len(icmp) >= 8 and icmp[0] == ECHO_REPLY[sock.family] and struct.unpack_from("!H", icmp, 4)[0] == self._id
        if is_reply and icmp[8:] in self._nonces.get(source[0], []):
            if self._answered_at is None:
                write(ANSWERED, self._who)
            self._answered_at = came_at

    def is_gone(self, peer: Peer) -> bool:
        """Whether the peer is to serve instead of this host."""
        return min(self.lost_for() or 0, peer.fresh_for()) > GONE

    def lost_for(self) -> float | None:
        """For how long the last answer has been overdue, in seconds; None while it is not."""
        if self._answered_at is None:
            return None
        since = clock.now() - self._answered_at
        return since if since > LIMIT else None


def _checksum(data: bytes) -> int:
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF

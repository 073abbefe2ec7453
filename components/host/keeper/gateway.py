"""Whether this host is connected: the hosts of heartbeat.ping answer, or else the default gateway.

A gateway counts only once it has answered, for some never do."""

import os
import socket
import struct
import time

import clock
from addresses import family_of
from arrival import receive, stamp
from runtime import RUN, read, write

# Between two questions, and how long nobody's answer may be missing, in seconds.
INTERVAL = 0.5
LIMIT = 1.3
# How long it may be missing, while the peer is heard, until this host counts as one that can't serve. Where the gateway itself
# has gone, the peer knows by then too, and nothing moves. After a cable is mended the kernel may take a second to find it.
GONE = 3

# Who has answered since this host has booted.
ANSWERED = f"{RUN}/gateway"

# Of linux/in.h, linux/icmp.h and, with the same number, linux/icmpv6.h.
SOL_RAW, ICMP_FILTER = 255, 1
ECHO_REPLY = {socket.AF_INET: 0, socket.AF_INET6: 129}
ECHO_REQUEST = {socket.AF_INET: 8, socket.AF_INET6: 128}


class Gateway:
    def __init__(self, config):
        self._declared = config["ping"]
        self._id = os.getpid() & 0xFFFF
        self._asked_at = 0.0
        self._who = " ".join(config["ping"]) or "default"
        self._answered_at = time.monotonic() if read(ANSWERED) == self._who else None
        self.sockets = {
            socket.AF_INET: _raw(socket.AF_INET, socket.IPPROTO_ICMP),
            socket.AF_INET6: _raw(socket.AF_INET6, socket.IPPROTO_ICMPV6),
        }
        self.sockets = {family: sock for family, sock in self.sockets.items() if sock}

    def look(self):
        now = time.monotonic()
        if now - self._asked_at < INTERVAL:
            return
        # A host that was frozen has not asked meanwhile: that time does not count.
        late = now - self._asked_at - INTERVAL
        if self._answered_at is not None and late > INTERVAL:
            self._answered_at = min(self._answered_at + late, now)
        self._asked_at = now
        for address in self._declared or default_gateways():
            self._ask(address)

    def hurry(self):
        """Asks again with the next look."""
        self._asked_at = min(self._asked_at, time.monotonic() - INTERVAL)

    def has_answered_since(self, moment):
        """Also where there is none, or none that ever answers."""
        return self._answered_at is None or self._answered_at > moment

    def _ask(self, address):
        family = family_of(address)
        sock = self.sockets.get(family)
        if not sock:
            return
        head = struct.pack("!BBHHH", ECHO_REQUEST[family], 0, 0, self._id, 1)
        if family == socket.AF_INET:
            head = struct.pack("!BBHHH", ECHO_REQUEST[family], 0, _checksum(head), self._id, 1)
        try:
            sock.sendto(head, (address, 0))
        except OSError:
            # No way there: that is an answer that stays out.
            pass

    def hear(self, sock):
        try:
            packet, came_at, _ = receive(sock)
        except OSError:
            return
        icmp = packet[(packet[0] & 0x0F) * 4 :] if sock.family == socket.AF_INET else packet
        if len(icmp) >= 8 and icmp[0] == ECHO_REPLY[sock.family] and struct.unpack_from("!H", icmp, 4)[0] == self._id:
            if self._answered_at is None:
                write(ANSWERED, self._who)
            self._answered_at = came_at

    def is_gone(self, peer):
        """Whether the peer is to serve instead of this host."""
        return min(self.lost_for() or 0, peer.fresh_for()) > GONE

    def lost_for(self):
        """For how long the last answer has been overdue, in seconds; None while it is not."""
        if self._answered_at is None:
            return None
        since = clock.now() - self._answered_at
        return since if since > LIMIT else None


def default_gateways():
    try:
        with open("/proc/net/route", encoding="ascii") as file:
            rows = [line.split() for line in file.readlines()[1:]]
    except OSError:
        return []
    return [
        socket.inet_ntoa(struct.pack("=I", int(row[2], 16)))
        for row in rows
        if row[1] == "00000000" and row[2] != "00000000"
    ]


def _checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def _raw(family, protocol):
    try:
        sock = socket.socket(family, socket.SOCK_RAW, protocol)
    except OSError:
        # A host without IPv6.
        return None
    stamp(sock)
    sock.setblocking(False)
    # Nothing but echo replies: the bits of the types that are to be dropped. See raw(7) and RFC 3542, 3.2.
    if family == socket.AF_INET:
        sock.setsockopt(SOL_RAW, ICMP_FILTER, struct.pack("=I", ~(1 << ECHO_REPLY[family]) & 0xFFFFFFFF))
    else:
        words = [0xFFFFFFFF] * 8
        words[ECHO_REPLY[family] // 32] &= ~(1 << ECHO_REPLY[family] % 32)
        sock.setsockopt(socket.IPPROTO_ICMPV6, ICMP_FILTER, struct.pack("=8I", *words))
    return sock

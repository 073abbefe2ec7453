"""The keeper's way to the network: its sockets, the kernel's addresses, and what it announces to the neighbours."""

import ctypes
import socket
import struct
import time

import announcement

# The keeper's other modules have these from here.
from netlink import Entry, address_changes, addresses, canonical, family_of, has_changed

INET, INET6 = socket.AF_INET, socket.AF_INET6

HAPROXY_SOCKET = "/run/haproxy/health.sock"

# Of asm-generic/socket.h, which Python does not name; the first is SCM_TIMESTAMPNS, too. See socket(7).
SO_TIMESTAMPNS, SO_ATTACH_FILTER = 35, 26
# Of linux/in.h, linux/icmp.h and, with the same number, linux/icmpv6.h.
SOL_RAW, ICMP_FILTER = 255, 1
ECHO_REPLY = {INET: 0, INET6: 129}


def _prepared(sock):
    """What it receives is stamped by the kernel with the time at which it came in."""
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    sock.setblocking(False)
    return sock


def udp(family, port):
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        if family == INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(("", port))
    except OSError:
        sock.close()
        raise
    return _prepared(sock)


def heartbeats(port):
    """Receives a copy of each UDP packet to that port, on every interface; see raw(7). Heartbeat uses IPv4 only."""
    sock = socket.socket(INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
    # Classic BPF: the header's length; the port behind it; all of the packet if that is the one, else nothing.
    program = [(0xB1, 0, 0, 0), (0x48, 0, 0, 2), (0x15, 0, 1, port), (0x06, 0, 0, 0xFFFF), (0x06, 0, 0, 0)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in program))
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("@HP", len(program), ctypes.addressof(code)))
    return _prepared(sock)


def echoes(family):
    """Asks by ICMP, and hears nothing but echo replies. None on a host without that family. See raw(7) and RFC 3542, 3.2."""
    try:
        sock = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_ICMP if family == INET else socket.IPPROTO_ICMPV6)
    except OSError:
        return None
    # The bits of the types that are to be dropped.
    if family == INET:
        sock.setsockopt(SOL_RAW, ICMP_FILTER, struct.pack("=I", ~(1 << ECHO_REPLY[family]) & 0xFFFFFFFF))
    else:
        words = [0xFFFFFFFF] * 8
        words[ECHO_REPLY[family] // 32] &= ~(1 << ECHO_REPLY[family] % 32)
        sock.setsockopt(socket.IPPROTO_ICMPV6, ICMP_FILTER, struct.pack("=8I", *words))
    return _prepared(sock)


def receive(sock):
    """A packet, for how many seconds it lay there, and from where. OSError where there is none."""
    packet, details, _, source = sock.recvmsg(65536, 64)
    for level, kind, data in details:
        if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
            seconds, nanoseconds = struct.unpack("@ll", data)
            return packet, time.time() - seconds - nanoseconds / 1e9, source
    return packet, 0.0, source


def announce(address, interface):
    """Tells the neighbours once that an address is here; the interface by its number. OSError where that cannot be done."""
    announcement.announce(address, socket.if_indextoname(interface))


def index_of(interface):
    """The index of an interface, given its name; None if it does not exist."""
    try:
        return socket.if_nametoindex(interface)
    except OSError:
        return None


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


def ask_haproxy(request):
    """A socket on which HAProxy will answer the request. OSError where it does not run."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.setblocking(False)
    try:
        sock.connect(HAPROXY_SOCKET)
        sock.send(request)
    except OSError:
        sock.close()
        raise
    return sock

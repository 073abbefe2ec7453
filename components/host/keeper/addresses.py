"""The kernel's addresses, by netlink, which tells when they change. See rtnetlink(7)."""

import socket
import struct
import time

RTM_GETADDR, NLMSG_ERROR, NLMSG_DONE = 22, 2, 3
NLM_F_REQUEST_DUMP = 0x301
IFA_ADDRESS, IFA_LOCAL, IFA_FLAGS = 1, 2, 8
IFA_F_PERMANENT = 0x80
RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR = 0x10, 0x100

# They are asked for after this time, too, whatever was told, in seconds.
EVERY = 1


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def canonical(address):
    family = family_of(address)
    return socket.inet_ntop(family, socket.inet_pton(family, address))


class Addresses:
    def __init__(self):
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self._socket.bind((0, 0))
        self._socket.settimeout(1)
        self._found = None
        self._asked_at = 0.0
        self.changes = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self.changes.bind((0, RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR))
        self.changes.setblocking(False)

    def hear(self):
        """Reads what has changed, if anything has."""
        try:
            self.changes.recv(65536)
        except BlockingIOError:
            return False
        except OSError:
            # More has changed than the socket holds.
            pass
        self._found = None
        return True

    def look(self):
        """Every address of this host: whether it is there for good, and the number of its interface."""
        while self.hear():
            pass
        now = time.monotonic()
        if self._found is None or now - self._asked_at > EVERY:
            self._asked_at = now
            self._found = self._ask()
        return self._found

    def look_again(self):
        """Also what this host has just changed itself: a new IPv6 address is told of a moment later."""
        self._found = None
        return self.look()

    def _ask(self):
        request = struct.pack("=IHHIIBBBBI", 24, RTM_GETADDR, NLM_F_REQUEST_DUMP, 1, 0, socket.AF_UNSPEC, 0, 0, 0, 0)
        self._socket.send(request)
        found = {}
        while True:
            data = self._socket.recv(65536)
            while data:
                length, kind = struct.unpack_from("=IH", data)
                if kind == NLMSG_DONE:
                    return found
                if kind == NLMSG_ERROR:
                    raise OSError("the kernel does not tell its addresses")
                address, permanent, interface = _entry(data[16:length])
                if address and not found.get(address, (False,))[0]:
                    found[address] = permanent, interface
                data = data[(length + 3) & ~3 :]


def _entry(message):
    family, _, flags, _, interface = struct.unpack_from("=BBBBI", message)
    if family not in (socket.AF_INET, socket.AF_INET6):
        return None, False, 0
    parts, rest = {}, message[8:]
    while len(rest) >= 4:
        length, kind = struct.unpack_from("=HH", rest)
        parts[kind] = rest[4:length]
        rest = rest[(length + 3) & ~3 :]
    if IFA_FLAGS in parts:
        (flags,) = struct.unpack("=I", parts[IFA_FLAGS])
    raw = parts.get(IFA_LOCAL) or parts.get(IFA_ADDRESS)
    return raw and socket.inet_ntop(family, raw), bool(flags & IFA_F_PERMANENT), interface

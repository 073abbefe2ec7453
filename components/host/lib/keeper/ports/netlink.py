"""The kernel's addresses, when they change, and how it spells them. See rtnetlink(7)."""

import socket
import struct

from keeper.ports.types import Entry

RTM_GETADDR, NLMSG_ERROR, NLMSG_DONE = 22, 2, 3
NLM_F_REQUEST_DUMP = 0x301
IFA_ADDRESS, IFA_LOCAL, IFA_FLAGS = 1, 2, 8
IFA_F_PERMANENT = 0x80
RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR = 0x1, 0x10, 0x100


def family_of(address: str) -> int:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def canonical(address: str) -> str:
    family = family_of(address)
    return socket.inet_ntop(family, socket.inet_pton(family, address))


def _socket(groups: int) -> socket.socket:
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    sock.bind((0, groups))
    return sock


def address_changes() -> socket.socket:
    """A socket that can be read when an address or a link of this host has changed."""
    sock = _socket(RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR)
    sock.setblocking(False)
    return sock


def has_changed(sock: socket.socket) -> bool:
    """Reads one change; whether there was one."""
    try:
        sock.recv(65536)
    except BlockingIOError:
        return False
    except OSError:
        # More has changed than the socket holds.
        pass
    return True


_asking: list[socket.socket] = []


def addresses() -> list[Entry]:
    """Returns the entries of all addresses of this host."""
    if not _asking:
        _asking.append(_socket(0))
        _asking[0].settimeout(1)
    request = struct.pack("=IHHIIBBBBI", 24, RTM_GETADDR, NLM_F_REQUEST_DUMP, 1, 0, socket.AF_UNSPEC, 0, 0, 0, 0)
    _asking[0].send(request)
    found: list[Entry] = []
    while True:
        data = _asking[0].recv(65536)
        while data:
            length, kind = struct.unpack_from("=IH", data)
            if kind == NLMSG_DONE:
                return found
            if kind == NLMSG_ERROR:
                raise OSError("netlink: RTM_GETADDR failed")
            found += _entries(data[16:length])
            data = data[(length + 3) & ~3 :]


def _entries(message: bytes) -> list[Entry]:
    """Returns the entry that an RTM_NEWADDR message describes: one, or none if it is of another family or has no address."""
    family, prefix, flags, _, interface = struct.unpack_from("=BBBBI", message)
    if family not in (socket.AF_INET, socket.AF_INET6):
        return []
    parts: dict[int, bytes] = {}
    rest = message[8:]
    while len(rest) >= 4:
        length, kind = struct.unpack_from("=HH", rest)
        parts[kind] = rest[4:length]
        rest = rest[(length + 3) & ~3 :]
    if IFA_FLAGS in parts:
        (flags,) = struct.unpack("=I", parts[IFA_FLAGS])
    raw = parts.get(IFA_LOCAL) or parts.get(IFA_ADDRESS)
    if not raw:
        return []
    return [Entry(socket.inet_ntop(family, raw), prefix, bool(flags & IFA_F_PERMANENT), interface)]

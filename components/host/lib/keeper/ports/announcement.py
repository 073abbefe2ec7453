"""Tells every neighbour on an interface that a virtual IP is here: gratuitous ARP (RFC 826; RFC 5227, section 3), as request
and as reply, because neighbours differ in which they heed; or an unsolicited neighbour advertisement (RFC 4861, section 7.2.6).

`main` is for the agent (announce.py). It announces at once and some times more while the host holds the address:
the keeper goes on for ever (announcements.py), but may not run. (Heartbeat's own send_arp needs 70 ms until its first packet: it opens
sockets that receive every packet.)
"""

import functools
import socket
import struct
import syslog
import time

from keeper.ports import netlink

ETH_P_ARP = 0x0806
EVERYBODY = b"\xff" * 6
REQUEST, REPLY = 1, 2
NEIGHBOUR_ADVERTISEMENT, OVERRIDE, TARGET_LINK_LAYER_ADDRESS = 136, 0x20000000, 2
ALL_NODES = "ff02::1"
# Between two, in seconds.
PAUSES = (0.1, 0.1, 0.2, 0.4, 0.8)


def announce(address: str, interface: str) -> None:
    """Once."""
    if ":" not in address:
        for kind in (REQUEST, REPLY):
            _packets().sendto(_arp(kind, address, _mac(interface)), (interface, ETH_P_ARP))
    else:
        _advertise(address, interface)


@functools.cache
def _packets() -> socket.socket:
    """Made once: the kernel takes long to close one. It receives nothing."""
    return socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)


def _mac(interface: str) -> bytes:
    with open(f"/sys/class/net/{interface}/address", encoding="ascii") as file:
        return bytes.fromhex(file.read().strip().replace(":", ""))


def _arp(kind: int, address: str, mac: bytes) -> bytes:
    raw = socket.inet_pton(socket.AF_INET, address)
    target = mac if kind == REPLY else bytes(6)
    return EVERYBODY + mac + struct.pack("!HHHBBH", ETH_P_ARP, 1, 0x0800, 6, 4, kind) + mac + raw + target + raw


def _advertise(address: str, interface: str) -> None:
    raw = socket.inet_pton(socket.AF_INET6, address)
    # The kernel fills in the checksum.
    head = struct.pack("!BBHI", NEIGHBOUR_ADVERTISEMENT, 0, 0, OVERRIDE)
    option = struct.pack("!BB", TARGET_LINK_LAYER_ADDRESS, 1) + _mac(interface)
    index = socket.if_nametoindex(interface)
    with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as sock:
        # A neighbour ignores one that may have come through a router.
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
        sock.bind((address, 0, 0, index))
        sock.sendto(head + raw + option, (ALL_NODES, 0, 0, index))


def main(address: str, interface: str) -> None:
    _announce_or_log(address, interface)
    for pause in PAUSES:
        time.sleep(pause)
        if not any(entry.is_permanent for entry in netlink.addresses() if entry.address == netlink.canonical(address)):
            return
        _announce_or_log(address, interface)


def _announce_or_log(address: str, interface: str) -> None:
    """An error of one announcement must not end the series."""
    try:
        announce(address, interface)
    except OSError as error:
        syslog.syslog(syslog.LOG_WARNING, f"announcing {address} on {interface}: {error}")

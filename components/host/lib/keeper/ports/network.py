"""The keeper's way to the network: its sockets, the kernel's addresses, and what it announces to the neighbours."""

import ctypes
import socket
import struct
import time

from keeper.ports import announcement

# The other modules import these from here, because the simulation replaces this module as a whole.
from keeper.ports.netlink import address_changes as address_changes
from keeper.ports.netlink import addresses as addresses
from keeper.ports.netlink import canonical as canonical
from keeper.ports.netlink import family_of as family_of
from keeper.ports.netlink import has_changed as has_changed
from keeper.ports.types import Claim, Source

INET: int = socket.AF_INET
INET6: int = socket.AF_INET6

# Of classic BPF: code, jumps if true and if false, and a constant (linux/filter.h).
Instruction = tuple[int, int, int, int]

# render/haproxy/healthCfg.ts makes both sockets.
HEALTH_SOCKET = "/run/haproxy/health.sock"
STATISTICS_SOCKET = "/run/haproxy/ha-load-balancer-pair.sock"

# The states of an interface.
UP, DOWN, NO_CARRIER, MISSING = "is up", "is down", "has no carrier", "does not exist"
ETH_P_IPV6 = 0x86DD
# Of linux/if.h, linux/route.h and linux/ipv6_route.h.
IFF_UP = 0x1
RTF_UP = 0x1
RTF_LOCAL = 0x80000000

# Of asm-generic/socket.h, which Python does not name; the first is SCM_TIMESTAMPNS, too. See socket(7).
SO_TIMESTAMPNS, SO_ATTACH_FILTER = 35, 26
# Of linux/in.h; Python names it from 3.14 on.
IP_PKTINFO = 8
# Of linux/in.h, linux/icmp.h and, with the same number, linux/icmpv6.h.
SOL_RAW, ICMP_FILTER = 255, 1
ECHO_REPLY = {INET: 0, INET6: 129}


def _prepared(sock: socket.socket) -> socket.socket:
    """What it receives is stamped by the kernel with the time at which it came in."""
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    sock.setblocking(False)
    return sock


def udp(family: int, port: int) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        if family == INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(("", port))
    except OSError:
        sock.close()
        raise
    return _prepared(sock)


def send_through(sock: socket.socket, packet: bytes, destination: tuple[str, int], interface: int) -> None:
    """Sends an IPv4 packet through an interface, given its index, whatever the routing table says: the kernel takes the destination for a
    neighbour, and any address of this host for the source. See ip(7), IP_PKTINFO."""
    sock.sendmsg([packet], [(socket.IPPROTO_IP, IP_PKTINFO, struct.pack("=i8x", interface))], 0, destination)


def heartbeats(port: int) -> socket.socket:
    """Receives a copy of each UDP packet to that port, on every interface; see raw(7). Heartbeat uses IPv4 only."""
    sock = socket.socket(INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
    # Classic BPF: the header's length; the port behind it; all of the packet if that is the one, else nothing.
    program = [(0xB1, 0, 0, 0), (0x48, 0, 0, 2), (0x15, 0, 1, port), (0x06, 0, 0, 0xFFFF), (0x06, 0, 0, 0)]
    return _prepared(_filtered(sock, program))


def _filtered(sock: socket.socket, program: list[Instruction]) -> socket.socket:
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in program))
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("@HP", len(program), ctypes.addressof(code)))
    return sock


def echoes(family: int) -> socket.socket | None:
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


def receive(sock: socket.socket) -> tuple[bytes, float, Source]:
    """A packet, for how many seconds it lay there, and from where. OSError where there is none."""
    packet, details, _, source = sock.recvmsg(65536, 64)
    for level, kind, data in details:
        if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
            seconds, nanoseconds = struct.unpack("@ll", data)
            return packet, time.time() - seconds - nanoseconds / 1e9, source
    return packet, 0.0, source


def claims(claimed: list[str]) -> list[socket.socket]:
    """Sockets that receive ARP packets whose sender claims one of the addresses, and neighbour advertisements. See packet(7)."""
    # Classic BPF. The sender's protocol address is at 14 in an ARP packet (RFC 826).
    senders = [struct.unpack("!I", socket.inet_aton(each))[0] for each in claimed if family_of(each) == INET]
    jumps = [(0x15, len(senders) - i, 0, sender) for i, sender in enumerate(senders)]
    arp = [(0x20, 0, 0, 14), *jumps, (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFF)]
    # In an IPv6 packet the next header is at 6, and the type of ICMPv6 at 40.
    advertisements = [(0x30, 0, 0, 6), (0x15, 0, 3, socket.IPPROTO_ICMPV6), (0x30, 0, 0, 40)]
    advertisements += [(0x15, 0, 1, announcement.NEIGHBOUR_ADVERTISEMENT), (0x06, 0, 0, 0xFFFF), (0x06, 0, 0, 0)]
    programs = {announcement.ETH_P_ARP: arp, ETH_P_IPV6: advertisements}
    return [
        _prepared(_filtered(socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(protocol)), program))
        for protocol, program in programs.items()
    ]


def receive_claim(sock: socket.socket) -> Claim | None:
    """A claim of another host; None for any other packet."""
    try:
        packet, _, source = receive(sock)
    except OSError:
        return None
    interface, protocol = source[:2]
    if protocol == announcement.ETH_P_ARP and len(packet) >= 28:
        address, hardware_address = socket.inet_ntop(INET, packet[14:18]), packet[8:14].hex(":")
    elif protocol == ETH_P_IPV6 and packet[64:66] == bytes([announcement.TARGET_LINK_LAYER_ADDRESS, 1]) and len(packet) >= 72:
        address, hardware_address = socket.inet_ntop(INET6, packet[48:64]), packet[66:72].hex(":")
    else:
        return None
    # The kernel loops multicast packets back to the host that sent them.
    if hardware_address == hardware_address_of(interface):
        return None
    return Claim(address, index_of(interface), hardware_address)


def hardware_address_of(interface: str | int) -> str | None:
    """As text; None if the interface does not exist."""
    try:
        return _sysfs(interface, "address")
    except OSError:
        return None


def announce(address: str, interface: int) -> None:
    """Announces an address to the neighbours once. interface: its index. OSError if that fails."""
    announcement.announce(address, socket.if_indextoname(interface))


def index_of(interface: str) -> int | None:
    """The index of an interface, given its name; None if it does not exist."""
    try:
        return socket.if_nametoindex(interface)
    except OSError:
        return None


def link_state(interface: str) -> str:
    try:
        if not int(_sysfs(interface, "flags"), 16) & IFF_UP:
            return DOWN
        return UP if _sysfs(interface, "carrier") == "1" else NO_CARRIER
    except FileNotFoundError:
        return MISSING
    except OSError:
        # The kernel refuses to read carrier of an interface that went down after flags was read.
        return DOWN


def _sysfs(interface: str | int, name: str) -> str:
    with open(f"/sys/class/net/{interface}/{name}", encoding="ascii") as file:
        return file.read().strip()


def has_route(interface: str, family: int) -> bool:
    """Whether a route leads through the interface; in IPv6 a global one."""
    if family == INET:
        return any(row[0] == interface and int(row[3], 16) & RTF_UP for row in _rows("/proc/net/route")[1:])
    return any(
        row[9] == interface and not row[0].startswith(("fe8", "ff")) and not int(row[8], 16) & RTF_LOCAL
        for row in _rows("/proc/net/ipv6_route")
    )


def _rows(path: str) -> list[list[str]]:
    try:
        with open(path, encoding="ascii") as file:
            return [line.split() for line in file]
    except OSError:
        return []


def default_gateways() -> list[tuple[str, str]]:
    """The default gateways of both families, each with its interface. The address of a link-local one contains it: "fe80::1%eth0"."""
    gateways = [
        (socket.inet_ntoa(struct.pack("=I", int(row[2], 16))), row[0])
        for row in _rows("/proc/net/route")[1:]
        if row[1] == "00000000" and row[2] != "00000000"
    ]
    # Destination, prefix length, source, its length, next hop, metric, references, uses, flags, interface; all in hexadecimal.
    for row in _rows("/proc/net/ipv6_route"):
        if row[1] == "00" and row[4].strip("0"):
            address = socket.inet_ntop(INET6, bytes.fromhex(row[4]))
            gateways.append((f"{address}%{row[9]}" if address.startswith("fe80:") else address, row[9]))
    return gateways


def ask_haproxy(request: bytes) -> socket.socket:
    """A socket on which HAProxy will answer whether it serves. OSError if it does not run."""
    return _ask(HEALTH_SOCKET, request)


def ask_for_statistics() -> socket.socket:
    """A socket on which HAProxy will answer with its statistics. OSError if it does not run."""
    return _ask(STATISTICS_SOCKET, b"show stat\n")


def _ask(path: str, request: bytes) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.setblocking(False)
    try:
        sock.connect(path)
        sock.send(request)
    except OSError:
        sock.close()
        raise
    return sock

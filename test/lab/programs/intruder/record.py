"""Records UDP packets that leave this host: record.py SECONDS SOURCE PORT... Prints a packet a line, from its IPv4 header on, in hex."""

import socket
import struct
import sys
import time

ETH_P_ALL = 3


def main(seconds, source, *ports):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
    sock.settimeout(0.1)
    ends_at = time.monotonic() + float(seconds)
    while time.monotonic() < ends_at:
        try:
            packet = sock.recv(65536)
        except TimeoutError:
            continue
        if len(packet) > 28 and packet[9] == socket.IPPROTO_UDP and packet[12:16] == socket.inet_aton(source):
            (port,) = struct.unpack_from("!H", packet, 22)
            if str(port) in ports:
                print(packet.hex())


main(*sys.argv[1:])

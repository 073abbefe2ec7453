"""Sends recorded packets again, one every so many seconds, from the first to the last and from the first again: replay.py SECONDS APART.
Reads what record.py printed. Prints how many it sent."""

import socket
import sys
import time


def main(seconds, apart):
    packets = [bytes.fromhex(line) for line in sys.stdin]
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    count, ends_at = 0, time.monotonic() + float(seconds)
    while time.monotonic() < ends_at:
        packet = packets[count % len(packets)]
        sock.sendto(packet, (socket.inet_ntoa(packet[16:20]), 0))
        count += 1
        time.sleep(float(apart))
    print(count)


main(*sys.argv[1:])

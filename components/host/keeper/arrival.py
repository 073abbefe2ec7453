"""When a packet came in: by the kernel's own stamp, however late this program reads it."""

import socket
import struct
import time

import clock

# Of asm-generic/socket.h, which Python does not name; it is SCM_TIMESTAMPNS, too. See socket(7).
SO_TIMESTAMPNS = 35


def stamp(sock):
    """Asks for stamps on what the socket receives."""
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)


def receive(sock):
    """A packet, when it came in by time.monotonic (after the last look, whatever became of the time of day since), and from
    where."""
    packet, details, _, source = sock.recvmsg(65536, 64)
    now = time.monotonic()
    return packet, min(max(now - _waited(details), clock.now()), now), source


def _waited(details):
    """For how long it lay there, in seconds."""
    for level, kind, data in details:
        if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
            seconds, nanoseconds = struct.unpack("@ll", data)
            return time.time() - seconds - nanoseconds / 1e9
    return 0.0

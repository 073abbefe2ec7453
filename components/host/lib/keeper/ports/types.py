"""The types of what the ports give to the other modules, which must not reach for the operating system themselves."""

import socket
from typing import Any, NamedTuple, Protocol

Socket = socket.socket
# A socket, or the file descriptor of a pipe.
Readable = Socket | int
# Where a packet came from: an address and a port, and what else the address family has (recvmsg).
Source = Any


class Entry(NamedTuple):
    """An address of this host."""

    address: str
    prefix: int
    # Without a lifetime.
    is_permanent: bool
    # The index of the interface.
    interface: int


class Claim(NamedTuple):
    """Another host's claim to an address."""

    address: str
    # The index of the interface that heard it.
    interface: int | None
    hardware_address: str


class Process(Protocol):
    """A program that was started."""

    def poll(self) -> int | None: ...

    def kill(self) -> None: ...

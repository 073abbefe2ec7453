"""When a packet came in: by the kernel's own stamp, however late this program reads it."""

from keeper.ports import clock, network, system
from keeper.ports.types import Socket, Source


def receive(sock: Socket) -> tuple[bytes, float, Source]:
    """A packet, its arrival by the monotonic clock (after the last look, even if the time of day was set since), and
    from where."""
    packet, waited, source = network.receive(sock)
    now = system.monotonic()
    return packet, min(max(now - waited, clock.now()), now), source

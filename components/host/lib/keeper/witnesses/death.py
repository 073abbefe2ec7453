"""When the peer died: when Heartbeat says so, or when this keeper has heard neither the peer's heartbeats nor its keeper for deadtime.

Heartbeat looks for a silent peer each 250 ms, and was seen to need up to 0.47 s more than its deadtime. The keeper notices it within 0.01 s.

Anybody can send a packet that looks like a heartbeat. It delays a takeover until Heartbeat, which verifies packets, declares the peer dead. It
never causes one. See docs/decisions/0014-the-keeper-has-ears-of-its-own.md.
"""

from keeper.config import Config
from keeper.ports import clock, network, system
from keeper.ports.arrival import receive
from keeper.protocol.peer import Peer
from keeper.witnesses.gateway import Gateway

# How soon after it has declared its peer dead Heartbeat wants the peer's virtual IPs, at the latest, in seconds.
INHERITS_WITHIN = 2


class Death:
    def __init__(self, config: Config, peer: Peer, gateway: Gateway) -> None:
        self._config = config
        self._peer = peer
        self._gateway = gateway
        # As Heartbeat's packets name their sender.
        self._mark = f")src={config['peer']},".encode()
        self._word = f"dead {config['peer']}"
        self._beat_at: float | None = None
        self._awake_since = system.monotonic()
        self._is_silent = False
        self._died_at = float("-inf")
        self.socket = network.heartbeats(config["udpport"])

    def hear(self) -> None:
        packet, came_at, _ = receive(self.socket)
        if self._mark in packet:
            self._beat_at = came_at

    def was_asleep(self) -> None:
        """This host stood still. That it heard nothing meanwhile does not mean that the peer is dead."""
        self._awake_since = system.monotonic()

    def is_told(self, line: str) -> None:
        """A line from the pipe: Heartbeat declares the peer dead, or the agent reports that Heartbeat released a virtual IP, whichever host died."""
        if line == self._word:
            self._died_at = system.monotonic()
        elif line == "stopped":
            self._died_at = float("-inf")

    def _heard_at(self) -> float:
        """When its Heartbeat or its keeper was last heard."""
        return max(self._beat_at or 0.0, self._peer.heard_at or 0.0)

    def due(self) -> float:
        """When silence becomes death, by system.monotonic."""
        if self._beat_at is None or self._is_silent or self._peer.has_left():
            return float("inf")
        return max(self._heard_at(), self._awake_since) + self._config["deadtime"]

    def look(self) -> None:
        now = clock.now()
        if self._is_silent:
            self._is_silent = now - self._heard_at() > self._config["deadtime"]
        elif now >= self.due():
            self._is_silent = True
            # To have lost its own cable sounds the same. Nor is a host switched off on less than Heartbeat's word.
            if self._is_connected() and self._config["fencing"] is None:
                self._died_at = now

    def _is_connected(self) -> bool:
        """The gateway, where there is one, has answered since the peer was heard."""
        return self._gateway.has_answered_since(self._heard_at())

    def hears_heartbeat(self) -> bool:
        """Whether the peer's Heartbeat was heard within deadtime, by which Heartbeat itself judges."""
        return self._beat_at is not None and clock.now() - self._beat_at < self._config["deadtime"]

    def is_recent(self) -> bool:
        return system.monotonic() - self._died_at < INHERITS_WITHIN

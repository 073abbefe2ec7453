"""An orderly stop of HAProxy on this host (`systemctl restart haproxy`, needrestart): its unit asks first
(before-haproxy-stops.sh), and HAProxy ends when the virtual IPs have been handed over. If nobody can take them, it ends at once.

If both hosts are asked at once, one stops after the other: first the host that holds nothing, or else the one whose name sorts first.
"""

from keeper.address.virtual_ip import VirtualIp
from keeper.config import Config
from keeper.decision.decide import HELD, LINGERING
from keeper.ports import system
from keeper.ports.system import RUN, log, read, remove, write
from keeper.protocol.peer import Peer
from keeper.witnesses import haproxy

# The process id of the HAProxy that is to stop, by its unit; and the same id, by the keeper, when it may.
ASKED = f"{RUN}/haproxy-stops"
ALLOWED = f"{RUN}/haproxy-may-stop"
# Seconds from the question to the first answer: if the peer is asked at the same time, both hosts know of it then.
SETTLES = 0.3
# Seconds until a peer that is unfit may be fit again: after haproxy.GOOD_FOR or host_state.RETURNS_IN; and after a stop of its own HAProxy.
PEER_RETURNS_IN, PEER_RESTARTS_IN = 8, 15
# How long requests that are under way are waited for, in seconds.
FINISHES_IN = 10
# The progress of a stop. The peer does not hear of an ended one: it must not wait for a HAProxy that may stay down.
WAITING, ENDING, ENDED = "waiting", "ending", "ended"
_REASONS = {ENDING: "HAProxy is about to stop", ENDED: "HAProxy was stopped"}


class Stopping:
    def __init__(self, config: Config, virtual_ips: list[VirtualIp], peer: Peer) -> None:
        self._node = config["node"]
        self._peer_name = config["peer"]
        self._virtual_ips = virtual_ips
        self._peer = peer
        self._pid: str | None = None
        self._asked_at = float("-inf")
        # When the peer held all virtual IPs.
        self._released_at: float | None = None
        self._peer_asked_at = float("-inf")
        # None: no stop was requested.
        self.state: str | None = None

    def look(self) -> None:
        if self._peer_state():
            self._peer_asked_at = system.monotonic()
        asked = (read(ASKED) or "").strip()
        if not asked:
            self._pid = self.state = None
        # Between its end and the next start there may be no master.
        elif haproxy.master() not in (None, int(asked)):
            self._forget()
        elif self._pid != asked:
            self._pid, self._asked_at, self._released_at = asked, system.monotonic(), None
            self.state = WAITING if system.is_running(int(asked)) else ENDED
            if self.state == WAITING:
                log("handing over before HAProxy stops: its unit asked for it")
        elif not system.is_running(int(asked)):
            self.state = ENDED
        elif self.state == WAITING and system.monotonic() - self._asked_at > SETTLES and not self._peer_goes_first():
            self.state = ENDING

    def _forget(self) -> None:
        """Another HAProxy has been started since."""
        remove(ASKED)
        remove(ALLOWED)
        self._pid = self.state = None

    def reason(self) -> str | None:
        """Why the peer should serve."""
        return _REASONS.get(self.state or "")

    def told(self) -> str | None:
        """The state that the peer hears."""
        return None if self.state == ENDED else self.state

    def step(self, heartbeat_runs: bool) -> None:
        if self._pid is not None and self.state == ENDING and not self._is_worth_waiting(heartbeat_runs) and read(ALLOWED) != self._pid:
            write(ALLOWED, self._pid)

    def _peer_state(self) -> str | None:
        return self._peer.said["stops"] if self._peer.is_fresh() else None

    def _peer_goes_first(self) -> bool:
        if self._peer_state() != WAITING:
            # One that is ending is handing its virtual IPs over to this host.
            return self._peer_state() == ENDING
        pairs = [(one.held, self._peer.view(one)["held"]) for one in self._virtual_ips]
        mine = any(_has(here, there) for here, there in pairs)
        theirs = any(_has(there, here) for here, there in pairs)
        return self._peer_name < self._node if mine == theirs else mine

    def _is_worth_waiting(self, heartbeat_runs: bool) -> bool:
        here = [one for one in self._virtual_ips if one.held in (HELD, LINGERING)]
        if any(self._is_awaited(one) for one in here):
            return heartbeat_runs and self._can_peer_serve_soon()
        now = system.monotonic()
        if self._released_at is None:
            self._released_at = now
        is_late = now - self._released_at > FINISHES_IN
        return not is_late and any(one.held == LINGERING and one.has_connections() for one in here)

    def _is_awaited(self, virtual_ip: VirtualIp) -> bool:
        """Whether the peer is to acquire it, and to be reached by its clients (onAcquire.isRequired). An operator's hold stays here."""
        peer = self._peer.view(virtual_ip)
        return virtual_ip.forced_for is None and not (peer["held"] == HELD and peer["serves"])

    def _can_peer_serve_soon(self) -> bool:
        if not self._peer.is_fresh() or not self._peer.said["heartbeat"]:
            return False
        now = system.monotonic()
        returns = now - self._asked_at < PEER_RETURNS_IN or now - self._peer_asked_at < PEER_RESTARTS_IN
        return self._peer.said["healthy"] or returns


def _has(here: str, there: str) -> bool:
    """Whether a host holds a virtual IP, or has it lingering while no host holds it. One that lingers beside a holder is left from a hand-over."""
    return here == HELD or (here == LINGERING and there != HELD)

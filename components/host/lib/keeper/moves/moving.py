"""Moves virtual IPs between two live hosts: hands over from a host that can't serve, fails back when that host can serve, and starts groups
that no host holds after both hosts booted. Each move is a request to Heartbeat, so that Heartbeat's state stays correct. keeper.py calls it."""

from keeper.address.virtual_ip import VirtualIp
from keeper.config import Config
from keeper.decision.decide import HELD, LINGERING
from keeper.moves import heartbeat
from keeper.ports import system
from keeper.ports.system import RUN, log, remove, write
from keeper.protocol.peer import Peer

# Exists while this host's preferred virtual IPs must fail back: this host handed them over because it could not serve, or it has just
# booted. After a boot Heartbeat fails back by itself, unless the peer's Heartbeat was busy when this host joined.
DUE = f"{RUN}/due"
# There since this program was first started after a boot.
BOOTED = f"{RUN}/booted"
# Seconds between a hand-over and a fail-back; also after the keeper's start, until it knows whether this host can serve.
COOL_DOWN = 5
# Between two equal requests, in seconds: Heartbeat ignores a request while it is busy.
ASK_AGAIN = 2
# While no host holds a group: retry every FREE_PAUSE seconds for FREE_LONG seconds, then every FREE_LONG_PAUSE seconds.
FREE_PAUSE, FREE_LONG, FREE_LONG_PAUSE = 0.2, 30, 5
# Seconds for which this host acquires no group while a virtual IP lingers: a hand-over may be in progress.
HAND_OVER_TAKES = 5
# After a peer could not serve for this many seconds, this host also acquires the peer's group.
PEER_UNFIT_AFTER = 2
# What is asked of Heartbeat.
HAND_OVER, TAKE_BACK = "a hand-over", "a take-back"


class Moving:
    def __init__(self, config: Config, virtual_ips: list[VirtualIp], peer: Peer) -> None:
        self._node = config["node"]
        self._peer_name = config["peer"]
        self._failback = config["failback"]
        self._group = config["group"]
        self._peer_group = config["peerGroup"]
        self._virtual_ips = virtual_ips
        self._peer = peer
        self._asked_at = system.monotonic()
        self._asked_for: str | None = None
        self._free_since: float | None = None
        self._free_asked_at = 0.0
        self._peer_unfit_since: float | None = None
        if not system.exists(BOOTED):
            write(BOOTED, "")
            if self._group:
                write(DUE, "")

    def step(self, healthy: bool, is_doubtful: bool, why_unfit: str | None, heartbeat_runs: bool) -> None:
        """A host can be neither healthy nor unfit: it is about to recover."""
        now = system.monotonic()
        self._forget_what_came_back(healthy)
        if self._peer.is_fresh():
            self._give_or_take_back(now, healthy, why_unfit)
        # HAProxy counts as healthy until its probes have failed, also right after a boot. So a recent failure prevents an acquisition, too.
        self._acquire_unheld(now, healthy and not is_doubtful, heartbeat_runs)

    def _own(self) -> list[VirtualIp]:
        """Those that are to come back here: a host with virtual IPs of its own may hold the peer's and not these."""
        return [one for one in self._movable() if one.preferred]

    def _movable(self) -> list[VirtualIp]:
        """All but those that an operator forces to a host."""
        return [one for one in self._virtual_ips if one.forced_for is None and self._peer.view(one)["forced_for"] is None]

    def _forget_what_came_back(self, healthy: bool) -> None:
        """Once this host holds its own virtual IPs again, a later hand-over by an operator stays in effect. A hand-over that this host asked for
        does not count."""
        is_leaving = self._asked_for == HAND_OVER and system.monotonic() - self._asked_at < COOL_DOWN
        if healthy and _is_any_held(self._own()) and system.exists(DUE) and not is_leaving:
            remove(DUE)

    def _give_or_take_back(self, now: float, healthy: bool, why_unfit: str | None) -> None:
        said = self._peer.said
        # Also counts an address that Heartbeat wants here and no host holds (this host left it to the peer, whose Heartbeat does not want
        # it), and an address that this host holds although Heartbeat has not started it (a restarted Heartbeat found it in place).
        wants = _is_any_held(self._movable()) or any(one.is_wanted_by_heartbeat() for one in self._movable())
        is_peer_fit = said["healthy"] and not said["doubtful"] and said["heartbeat"]
        if wants and why_unfit and is_peer_fit:
            if self._is_time_for(HAND_OVER, now):
                self.give_all(why_unfit)
        elif self._can_take_back(healthy) and said["heartbeat"]:
            if self._is_time_for(TAKE_BACK, now) and heartbeat.sees_active(self._node, self._peer_name):
                log("asking Heartbeat to fail back this host's virtual IPs: this host can serve")
                heartbeat.take_back()

    def give_all(self, reason: str) -> bool:
        log(f"asking Heartbeat to hand over all virtual IPs: {reason}")
        is_asked = heartbeat.give_all()
        # A host that no virtual IP prefers must not set DUE: nothing would remove the file.
        if is_asked and self._group:
            write(DUE, "")
        return is_asked

    def _can_take_back(self, healthy: bool) -> bool:
        own = self._own()
        return self._failback and healthy and bool(own) and not _is_any_held(own) and system.exists(DUE)

    def _is_time_for(self, request: str, now: float) -> bool:
        pause = ASK_AGAIN if request == self._asked_for else COOL_DOWN
        if now - self._asked_at <= pause:
            return False
        self._asked_at, self._asked_for = now, request
        return True

    def _acquire_unheld(self, now: float, is_able: bool, heartbeat_runs: bool) -> None:
        """Heartbeat waits a fixed 10 s before it starts the first resource when both hosts start together."""
        is_ready = heartbeat_runs and self._peer.is_fresh() and self._peer.said["heartbeat"]
        is_peer_unfit = is_ready and not self._peer.said["healthy"]
        self._peer_unfit_since = (self._peer_unfit_since or now) if is_peer_unfit else None
        groups = self._free_groups(now) if is_ready else []
        if not groups:
            self._free_since = None
            return
        if self._free_since is None:
            self._free_since = now
        if self._is_any_lingering() and now - self._free_since < HAND_OVER_TAKES:
            return
        pause = FREE_PAUSE if now - self._free_since < FREE_LONG else FREE_LONG_PAUSE
        if now - self._free_asked_at < pause or not is_able:
            return
        self._free_asked_at = now
        if heartbeat.sees_active(self._node, self._peer_name):
            log("acquiring the virtual IPs: both hosts are up and no host holds them")
            for group in groups:
                heartbeat.take_group(group)

    def _free_groups(self, now: float) -> list[str]:
        """The groups of haresources that no host holds: this host's own, and the peer's if the peer can't serve."""
        is_unfit = self._peer_unfit_since is not None and now - self._peer_unfit_since > PEER_UNFIT_AFTER
        own = [self._group] if self._group and self._are_free(True) else []
        return own + ([self._peer_group] if self._peer_group and is_unfit and self._are_free(False) else [])

    def _are_free(self, preferred: bool) -> bool:
        """Whether no host holds or wants a virtual IP that prefers this host (preferred), or the peer."""
        some = [one for one in self._virtual_ips if one.preferred == preferred]
        return bool(some) and not any(
            one.held == HELD or one.is_wanted() or self._peer.view(one)["held"] == HELD or self._peer.view(one)["wanted"] for one in some
        )

    def _is_any_lingering(self) -> bool:
        return any(LINGERING in (one.held, self._peer.view(one)["held"]) for one in self._virtual_ips)


def _is_any_held(virtual_ips: list[VirtualIp]) -> bool:
    return any(one.held == HELD for one in virtual_ips)

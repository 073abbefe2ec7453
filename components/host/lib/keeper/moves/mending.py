"""Restarts Heartbeat where two Heartbeats cannot agree by themselves. Used by keeper.py.

- Heartbeat counts a living peer as dead, or this host is cut off: one host restarts its Heartbeat, which waits for the peer. It is the host whose
  virtual IPs suffer less. Without that, both Heartbeats would release everything when they meet again. Meanwhile the keeper keeps the wish for
  the virtual IPs that Heartbeat wanted here.
- Two Heartbeats that met in the middle of a restart never settle which of them has the resources: the same, on the other host too if needed.
"""

from keeper.address.virtual_ip import BY_KEEPER, VirtualIp
from keeper.config import Config
from keeper.decision.decide import HELD
from keeper.moves import heartbeat
from keeper.ports import system
from keeper.ports.system import log
from keeper.ports.types import Process
from keeper.protocol.peer import Peer

# Between two restarts, in seconds.
PATIENCE = 15
# How long it must have taken the peer for dead: less is a packet that is late.
ESTRANGED_FOR = 1
# How long the two may take to find back to each other; and to settle then: they wait for 10 s when both start together.
FINDS_BACK_WITHIN = 25
SETTLES_WITHIN = 15
# Seconds between two questions to Heartbeat. ASK_EVERY: whether it sees the peer, and whether it has settled if it had not at the last question.
# With a longer pause one that settled and is handing over at the next question would look as if it had never settled.
# ASK_SETTLED_EVERY: whether it is still settled; ASK_YOUNG_EVERY: the same in its first YOUNG seconds.
ASK_EVERY = 1
ASK_SETTLED_EVERY = 20
ASK_YOUNG_EVERY = 5
YOUNG = 60


class Mending:
    def __init__(self, config: Config, virtual_ips: list[VirtualIp], peer: Peer) -> None:
        self._node = config["node"]
        self._peer_name = config["peer"]
        self._virtual_ips = virtual_ips
        self._peer = peer
        self._estranged_since: float | None = None
        self._unsettled_since: float | None = None
        self._asked_at = 0.0
        self._asked_settled_at = 0.0
        self._restart: Process | None = None
        self._restarted_at = float("-inf")
        heartbeat.restore_configuration()

    def was_asleep(self) -> None:
        """This host stood still: for how long the two have not settled, or have believed each other dead, is counted anew."""
        self._estranged_since = self._unsettled_since = None

    def step(self, heartbeat_runs: bool, isolated: bool) -> None:
        now = system.monotonic()
        if self._restart is not None and self._restart.poll() is None:
            return
        self._restart = None
        self._leave_to_heartbeat(now, heartbeat_runs)
        reason = self._why_restart(now, heartbeat_runs, isolated)
        if reason and now - self._restarted_at > PATIENCE:
            log(f"restarting Heartbeat, which then waits for {self._peer_name}: it {reason}")
            self._restarted_at = now
            self._estranged_since = self._unsettled_since = None
            self._restart = heartbeat.restart_patiently()

    def _leave_to_heartbeat(self, now: float, heartbeat_runs: bool) -> None:
        """Gives the wishes back to Heartbeat once it sees the peer, and drops them if somebody stopped Heartbeat."""
        adopted = [one for one in self._virtual_ips if one.wanted == BY_KEEPER]
        if not adopted or (heartbeat_runs and now - self._asked_at < ASK_EVERY):
            return
        self._asked_at = now
        if heartbeat_runs and not heartbeat.sees_active(self._node, self._peer_name):
            return
        why = f"it sees {self._peer_name} again" if heartbeat_runs else "it does not run"
        log(f"leaving the virtual IPs to Heartbeat: {why}")
        for virtual_ip in adopted:
            virtual_ip.forget_wish()

    def _why_restart(self, now: float, heartbeat_runs: bool, isolated: bool) -> str | None:
        is_estranged = self._is_cut_off(isolated) or self._believes_each_other_dead()
        if not (heartbeat_runs and is_estranged):
            self._estranged_since = None
        elif self._estranged_since is None:
            self._estranged_since = now
        elif now - self._estranged_since > FINDS_BACK_WITHIN:
            return f"has not met {self._peer_name} again within {FINDS_BACK_WITHIN} s"
        elif now - self._estranged_since > ESTRANGED_FOR and now - self._asked_at > ASK_EVERY / 4:
            self._asked_at = now
            # Two that have met again by now restart by themselves; that must not be met in the middle.
            if heartbeat.sees(self._peer_name) == "dead":
                return f"counts {self._peer_name} as dead"
        if self._has_not_settled(now, heartbeat_runs):
            return f"has not settled with {self._peer_name}"
        return None

    def _is_cut_off(self, isolated: bool) -> bool:
        return isolated and any(one.is_wanted_by_heartbeat() for one in self._virtual_ips)

    def _believes_each_other_dead(self) -> bool:
        """Both Heartbeats want the same virtual IP, and the peer holds it."""
        both = [
            one
            for one in self._virtual_ips
            if one.is_wanted_by_heartbeat() and one.held != HELD and self._peer.view(one)["held"] == HELD and self._peer.view(one)["wanted"]
        ]
        return self._peer.is_fresh() and bool(both) and self._is_passive()

    def _has_not_settled(self, now: float, heartbeat_runs: bool) -> bool:
        if not (heartbeat_runs and self._peer.is_fresh()):
            self._unsettled_since = None
            return False
        if self._unsettled_since is not None and heartbeat.runs_since() > self._unsettled_since:
            # One that has restarted itself begins anew, and waits for 10 s when both have.
            self._unsettled_since = None
        is_young = now - heartbeat.runs_since() < YOUNG
        pause = ASK_EVERY if self._unsettled_since is not None else ASK_YOUNG_EVERY if is_young else ASK_SETTLED_EVERY
        if now - self._asked_settled_at <= pause:
            return False
        patience = SETTLES_WITHIN if self._is_passive() else 2 * SETTLES_WITHIN
        is_over = self._unsettled_since is not None and now - self._unsettled_since > patience
        self._asked_settled_at = now
        answer = heartbeat.settlement(self._node, self._peer_name)
        # No answer in time does not mean that Heartbeat has settled. The passive host restarts its Heartbeat first. The other host counts on
        # during that restart, so that it restarts its own Heartbeat if the first restart did not help.
        if answer == heartbeat.SETTLED or (answer == heartbeat.APART and self._is_passive()):
            self._unsettled_since = None
        elif answer == heartbeat.UNSETTLED and self._unsettled_since is None:
            self._unsettled_since = now
        return is_over and answer == heartbeat.UNSETTLED

    def _is_passive(self) -> bool:
        """Whether this host holds fewer virtual IPs than the peer, or as many and its name sorts last: its restart disturbs less."""
        held = sum(one.held == HELD for one in self._virtual_ips)
        held_by_peer = sum(self._peer.view(one)["held"] == HELD for one in self._virtual_ips)
        return held < held_by_peer or (held == held_by_peer and self._node > self._peer_name)

"""The user's command that makes sure that the peer is off, run before what it may still hold is taken."""

from keeper.config import Config
from keeper.decision.decide import HELD
from keeper.outside import Outside
from keeper.ports import system
from keeper.ports.system import STATE, log, remove, write
from keeper.ports.types import Process
from keeper.protocol.peer import Peer

# There while the peer may have a virtual IP for all that is known: it was last heard with one, or with a Heartbeat that
# could take one, and was not fenced since. On disk, because a host that has just booted knows no more than that.
SUSPECT = f"{STATE}/peer-may-hold"
# Between two attempts, in seconds.
COOL_DOWN = 5
# A living peer may be late by a moment: less silence than this, in seconds, is no reason to switch it off.
SILENT_FOR = 1


class Fencing:
    def __init__(self, config: Config) -> None:
        declared = config["fencing"]
        self._command = declared["command"] if declared else None
        self._timeout = declared["timeout"] if declared else 0.0
        self._peer = config["peer"]
        self._is_second = config["node"] > config["peer"]
        self._may_hold = system.exists(SUSPECT)
        self._process: Process | None = None
        self._began_at = float("-inf")
        # Since when a peer that was never met has been in the way.
        self._missed_since: float | None = None
        # What was last heard of the peer when the command began.
        self._heard_at: float | None = None

    def look(self, peer: Peer) -> None:
        """Learns from what the peer says, and ends the command where it has ended."""
        if self._command is None:
            return
        if peer.is_fresh():
            holds = any(one["held"] == HELD for one in peer.said["virtualIps"].values())
            self._suspect(peer.said["heartbeat"] or holds)
        if self._process is None:
            return
        code = self._process.poll()
        if code is None:
            if system.monotonic() - self._began_at > self._timeout:
                self._process.kill()
            return
        self._process = None
        log(f"fencing {self._peer}: {'done' if code == 0 else f'failed, the command ended with {code}'}")
        if code == 0 and peer.heard_at == self._heard_at:
            self._suspect(False)

    def _suspect(self, may_hold: bool) -> None:
        if may_hold == self._may_hold:
            return
        self._may_hold = may_hold
        if may_hold:
            write(SUSPECT, "")
        else:
            remove(SUSPECT)

    def is_due(self, peer: Peer) -> bool:
        """Whether a silent peer must be off before anything is taken from it."""
        return self._command is not None and self._may_hold and not peer.is_fresh()

    def begin(self, peer: Peer, holds: bool) -> None:
        """Does not wait for the command. `holds`: whether this host has virtual IPs of its own. Where both have some, both
        want to fence the other when they lose each other, and so do two that have just booted and never met; the second host
        waits until it would have been switched off."""
        if self._command is None:
            return
        is_mutual = holds or peer.heard_at is None
        waits = self._timeout if self._is_second and is_mutual else SILENT_FOR
        now = system.monotonic()
        if self._missed_since is None:
            self._missed_since = now
        silence = now - self._missed_since if peer.heard_at is None else peer.silence()
        if self._process is not None or now - self._began_at < COOL_DOWN or silence < waits:
            return
        self._began_at = now
        self._heard_at = peer.heard_at
        log(f"fencing {self._peer}")
        try:
            command = [self._command, self._peer]
            self._process = Outside("fence", command, self._timeout)
        except OSError as error:
            log(f"fencing {self._peer} failed: {error}")

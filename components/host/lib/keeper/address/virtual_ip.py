"""One virtual IP on this host: what the kernel has, what Heartbeat wants, and the files between the agent and the keeper,
all in /run/ha-load-balancer-pair:

  wanted/ADDRESS  exists while Heartbeat wants the virtual IP on this host               (agent)
                  "keeper": a restarted Heartbeat waits for its peer, and wanted it      (restart-patiently.sh)
  held/ADDRESS    the uptime at which it was taken, in hundredths of a second            (agent)
  peer/ADDRESS    what the peer has: held, lingering, no, or silent; for held and        (keeper)
                  lingering also the peer's own address, for packets of open connections
  veto/ADDRESS    the uptime until which the agent must not take it by itself; 0: it may (keeper)
  forced/ADDRESS  the uptime since which an operator makes this host hold it             (agent)
                  (VirtualIp ADDRESS hold)
  rules/ADDRESS   the uptime until which there are rules that keep open connections      (agent)
"""

from collections.abc import Callable

from keeper.address.announcements import Announcements
from keeper.address.hook import Hook
from keeper.config import Declared
from keeper.decision.decide import HELD, LINGERING, NO, View
from keeper.ports import network, system
from keeper.ports.network import canonical, family_of
from keeper.ports.system import RUN, log, read, remove, run, uptime, write
from keeper.ports.types import Entry

AGENT = "/etc/ha.d/resource.d/VirtualIp"

# Content of wanted/ADDRESS while a restarted Heartbeat waits for its peer: the keeper keeps the wish (restart-patiently.sh).
BY_KEEPER = "keeper\n"
# A released address has three seconds to live (linger_for in VirtualIp); it is renewed this often, in seconds.
RENEW = 0.3
# How often the rules for open connections are looked at, in seconds: a firewall that is loaded anew deletes them.
KEEP_RULES = 0.5
# After FAILURES failed acquisitions this host counts as unfit for UNFIT_FOR seconds, and retries every RETRY seconds.
FAILURES = 3
UNFIT_FOR = 60
RETRY = 1
# How often onRelease is run until it ends with 0.
RELEASE_ATTEMPTS = 3
# For how long a virtual IP that the peer has taken lingers here for the connections that are open, in seconds.
OPEN_FOR = 30
# An age that is longer than any that matters, in seconds.
LONG = 86400


class VirtualIp:
    def __init__(self, declared: Declared, everyone: set[str], node: str, peer: str) -> None:
        """`everyone`: the addresses of all virtual IPs. `node`, `peer`: the names of the two hosts, for the hooks."""
        self._everyone = everyone
        # The address as the agent spells it, also in the names of its files.
        self.word = declared["word"]
        self.address = canonical(declared["address"])
        self.interface = declared["interface"]
        self.preferred = declared["preferred"]
        self.announcements = Announcements(self.address)
        environment = {"VIRTUAL_IP": self.address, "INTERFACE": self.interface, "NODE": node, "PEER": peer}
        on_acquire = declared.get("onAcquire")
        self._must_move = on_acquire is not None and on_acquire.get("isRequired", False)
        self.on_acquire = Hook("acquire", on_acquire, environment)
        self.on_release = Hook("release", declared.get("onRelease"), environment, attempts=RELEASE_ATTEMPTS)
        # Whether it was held when the hooks were looked at last; None before the first time.
        self._was_held: bool | None = None
        self._must_tell_release = False
        # Why the keeper acquired or released it last; None: Heartbeat called the agent itself.
        self.reason: str | None = None
        self.held = NO
        self.wanted: str | None = None
        # Seconds since an operator made this host hold it; None: no operator did.
        self.forced_for: float | None = None
        self._taken: str | None = None
        self._renewed_at = 0.0
        self._rules_kept_at = system.monotonic()
        self._failures = 0
        self._failed_at = float("-inf")
        self._held_at = float("-inf")
        # An earlier keeper left rules: an address that lingers with rules is hushed.
        self.is_hushed = read(self._path("rules")) is not None
        # This host's own address on the same interface, to which the peer can pass packets of open connections on.
        self.via: str | None = None
        # The index of the interface; None while no interface has the name.
        self._index: int | None = None
        self._has_strays = False
        # Whether both hosts may have held it when last looked at.
        self._may_have_been_doubled = False
        self._peer_had: str | None = None
        self._is_vetoed: bool | None = None
        self._veto_due = 0

    def _path(self, kind: str) -> str:
        return f"{RUN}/{kind}/{self.word}"

    def look(self, present: list[Entry]) -> None:
        """present: the host's addresses, from Addresses.look."""
        self._index = network.index_of(self.interface)
        entries = [entry for entry in present if entry.address == self.address]
        # While the interface does not exist (it was renamed), an address on any interface serves.
        strays = [entry for entry in entries if not self._is_pinned(entry)] if self.has_interface() else []
        self._has_strays = bool(strays)
        pinned = [entry for entry in entries if entry not in strays]
        self.held = NO if not pinned else HELD if any(entry.is_permanent for entry in pinned) else LINGERING
        if self.held == HELD:
            self._held_at = system.monotonic()
        self.via = None if self.held == NO else self._find_via(present)
        self.wanted = read(self._path("wanted"))
        since = read(self._path("forced"))
        self.forced_for = None if since is None else _seconds_since(since)
        self._taken = None if self.held == NO else read(self._path("held"))

    def has_interface(self) -> bool:
        return self._index is not None

    def _is_pinned(self, entry: Entry) -> bool:
        return entry.interface == self._index and entry.prefix == (128 if ":" in self.address else 32)

    def _find_via(self, present: list[Entry]) -> str | None:
        own = [
            entry
            for entry in present
            if entry.interface == self._index
            and entry.address not in self._everyone
            and family_of(entry.address) == family_of(self.address)
        ]
        # An address from a DHCP server has a lifetime, as has a virtual IP of an earlier declaration that is being released.
        own.sort(key=lambda entry: not entry.is_permanent)
        return own[0].address if own else None

    def delete_strays(self) -> None:
        """Deletes entries of the address on other interfaces or with other prefixes: the kernel answers neighbours for them too."""
        if self._has_strays:
            self._has_strays = False
            log(f"deleting stray entries of {self.address}: it belongs on {self.interface}, with a host prefix")
            self.call_agent("delete_strays")

    def run_hooks(self, peer: View) -> None:
        """onRelease waits until clients no longer need this host: the peer serves, or the address is gone here."""
        is_held = self.held == HELD
        if self._was_held is None and not is_held:
            # An earlier keeper began it, and the address has moved since.
            self.on_acquire.end_earlier()
        if is_held and not self._was_held:
            self._must_tell_release = False
            self.on_release.cancel()
            self.on_acquire.begin(self.reason or "Heartbeat started it")
            self.reason = None
        elif self._was_held and not is_held:
            self.on_acquire.cancel()
            self._must_tell_release = True
        does_peer_serve = peer["fresh"] and peer["held"] == HELD and peer["serves"]
        if self._must_tell_release and (does_peer_serve or self.held == NO):
            self._must_tell_release = False
            self.on_release.begin(self.reason or "Heartbeat stopped it")
            self.reason = None
        self._was_held = is_held
        self.on_acquire.look()
        self.on_release.look()

    def serves(self) -> bool:
        """Whether clients reach it here: it is held, and a hook that has to move it has done so."""
        return self.held == HELD and (self.on_acquire.is_done or not self._must_move)

    def is_wanted(self) -> bool:
        return self.wanted is not None

    def is_wanted_by_heartbeat(self) -> bool:
        return self.wanted not in (None, BY_KEEPER)

    def forget_wish(self) -> None:
        """Removes the wish that the keeper recorded in Heartbeat's place. Takes the agent's lock, so that a wish that the agent writes at this
        moment is not lost."""
        with system.lock(f"{RUN}/lock") as is_ours:
            # Else next time.
            if is_ours and read(self._path("wanted")) == BY_KEEPER:
                remove(self._path("wanted"))
                self.wanted = None

    def age(self) -> float:
        """For how long it has been here, or has lingered, in seconds; 0 where that is not known."""
        if self.held == LINGERING:
            return min(system.monotonic() - self._held_at, LONG)
        return _seconds_since(self._taken or "")

    def is_failing(self) -> bool:
        """Whether this host was asked to take it and could not."""
        return self._failures >= FAILURES and system.monotonic() - self._failed_at < UNFIT_FOR

    def take(self, look_again: Callable[[], list[Entry]]) -> None:
        """look_again: returns the host's addresses."""
        if system.monotonic() - self._failed_at < (RETRY if self._failures >= FAILURES else 0):
            return
        log(f"acquiring {self.address}: {self.reason}")
        self.call_agent("take")
        self.look(look_again())
        if self.held == HELD:
            self._failures = 0
            self.announcements.begin()
            self.announce()
        else:
            self._failures += 1
            self._failed_at = system.monotonic()

    def announce(self) -> None:
        """Announces the address if that is due."""
        self.announcements.look(self.held == HELD, self._index)

    def is_held_on(self, interface: int | None) -> bool:
        """interface: an index."""
        return self.held == HELD and interface == self._index

    def linger(self) -> None:
        now = system.monotonic()
        if now - self._renewed_at > RENEW:
            self._renewed_at = now
            self.call_agent("linger")

    def may_have_connections(self) -> bool:
        """Whether it was released so recently that connections may be open."""
        return self.held == LINGERING and system.monotonic() - self._held_at < OPEN_FOR

    def has_connections(self) -> bool:
        # ss takes what is behind the last colon for a port.
        own = f"[{self.address}]" if ":" in self.address else self.address
        return bool(run(["ss", "-Htn", "state", "established", "src", own], 2))

    def tend_connections(self, peer: View, peer_serves: bool) -> None:
        """Hushes the address (this host no longer answers ARP and neighbour solicitations for it) while the peer serves. Announces it again if the
        peer released it. Deletes nftables rules that have expired."""
        is_over = self.held == LINGERING and peer_serves
        if is_over and not self.is_hushed:
            self.call_agent("hush")
        elif self.is_hushed and self.held == LINGERING and peer["fresh"] and not is_over:
            # The peer released it and no host acquired it: clients must find it here.
            self.call_agent("settle")
            self.call_agent("announce")
        # A peer that is silent may still serve.
        self.is_hushed = is_over or (self.is_hushed and self.held == LINGERING and not peer["fresh"])
        until = read(self._path("rules"))
        now = system.monotonic()
        # Deletes rules when they expire, not when the address is gone: the agent creates them before it adds the address. A host that
        # shuts down renews its hush while it answers open requests.
        if until is not None and uptime() > int(until or 0):
            self.call_agent("hush" if self.is_hushed else "settle")
        elif until is not None and now - self._rules_kept_at > KEEP_RULES:
            self._rules_kept_at = now
            self.call_agent("keep_rules")
        elif until is None:
            self._rules_kept_at = now

    def drop(self) -> None:
        """Deletes the address now, because the peer has it or no client reaches it here."""
        log(f"dropping {self.address}: {self.reason}")
        self.call_agent("drop")

    def release(self) -> None:
        """Keeps the address for three seconds, so that the peer can acquire it."""
        log(f"releasing {self.address}: {self.reason}")
        self.call_agent("linger")

    def call_agent(self, action: str) -> None:
        run([AGENT, self.word, action], 3)

    def announce_again(self, peer: View, former_holds: bool) -> None:
        """Announces again once a second holder has released the address: clients may have learnt that holder's hardware address. A peer that was
        silent may have been such a holder."""
        may_be_doubled = self.held == HELD and (not peer["fresh"] or peer["held"] == HELD or former_holds)
        if self.held == HELD and self._may_have_been_doubled and not may_be_doubled:
            self.announcements.begin()
            self.announce()
        self._may_have_been_doubled = may_be_doubled

    def write_peer(self, peer: View) -> None:
        has = "silent" if not peer["fresh"] else f"{peer['held']} {peer['via'] or ''}".strip()
        if has != self._peer_had and write(self._path("peer"), f"{has}\n"):
            self._peer_had = has

    def write_veto(self, is_vetoed: bool, seconds: float) -> None:
        """Writes a veto that expires after `seconds`, so that the veto of a keeper that has ended does not stay in effect. Renews it after half of
        that time. Without a veto it writes 0."""
        now = uptime()
        if is_vetoed == self._is_vetoed and (not is_vetoed or now < self._veto_due):
            return
        if write(self._path("veto"), f"{now + int(seconds * 100) if is_vetoed else 0}\n"):
            self._is_vetoed = is_vetoed
            self._veto_due = now + int(seconds * 50)

    def renew_veto(self, seconds: float) -> None:
        """Keeps the last veto from expiring while the keeper waits for a program: it has decided nothing new meanwhile."""
        if self._is_vetoed:
            self.write_veto(True, seconds)


def _seconds_since(moment: str) -> float:
    """moment: an uptime in hundredths of a second, as the agent writes it; one that cannot be read counts as now."""
    try:
        return (uptime() - int(moment)) / 100
    except ValueError:
        return 0.0

"""The keeper: sees to it that each virtual IP is on exactly one host, and on one that can serve.

Heartbeat decides which host should hold a virtual IP, and calls the agent (VirtualIp), which holds it or lets it go. The
keeper does what Heartbeat does not: it talks with the peer's keeper on a way of its own, keeps a virtual IP from being
taken that still is elsewhere, keeps one until the peer has it, and looks at HAProxy and the gateway.

Heartbeat and the agent work without it, as they would if it had never been there. It is restarted when it ends, and by
systemd's watchdog when it hangs. What it shares with the agent are the files of virtual_ip.py, and a pipe, keeper:
whatever is written to that makes the keeper look at once. A line "dead NODE" in it is Heartbeat's word (steps/sh/keeper.sh),
a line "stopped" the agent's: Heartbeat has let a virtual IP go; a line "haproxy-stops" that of HAProxy's unit (stopping.py).
"""

from typing import NamedTuple

from keeper.address.addresses import Addresses
from keeper.address.claims import Claims
from keeper.address.virtual_ip import VirtualIp
from keeper.config import Config
from keeper.decision.decide import DROP, FENCE, HELD, LINGER, LINGERING, NO, NOTHING, TAKE, YIELD, Own, View, decide, peer_serves
from keeper.decision.faults import why_cut_off, why_unfit
from keeper.firewall import Firewall
from keeper.moves import heartbeat
from keeper.moves.fencing import Fencing
from keeper.moves.mending import Mending
from keeper.moves.moving import Moving
from keeper.moves.stopping import Stopping
from keeper.ports import clock, system
from keeper.ports.network import canonical, family_of
from keeper.ports.system import RUN, log, notify, while_waiting
from keeper.ports.types import Readable, Socket
from keeper.proof import Proof
from keeper.protocol.packet import Told
from keeper.protocol.peer import Peer
from keeper.witnesses.death import Death
from keeper.witnesses.gateway import Gateway
from keeper.witnesses.haproxy import Haproxy
from keeper.witnesses.interface import Interface
from keeper.witnesses.servers import Servers

# A host that was cut off must not serve at once: its HAProxy takes the servers for down, and looks at each every 2 s, two times, by
# default. In seconds.
RETURNS_IN = 5
# How many packets of a kind are read before anything is done: more than a socket holds, and not as many as a flood brings.
AT_ONCE = 1000
# In seconds; the unit's WatchdogSec is 5.
TELL_WATCHDOG_EVERY = 1
# How long a host that shuts down waits for requests to be answered, in seconds; and for the peer to take what it lets go, for so much longer
# than deadtime: Heartbeat has been seen to need 0.72 s more to declare its peer dead. The unit's TimeoutStopSec is 15.
FINISH_WITHIN = 10
TAKEN_AFTER_DEADTIME = 2
# How long it waits for Heartbeat to release what it was asked to hand over, in seconds.
HANDS_OVER_WITHIN = 5


class Reported(NamedTuple):
    """What the log says of this host and its peer: a line for each change."""

    unfit: str | None = None
    is_fresh: bool = False
    is_isolated: bool = False


class Keeper:
    def __init__(self, config: Config) -> None:
        system.make_folders(("wanted", "held", "peer", "veto", "rules", "forced", "outside"))
        self.config = config
        self.addresses = Addresses()
        self.peer = Peer(config)
        self.haproxy = Haproxy()
        self.gateway = Gateway(config)
        self.death = Death(config, self.peer, self.gateway)
        self.fencing = Fencing(config)
        self.firewall = Firewall(config["firewall"])
        everyone = {canonical(declared["address"]) for declared in config["virtualIps"]}
        self.virtual_ips = [VirtualIp(declared, everyone, config["node"], config["peer"]) for declared in config["virtualIps"]]
        self.interfaces = self.interfaces_of(everyone)
        self.servers = Servers()
        self.claims = Claims(self.virtual_ips)
        self.mending = Mending(config, self.virtual_ips, self.peer)
        self.moving = Moving(config, self.virtual_ips, self.peer)
        self.stopping = Stopping(config, self.virtual_ips, self.peer)
        self.proof = Proof()
        self.started_at = system.monotonic()
        # When the next step is due, by system.monotonic.
        self.due = 0.0
        # When a program that this keeper waits for was last found running.
        self.awake_at = float("-inf")
        self.wake = system.make_pipe(f"{RUN}/keeper")
        self.is_leaving = False
        self.heartbeat_runs = False
        # Why nobody reaches this host, and since when; None if somebody may.
        self.cut_off: str | None = None
        self.cut_off_since: float | None = None
        # Why this host can't serve; None where it can.
        self.unfit: str | None = None
        self.cut_off_at = float("-inf")
        # What the log was last told.
        self.reported = Reported()

    def interfaces_of(self, addresses: set[str]) -> dict[str, Interface]:
        families: dict[str, set[int]] = {}
        for declared in self.config["virtualIps"]:
            families.setdefault(declared["interface"], set()).add(family_of(declared["address"]))
        return {name: Interface(name, each, addresses) for name, each in families.items()}

    # What is.

    def look(self) -> None:
        self.haproxy.look()
        if self.reported.is_fresh and not self.peer.is_fresh():
            self.gateway.hurry()
        self.gateway.look()
        self.death.look()
        self.fencing.look(self.peer)
        self.firewall.look()
        present = self.addresses.look()
        for virtual_ip in self.virtual_ips:
            virtual_ip.look(present)
        for interface in self.interfaces.values():
            if interface.look(present):
                self.begin_anew_on(interface)
        self.look_whether_cut_off()
        if self.gateway.lost_for() is not None or self.interface_fault():
            self.cut_off_at = clock.now()
        self.stopping.look()
        self.heartbeat_runs = heartbeat.runs()
        self.unfit = self.why_unfit()

    def begin_anew_on(self, interface: Interface) -> None:
        """The link has come up, routes are back, or the interface has another hardware address."""
        # The port of the switch comes up with the link, and has learnt nothing yet.
        for virtual_ip in self.virtual_ips:
            if virtual_ip.interface == interface.name:
                virtual_ip.announcements.begin()
        # The keeper counts the seconds of being cut off from now on: witnesses that were lost before may be back.
        if self.cut_off_since is not None:
            self.cut_off_since = clock.now()

    def interface_fault(self) -> str | None:
        return next((one.fault for one in self.interfaces.values() if one.fault), None)

    def why_blind(self) -> str | None:
        """Why no interface of a virtual IP can tell what the peer does; None if one can."""
        reasons = [one.why_blind() for one in self.interfaces.values()]
        return reasons[0] if all(reasons) else None

    def is_isolated(self, virtual_ip: VirtualIp) -> bool:
        """Whether no client reaches this virtual IP on this host, because its interface or the whole host lost its link, address or route.
        If no packet can arrive, the virtual IP is isolated unless this host hears the peer's Heartbeat on another link: then Heartbeat can hand
        it over. Hearing only the peer's keeper does not help: Heartbeat hands over by its own packets."""
        interface = self.interfaces[virtual_ip.interface]
        if self.cut_off is not None:
            return True
        if interface.has_no_answer():
            return not self.death.hears_heartbeat()
        return interface.why_blind() is not None and not self.peer.is_fresh() and not self.death.hears_heartbeat()

    def look_whether_cut_off(self) -> None:
        now = clock.now()
        if self.cut_off_since is None:
            self.servers.forget()
        else:
            self.servers.look()
        self.cut_off = why_cut_off(
            {
                "blind": self.why_blind(),
                "peer_silent_for": None if self.peer.is_fresh() else self.peer.silence(),
                "hears_heartbeat": self.death.hears_heartbeat(),
                "gateway_lost_for": self.gateway.lost_for(),
                "reaches_servers": self.servers.are_reachable,
                "cut_off_for": None if self.cut_off_since is None else now - self.cut_off_since,
            }
        )
        # A host that serves alone goes on to do so until it hears the peer or the gateway.
        is_over = self.peer.is_fresh() or (self.gateway.lost_for() is None and self.cut_off is None)
        if is_over:
            self.cut_off_since = None
        elif self.cut_off and self.cut_off_since is None:
            self.cut_off_since = now

    def why_unfit(self) -> str | None:
        return why_unfit(
            {
                "haproxy": self.stopping.reason() or (None if self.haproxy.healthy else self.haproxy.reason),
                "interface": self.interface_fault(),
                "is_gateway_gone": self.gateway.is_gone(self.peer),
                "failing": [one.address for one in self.virtual_ips if one.is_failing()],
            }
        )

    def why_hand_over(self) -> str | None:
        """Why this host can't serve; None also while no link may lead to the peer. The kernel keeps Heartbeat's request until the link is up
        again (arp(7)), and the peer would answer a request that this Heartbeat has cancelled meanwhile: both would wait for each other for
        an hour (STANDBY_RSC_TO of Heartbeat)."""
        failed = [one.failed_at for one in self.interfaces.values() if one.failed_at is not None]
        has_heard_since = all((self.peer.heard_at or 0.0) > at for at in failed)
        return self.unfit if has_heard_since else None

    def is_returning(self) -> bool:
        """It is, or was a moment ago, without the peer or the gateway: that is nothing to hand anything over for."""
        return clock.now() - self.cut_off_at < RETURNS_IN

    def healthy(self) -> bool:
        return self.unfit is None and not self.is_returning()

    def state(self, heartbeat_runs: bool) -> Told:
        return {
            "healthy": self.healthy(),
            "doubtful": self.haproxy.is_doubtful() or self.gateway.lost_for() is not None,
            "heartbeat": heartbeat_runs,
            "stops": self.stopping.told(),
            "hears": self.peer.is_fresh(),
            "question": self.proof.question,
            "answer": self.proof.answer,
            "virtualIps": {
                one.address: {
                    "held": one.held,
                    "serves": one.serves(),
                    "age": one.age(),
                    "wanted": one.is_wanted(),
                    "via": one.via,
                    "hushed": one.is_hushed,
                    "forced_for": one.forced_for,
                    "isolated": self.is_isolated(one),
                }
                for one in self.virtual_ips
            },
        }

    def own_view(self, virtual_ip: VirtualIp) -> Own:
        return {
            "held": virtual_ip.held,
            "age": virtual_ip.age(),
            "wanted": virtual_ip.is_wanted() or self.is_heir(),
            "may_have_connections": virtual_ip.may_have_connections(),
            "healthy": self.healthy(),
            "isolated": self.is_isolated(virtual_ip),
            "heartbeat": self.heartbeat_runs,
            "settled": self.peer.heard_at is not None or system.monotonic() - self.started_at > self.config["silence"],
            "must_fence": self.fencing.is_due(self.peer),
            "forced_for": virtual_ip.forced_for,
        }

    def is_heir(self) -> bool:
        """Whether Heartbeat is about to want all virtual IPs here. (It may take one for dead that is not.)"""
        return self.heartbeat_runs and self.death.is_recent() and not self.peer.is_fresh()

    # What is done.

    def step(self) -> None:
        self.look()
        for virtual_ip in self.virtual_ips:
            peer = self.peer.view(virtual_ip)
            me = self.own_view(virtual_ip)
            # Before the agent is called, which reads it.
            virtual_ip.write_peer(peer)
            # Before the peer is given it.
            virtual_ip.announce_again(peer, self.peer.former_holds(virtual_ip.address))
            self.act(virtual_ip, decide(me, peer, virtual_ip.preferred), peer)
            virtual_ip.run_hooks(peer)
            as_if = decide({**me, "held": NO, "wanted": True, "forced_for": None}, peer, virtual_ip.preferred)
            virtual_ip.write_veto(as_if != TAKE, self.config["silence"])
            self.tend_connections(virtual_ip, peer)
            virtual_ip.delete_strays()
            virtual_ip.announce()
        self.mending.step(self.heartbeat_runs, self.cut_off is not None)
        self.moving.step(self.healthy(), self.haproxy.is_doubtful(), self.why_hand_over(), self.heartbeat_runs)
        self.stopping.step(self.heartbeat_runs)
        self.proof.step(self.virtual_ips, self.peer.said if self.peer.is_fresh() else None)
        self.report()
        self.tell()

    def tend_connections(self, virtual_ip: VirtualIp, peer: View) -> None:
        # Several times a second, and mostly there is nothing to tend.
        serves = virtual_ip.held == LINGERING and peer_serves(self.own_view(virtual_ip), peer, virtual_ip.preferred)
        virtual_ip.tend_connections(peer, serves)

    def tell(self) -> None:
        without_routes = [one.index for one in self.interfaces.values() if one.has_lost_routes and one.index is not None]
        self.peer.tell(self.state(self.heartbeat_runs), without_routes)

    def tell_meanwhile(self) -> None:
        self.awake_at = system.monotonic()
        self.tell()
        for virtual_ip in self.virtual_ips:
            virtual_ip.renew_veto(self.config["silence"])

    def act(self, virtual_ip: VirtualIp, action: str, peer: View) -> None:
        if action == NOTHING:
            return
        if action == TAKE:
            virtual_ip.reason = why_taken(virtual_ip, peer)
            virtual_ip.take(self.addresses.look_again)
        elif action == LINGER:
            virtual_ip.linger()
        elif action == FENCE:
            self.fencing.begin(self.peer, any(one.held == HELD for one in self.virtual_ips))
            if virtual_ip.held == LINGERING:
                virtual_ip.linger()
        else:
            virtual_ip.reason = self.cut_off or f"{self.config['peer']} {'holds' if peer['held'] == HELD else 'wants'} it"
            (virtual_ip.drop if action == DROP else virtual_ip.release)()
            virtual_ip.look(self.addresses.look_again())

    def report(self) -> None:
        """One line in the log for what changed."""
        now = Reported(self.unfit, self.peer.is_fresh(), self.cut_off is not None)
        before, self.reported = self.reported, now
        if now.unfit != before.unfit:
            log(f"this host can't serve: {self.unfit}" if self.unfit else "this host can serve again")
        if now.is_fresh != before.is_fresh:
            silence = f"is silent for more than {self.config['silence']} s"
            log(f"{self.config['peer']} {'is heard' if now.is_fresh else silence}")
        if now.is_isolated != before.is_isolated:
            log(f"cut off: {self.cut_off}" if self.cut_off else "no longer cut off")

    # When.

    def ask_to_leave(self) -> None:
        """It ends when it next wakes up: not in the middle of something."""
        system.write_line(self.wake, "leave")

    def run(self) -> None:
        told_at = 0.0
        notify("READY=1")
        while_waiting(self.config["interval"], self.tell_meanwhile)
        while not self.is_leaving:
            self.peer.open()
            system.wait(self.wakes(), min(self.due, self.death.due()) - system.monotonic())
            if self.hear_all():
                self.due = 0.0
            if clock.now() >= min(self.due, self.death.due()):
                self.due = clock.now() + self.config["interval"]
                self.step()
                if clock.now() - told_at > TELL_WATCHDOG_EVERY:
                    told_at = clock.now()
                    notify("WATCHDOG=1")

    def wakes(self) -> list[Readable]:
        """What this program wakes up for."""
        return [self.wake, self.addresses.changes, *self.peer.sockets.values()]

    def hear_all(self) -> bool:
        """All that has come in, before anything is done: a host that was frozen has missed nothing then. Whether any of it is
        to be acted on at once."""
        is_urgent = False
        inputs = [*self.wakes(), *self.gateway.sockets.values(), self.death.socket, *self.claims.sockets]
        for _ in range(AT_ONCE):
            now = system.monotonic()
            ready = system.wait(inputs, 0)
            if not ready:
                break
            # A list: any() over a generator would leave packets unread behind the first urgent one.
            is_urgent |= any([self.receive(sock) for sock in ready])  # noqa: C419
        if now - clock.now() > 2 * self.config["interval"]:
            self.death.was_asleep()
        # A keeper that waits for a program has not stood still.
        if now - max(clock.now(), self.awake_at) > 2 * self.config["interval"]:
            self.mending.was_asleep()
        clock.advance(now)
        return is_urgent

    def receive(self, sock: Readable) -> bool:
        """Reads what has come in; whether it is to be acted on at once."""
        if sock == self.wake:
            for line in system.read_lines(self.wake):
                self.is_leaving |= line == "leave"
                self.death.is_told(line)
            return True
        if sock == self.addresses.changes:
            return self.addresses.hear()
        if sock == self.death.socket:
            self.death.hear()
            return False
        if sock in self.claims.sockets:
            self.claims.hear(sock, self.is_held_by_peer)
            return False
        if isinstance(sock, int):
            return False
        if sock in self.gateway.sockets.values():
            self.gateway.hear(sock)
            return False
        return self.hears_news(sock)

    def is_held_by_peer(self, virtual_ip: VirtualIp) -> bool:
        peer = self.peer.view(virtual_ip)
        return peer["fresh"] and peer["held"] == HELD

    def hears_news(self, sock: Socket) -> bool:
        """Whether the peer's virtual IPs are not as they were: that is acted on at once. So is what comes shortly before a step is due
        anyway: two keepers that step together wake up less often."""
        before = self.peer.holdings()
        if not self.peer.hear(sock):
            return False
        return self.peer.holdings() != before or self.due - clock.now() < self.config["interval"] / 2

    def stop(self) -> None:
        """A host that shuts down keeps what the peer is about to take, and what has open connections, and says farewell."""
        began = system.monotonic()
        self.look()
        self.release_what_no_heartbeat_stops()
        hands_over = self.hand_over_before_haproxy()
        while any(self.is_needed(one, system.monotonic() - began, hands_over) for one in self.virtual_ips):
            for virtual_ip in self.virtual_ips:
                if virtual_ip.held == LINGERING:
                    virtual_ip.linger()
                    self.tend_connections(virtual_ip, self.peer.view(virtual_ip))
            self.tell()
            system.wait(self.wakes(), self.config["interval"])
            self.hear_all()
            self.look()
        for virtual_ip in self.virtual_ips:
            virtual_ip.write_veto(False, 0)
        self.peer.tell({**self.state(heartbeat.has_process()), "leaves": True})

    def release_what_no_heartbeat_stops(self) -> None:
        """Heartbeat in transition does not stop: systemd kills it when TimeoutStopSec is over, and the virtual IPs are still held."""
        if heartbeat.has_process() or not system.is_host_stopping():
            return
        for virtual_ip in self.virtual_ips:
            if virtual_ip.held == HELD:
                log(f"releasing {virtual_ip.address}: the host shuts down, and Heartbeat was killed before it released it")
                virtual_ip.linger()
        self.look()

    def hand_over_before_haproxy(self) -> bool:
        """Asks Heartbeat to hand over if systemd is about to stop HAProxy, too; whether it did so. If both are restarted together (needrestart),
        systemd stops the keeper first, and before-haproxy-stops.sh finds no keeper to ask."""
        said = self.peer.said
        is_peer_fit = self.peer.is_fresh() and said["healthy"] and said["heartbeat"]
        if not is_peer_fit or not self.heartbeat_runs or all(one.held != HELD or one.forced_for is not None for one in self.virtual_ips):
            return False
        # systemctl asks for the keeper's restart first, and for HAProxy's right after it.
        system.wait([], 0.1)
        if system.is_host_stopping() or not system.has_job("haproxy"):
            return False
        return self.moving.give_all("HAProxy is about to stop")

    def is_needed(self, virtual_ip: VirtualIp, waited: float, hands_over: bool = False) -> bool:
        """The peer is about to acquire it, or requests are under way: these are answered here whoever has the virtual IP next, also while
        the peer is silent. `hands_over`: whether Heartbeat was asked to release what is held."""
        if virtual_ip.held == HELD:
            return hands_over and virtual_ip.forced_for is None and waited < HANDS_OVER_WITHIN
        if virtual_ip.held != LINGERING:
            return False
        peer = self.peer.view(virtual_ip)
        taken_within = min(self.config["deadtime"] + TAKEN_AFTER_DEADTIME, FINISH_WITHIN)
        if waited < taken_within and peer["fresh"] and peer["held"] != HELD:
            return True
        return waited < FINISH_WITHIN and virtual_ip.has_connections()


def why_taken(virtual_ip: VirtualIp, peer: View) -> str:
    if virtual_ip.forced_for is not None:
        return "an operator forces it to this host"
    if not peer["fresh"]:
        return "the peer is silent"
    return "the peer released it" if peer["held"] == LINGERING else "no host held it"

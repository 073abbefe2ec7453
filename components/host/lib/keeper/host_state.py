"""This host as the keeper knows it: what the witnesses report, which virtual IPs it holds, whether it can serve, and whether it is cut off.
The base of Keeper, which acts on it (keeper.py)."""

from typing import NamedTuple

from keeper.address.addresses import Addresses
from keeper.address.virtual_ip import VirtualIp
from keeper.config import Config
from keeper.decision.decide import Own
from keeper.decision.faults import why_cut_off, why_unfit
from keeper.firewall import Firewall
from keeper.moves import heartbeat
from keeper.moves.fencing import Fencing
from keeper.moves.stopping import Stopping
from keeper.ports import clock, system
from keeper.ports.network import canonical, family_of
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


class Reported(NamedTuple):
    """What the log says of this host and its peer: a line for each change."""

    unfit: str | None = None
    is_fresh: bool = False
    is_isolated: bool = False


class HostState:
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
        self.stopping = Stopping(config, self.virtual_ips, self.peer)
        self.proof = Proof()
        self.started_at = system.monotonic()
        self.heartbeat_runs = False
        # Why neither clients nor the peer reach this host, and since when; None if they may reach it.
        self.cut_off: str | None = None
        self.cut_off_since: float | None = None
        # Why this host can't serve; None if it can.
        self.unfit: str | None = None
        self.cut_off_at = float("-inf")
        # What the log said last.
        self.reported = Reported()

    def interfaces_of(self, addresses: set[str]) -> dict[str, Interface]:
        families: dict[str, set[int]] = {}
        for declared in self.config["virtualIps"]:
            families.setdefault(declared["interface"], set()).add(family_of(declared["address"]))
        return {name: Interface(name, each, addresses) for name, each in families.items()}

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
        """Whether Heartbeat is about to want all virtual IPs here. It can count a living peer as dead."""
        return self.heartbeat_runs and self.death.is_recent() and not self.peer.is_fresh()

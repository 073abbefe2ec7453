"""A keeper with fakes for its parts, for tests of what the keeper makes of them."""

from types import SimpleNamespace

from support import TestCase
from keeper import host_state, keeper
from keeper.moves import heartbeat
from keeper.ports import clock, system
from keeper.ports.network import canonical
from keeper.protocol import packet

FIRST, SECOND = "192.0.2.10", "2001:db8::10"
CONFIG = {
    "node": "a",
    "peer": "b",
    "interval": 0.25,
    "silence": 0.5,
    "deadtime": 1.0,
    "firewall": True,
    "virtualIps": [{"address": FIRST, "interface": "lan0"}, {"address": "2001:DB8:0::10", "interface": "wan0"}],
}
# More waits than any test needs, so that an endless loop fails.
WAITS = 2000


def declared_interface(address):
    return next(one["interface"] for one in CONFIG["virtualIps"] if one["address"] == address)


class VirtualIp:
    """Records what is done with it in the test's list."""

    def __init__(self, case, address, everyone):
        self.case, self.address, self.everyone = case, canonical(address), everyone
        self.interface = declared_interface(address)
        self.announcements = SimpleNamespace(begin=lambda: case.done.append(("begin to announce", self.address)))
        self.held, self.via, self.is_hushed, self.preferred = "no", None, False, True
        self.forced_for, self.is_serving, self.reason = None, False, None
        self.wish, self.is_recent, self.connections, self.fails = False, False, False, False
        self.vetoes, self.tended = [], []

    def age(self):
        return 7.0

    def is_wanted(self):
        return self.wish

    def is_failing(self):
        return self.fails

    def delete_strays(self):
        self.case.done.append(("delete strays", self.address))

    def announce(self):
        self.case.done.append(("announce", self.address))

    def run_hooks(self, peer):
        self.case.done.append(("run hooks", self.address))

    def serves(self):
        return self.is_serving

    def may_have_connections(self):
        return self.is_recent

    def has_connections(self):
        return self.connections

    def look(self, present):
        self.case.done.append(("look", self.address, present))

    def take(self, look_again):
        self.case.done.append(("take", self.address, look_again()))

    def linger(self):
        self.case.done.append(("linger", self.address))

    def drop(self):
        self.case.done.append(("drop", self.address))

    def release(self):
        self.case.done.append(("release", self.address))

    def write_peer(self, peer):
        self.case.done.append(("write peer", self.address, peer["held"]))

    def announce_again(self, peer, former_holds):
        self.case.done.append(("announce again", self.address, peer["held"], former_holds))

    def write_veto(self, is_vetoed, seconds):
        self.vetoes.append((is_vetoed, seconds))

    def renew_veto(self, seconds):
        self.case.done.append(("renew veto", self.address, seconds))

    def tend_connections(self, peer, peer_serves):
        self.tended.append((peer["held"], peer_serves))


class Peer:
    """One that was heard before the test begins, and has nothing."""

    def __init__(self, case):
        self.case = case
        self.heard_at = case.now
        # For how long it is silent, in seconds.
        self.silent_for = 0.0
        self.says = {
            "held": "no",
            "age": 3.0,
            "wanted": False,
            "hushed": False,
            "forced_for": None,
            "serves": True,
            "isolated": False,
            "hears": True,
            "healthy": True,
            "heartbeat": True,
        }
        self.former = set()
        self.said = {**packet.state({}), "question": "a question"}
        self.sockets = {2: "peer"}
        # What its virtual IPs are after the next packet, if that is its own.
        self.holding, self.hears, self.next = "before", True, "before"
        self.told, self.opened = [], 0

    def is_fresh(self):
        return self.silent_for < CONFIG["silence"]

    def silence(self):
        return self.silent_for

    def view(self, virtual_ip):
        return {"fresh": self.is_fresh(), "via": None, **self.says}

    def former_holds(self, address):
        return address in self.former

    def holdings(self):
        return self.holding

    def hear(self, sock):
        self.case.drain(sock)
        self.holding = self.next
        return self.hears

    def open(self):
        self.opened += 1

    def tell(self, state, interfaces=()):
        self.told.append(state)
        self.told_through = interfaces
        self.case.done.append(("tell",))


class Host(TestCase):
    """A keeper whose parts are fakes. `self.done` is what it has done, in that order."""

    def setUp(self):
        super().setUp()
        self.done, self.slept, self.lines = [], [], []
        # What comes in: from when on, and on which input.
        self.arrivals = []
        self.waits = 0
        self.has_process = self.runs = True
        self.folders = None
        self.peer = Peer(self)
        self.haproxy = SimpleNamespace(healthy=True, reason=None, doubtful=False, look=lambda: self.done.append(("ask HAProxy",)))
        self.haproxy.is_doubtful = lambda: self.haproxy.doubtful
        self.stop_reason = None
        # How often it was to look, and whether Heartbeat ran when it was to act.
        self.stop_looks, self.stop_steps = [], []
        self.stopping = SimpleNamespace(
            state=None,
            look=lambda: self.stop_looks.append(self.now),
            reason=lambda: self.stop_reason,
            told=lambda: self.stopping.state,
            step=lambda heartbeat_runs: self.stop_steps.append(heartbeat_runs),
        )
        self.lost_for, self.is_gone = None, False
        self.gateway = SimpleNamespace(
            look=lambda: self.done.append(("ask gateway",)),
            hurry=lambda: self.done.append(("hurry",)),
            lost_for=lambda: self.lost_for,
            is_gone=lambda peer: self.is_gone,
            hear=self.drain,
            sockets={2: "gateway"},
        )
        self.death = SimpleNamespace(
            recent=False,
            due_at=float("inf"),
            look=lambda: self.done.append(("look for death",)),
            hear=lambda: self.drain("death"),
            was_asleep=lambda: self.slept.append("death"),
            is_told=lambda line: self.done.append(("death is told", line)),
            socket="death",
            hears_heartbeat=lambda: self.hears_heartbeat,
        )
        self.hears_heartbeat = False
        self.links = {}
        self.servers = SimpleNamespace(
            are_reachable=None,
            look=lambda: self.done.append(("ask for servers",)),
            forget=lambda: None,
        )
        self.claims = SimpleNamespace(sockets=["claims"], hear=lambda sock, is_held: self.drain(sock) or self.claimed.append(is_held))
        self.claimed = []
        self.death.is_recent = lambda: self.death.recent
        self.death.due = lambda: self.death.due_at
        self.must_fence = False
        self.firewall = SimpleNamespace(look=lambda: self.done.append(("look at firewall",)))
        self.fencing = SimpleNamespace(
            look=lambda peer: self.done.append(("look at fencing",)),
            is_due=lambda peer: self.must_fence,
            begin=lambda peer, holds: self.done.append(("fence", holds)),
        )
        self.has_changed = True
        self.addresses = SimpleNamespace(
            look=lambda: "present",
            look_again=lambda: "present by now",
            hear=lambda: self.drain("addresses") or self.has_changed,
            changes="addresses",
        )
        self.mending = SimpleNamespace(
            step=lambda *known: self.done.append(("mend", *known)),
            was_asleep=lambda: self.slept.append("mending"),
        )
        self.moving = SimpleNamespace(
            step=lambda *known: self.done.append(("move", *known)), give_all=lambda reason: self.done.append(("give all",)) or True
        )
        self.proof = SimpleNamespace(step=lambda virtual_ips, said: self.proven_by.append(said), question=None, answer=None)
        self.proven_by = []
        self.put_in_place()
        self.make()

    def put_in_place(self):
        for name in (
            "peer",
            "haproxy",
            "gateway",
            "death",
            "fencing",
            "firewall",
            "addresses",
            "mending",
            "moving",
            "servers",
            "claims",
            "proof",
            "stopping",
        ):
            module = keeper if name in ("mending", "moving", "claims") else host_state
            self.patch(module, name.capitalize(), lambda *_, name=name: getattr(self, name))
        self.patch(host_state, "VirtualIp", lambda declared, everyone, node, peer: VirtualIp(self, declared["address"], everyone))
        self.patch(host_state, "Interface", self.make_interface)
        self.patch(keeper, "log", self.logged)
        self.patch(keeper, "notify", lambda text: self.done.append(("notify", self.now, text)))
        self.patch(keeper, "while_waiting", lambda every, do: self.done.append(("while waiting", every, do)))
        self.patch(heartbeat, "runs", lambda: self.runs)
        self.patch(heartbeat, "has_process", lambda: self.has_process)
        self.patch(system, "make_folders", lambda kinds: setattr(self, "folders", set(kinds)))
        self.patch(system, "make_pipe", lambda path: path)
        self.patch(system, "read_lines", lambda pipe: self.drain(pipe) or self.lines)
        self.patch(system, "wait", self.wait)
        self.patch(system, "is_host_stopping", lambda: False)
        self.haproxy_has_job = False
        self.patch(system, "has_job", lambda unit: self.haproxy_has_job)

    def make_interface(self, name, families, virtual_ips):
        interface = SimpleNamespace(name=name, families=families, virtual_ips=virtual_ips, fault=None, link_fault=None)
        interface.blind, interface.index, interface.has_lost_routes, interface.failed_at = None, 2, False, None
        interface.has_no_answer = lambda: interface.link_fault is not None
        interface.why_blind = lambda: interface.link_fault or interface.blind
        interface.look = lambda entries: self.done.append(("look at interface", name, entries))
        self.links[name] = interface
        return interface

    def make(self):
        self.keeper = keeper.Keeper(CONFIG)
        self.first, self.second = self.keeper.virtual_ips

    def wait(self, inputs, seconds):
        """Until something has come in on one of the inputs, or the time is over."""
        self.waits += 1
        if self.waits > WAITS:
            raise AssertionError("the keeper waits for ever")
        ends_at = self.now + max(seconds, 0)
        self.now = max(self.now, min([ends_at, *[at for at, sock in self.arrivals if sock in inputs]]))
        return [sock for at, sock in self.arrivals if sock in inputs and at <= self.now]

    def drain(self, sock):
        self.arrivals = [one for one in self.arrivals if one[1] != sock]

    def tick(self, seconds=0.0):
        """So much later, all is heard."""
        self.now += seconds
        clock.advance(self.now)

    def did(self, *names):
        return [one for one in self.done if one[0] in names]

    def step(self):
        self.done.clear()
        self.keeper.step()

    def lose_gateway(self, lost_for=2.0):
        self.lost_for = lost_for

    def isolate(self):
        self.lost_for = self.peer.silent_for = 2.0

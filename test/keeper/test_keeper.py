"""What the keeper makes of what its parts tell it, what it does about that, and when: while it runs, and when it ends."""

import unittest
from types import SimpleNamespace

from support import TestCase
from keeper import host_state, keeper
from keeper.decision.decide import DROP, FENCE, LINGER, NOTHING, TAKE, YIELD
from keeper.moves import heartbeat
from keeper.ports import clock, network, system
from keeper.ports.network import canonical
from keeper.ports.system import RUN
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
# More waits than any test needs: one that goes on for ever is to fail.
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


class Begins(Host):
    def test_makes_the_folders_and_the_pipe_that_it_shares_with_the_agent(self):
        self.assertEqual(self.folders, {"wanted", "held", "peer", "veto", "rules", "forced", "outside"})
        self.assertEqual(self.keeper.wake, f"{RUN}/keeper")

    def test_each_virtual_ip_knows_all_of_them_as_the_kernel_spells_them(self):
        for one in self.keeper.virtual_ips:
            self.assertEqual(one.everyone, {FIRST, SECOND})

    def test_does_not_claim_before_it_has_looked_that_heartbeat_runs(self):
        self.keeper.tell_meanwhile()
        self.assertIs(self.peer.told[-1]["heartbeat"], False)


class Looks(Host):
    def test_looks_at_each_of_its_parts_once_a_step(self):
        self.step()
        looks = self.did("ask HAProxy", "ask gateway", "look for death", "look at fencing", "look at firewall")
        self.assertEqual(looks, [("ask HAProxy",), ("ask gateway",), ("look for death",), ("look at fencing",), ("look at firewall",)])

    def test_reads_the_addresses_once_for_all_virtual_ips(self):
        self.keeper.look()
        self.assertEqual(self.did("look"), [("look", one.address, "present") for one in (self.first, self.second)])

    def test_asks_the_gateway_without_delay_when_the_peer_has_just_fallen_silent(self):
        self.step()
        self.assertEqual(self.did("hurry"), [])
        self.peer.silent_for = 0.5
        self.step()
        self.assertEqual(self.did("hurry", "ask gateway"), [("hurry",), ("ask gateway",)])
        self.step()
        self.assertEqual(self.did("hurry"), [])

    def test_does_not_hurry_for_a_peer_that_it_has_not_heard(self):
        self.peer.silent_for = float("inf")
        self.step()
        self.assertEqual(self.did("hurry"), [])

    def test_looks_at_each_interface_with_the_families_of_its_virtual_ips(self):
        self.step()
        self.assertEqual(
            self.did("look at interface"), [("look at interface", "lan0", "present"), ("look at interface", "wan0", "present")]
        )
        families = {name: one.families for name, one in self.links.items()}
        self.assertEqual(families, {"lan0": {network.INET}, "wan0": {network.INET6}})
        self.assertEqual(self.links["lan0"].virtual_ips, {FIRST, SECOND})

    def test_announces_the_virtual_ips_of_an_interface_whose_link_comes_up(self):
        self.links["wan0"].link_fault = "interface wan0 has no carrier"
        # The link comes up at the first look.
        looks = iter([True, False])
        self.links["wan0"].look = lambda entries: next(looks)
        self.keeper.look()
        self.keeper.look()
        self.assertEqual(self.did("begin to announce"), [("begin to announce", SECOND)])

    def test_reads_claims_and_knows_what_the_peer_holds(self):
        self.arrivals = [(self.now, "claims")]
        self.assertFalse(self.keeper.hear_all())
        (is_held_by_peer,) = self.claimed
        for silent_for, held, expected in [(0.0, "held", True), (0.0, "lingering", False), (5.0, "held", False)]:
            with self.subTest(silent_for=silent_for, held=held):
                self.peer.silent_for, self.peer.says = silent_for, {**self.peer.says, "held": held}
                self.assertIs(is_held_by_peer(self.first), expected)

    def test_is_cut_off_by_the_loss_of_peer_and_gateway_together_until_one_is_back(self):
        self.isolate()
        self.keeper.look()
        self.assertEqual(self.keeper.cut_off, "the peer and the gateway were lost together")
        for back in ("gateway", "peer"):
            with self.subTest(back):
                self.isolate()
                self.keeper.look()
                self.assertIsNotNone(self.keeper.cut_off)
                if back == "gateway":
                    self.lost_for = None
                else:
                    self.peer.silent_for = 0.0
                self.keeper.look()
                self.assertIsNone(self.keeper.cut_off)

    def test_asks_for_the_servers_only_while_it_is_cut_off_and_serves_alone_after_ten_seconds(self):
        self.keeper.look()
        self.assertEqual(self.did("ask for servers"), [])
        self.isolate()
        self.keeper.look()
        self.tick(9.9)
        self.keeper.look()
        self.assertEqual(self.did("ask for servers"), [("ask for servers",)])
        self.assertIsNotNone(self.keeper.cut_off)
        self.tick(0.2)
        self.keeper.look()
        self.assertIsNone(self.keeper.cut_off)
        self.servers.are_reachable = False
        self.keeper.look()
        self.assertIsNotNone(self.keeper.cut_off)

    def assert_second_is_isolated(self, rows):
        """rows: seconds for which the peer's keeper is silent, whether its Heartbeat is heard, whether the second virtual IP is isolated."""
        for silent, hears, isolated in rows:
            with self.subTest(silent=silent, hears=hears):
                self.peer.silent_for, self.hears_heartbeat = silent, hears
                self.keeper.look()
                self.assertIsNone(self.keeper.cut_off)
                self.assertEqual([self.keeper.own_view(one)["isolated"] for one in (self.first, self.second)], [False, isolated])

    def test_a_link_fault_isolates_the_virtual_ips_of_that_interface_while_it_does_not_hear_the_peers_heartbeat(self):
        self.links["wan0"].link_fault = "interface wan0 has no carrier"
        self.assert_second_is_isolated([(0.0, True, False), (2.0, True, False), (0.0, False, True), (2.0, False, True)])

    def test_a_link_that_has_just_come_up_isolates_its_virtual_ips_while_it_hears_nothing_of_the_peer(self):
        self.links["wan0"].blind = "interface wan0 has worked for less than 2 s"
        self.assert_second_is_isolated([(0.0, True, False), (2.0, True, False), (0.0, False, False), (2.0, False, True)])

    def test_is_cut_off_where_every_interface_is_blind(self):
        self.peer.silent_for = 2.0
        for faults, cut_off in [(("wan0",), None), (("lan0", "wan0"), "interface lan0 has no carrier")]:
            with self.subTest(faults):
                for name in faults:
                    self.links[name].link_fault = f"interface {name} has no carrier"
                self.keeper.look()
                self.assertEqual(self.keeper.cut_off, cut_off)

    def test_listens_before_it_acquires_anything_after_a_link_came_up(self):
        self.peer.silent_for, self.first.wish = 2.0, True
        self.links["lan0"].blind = "interface lan0 has worked for less than 2 s"
        self.step()
        self.assertEqual(self.did("take"), [])
        self.links["lan0"].blind = None
        self.step()
        self.assertEqual(len(self.did("take")), 1)

    def test_counts_ten_seconds_from_when_the_link_came_up(self):
        self.isolate()
        self.keeper.look()
        self.tick(9)
        looks = iter([True, False, False])
        self.links["lan0"].look = lambda entries: next(looks)
        self.keeper.look()
        self.tick(9)
        self.keeper.look()
        self.assertIsNotNone(self.keeper.cut_off)
        self.tick(1.1)
        self.keeper.look()
        self.assertIsNone(self.keeper.cut_off)

    def test_names_why_it_cannot_serve(self):
        def haproxy():
            self.haproxy.healthy, self.haproxy.reason = False, "it does not answer"

        def gateway():
            self.is_gone = True

        def failing():
            self.first.fails = self.second.fails = True

        def interface():
            self.links["wan0"].fault = "interface wan0 has no carrier"

        def stopping():
            self.stop_reason = "HAProxy is about to stop"

        self.assertIsNone(self.keeper.why_unfit())
        for cause, reason in [
            (failing, f"{FIRST} {SECOND} cannot be taken"),
            (gateway, "the gateway is lost"),
            (interface, "interface wan0 has no carrier"),
            (haproxy, "it does not answer"),
            (stopping, "HAProxy is about to stop"),
        ]:
            with self.subTest(reason):
                cause()
                self.assertEqual(self.keeper.why_unfit(), reason)

    def test_is_neither_unfit_nor_healthy_without_the_gateway_and_for_five_seconds_after(self):
        for title, cut_off in [("the gateway alone", self.lose_gateway), ("it is isolated", self.isolate)]:
            with self.subTest(title):
                self.make()
                seen = []
                cut_off()
                for seconds in (0, 60):
                    self.tick(seconds)
                    self.keeper.look()
                    seen.append((self.keeper.unfit, self.keeper.healthy()))
                self.lost_for, self.peer.silent_for = None, 0.0
                for seconds in (4.9, 0.2):
                    self.tick(seconds)
                    self.keeper.look()
                    seen.append((self.keeper.unfit, self.keeper.healthy()))
                self.assertEqual(seen, [(None, False), (None, False), (None, False), (None, True)])

    def test_is_not_healthy_for_five_seconds_after_a_fault_of_an_interface(self):
        self.links["lan0"].fault = "interface lan0 has no carrier"
        self.keeper.look()
        self.assertEqual((self.keeper.unfit, self.keeper.healthy()), ("interface lan0 has no carrier", False))
        self.links["lan0"].fault = None
        for seconds, healthy in ((4.9, False), (0.2, True)):
            self.tick(seconds)
            self.keeper.look()
            self.assertEqual((self.keeper.unfit, self.keeper.healthy()), (None, healthy))

    def test_is_not_healthy_while_it_is_unfit(self):
        self.haproxy.healthy, self.haproxy.reason = False, "it does not answer"
        self.keeper.look()
        self.assertFalse(self.keeper.healthy())


class Tells(Host):
    def test_tells_the_peer_what_it_has(self):
        self.first.held, self.first.wish, self.first.is_serving = "held", True, True
        self.second.held, self.second.via, self.second.is_hushed = "lingering", "2001:db8::1", True
        self.second.forced_for = 4.0
        self.stopping.state = "waiting"
        self.step()
        self.assertEqual((len(self.stop_looks), self.stop_steps), (1, [True]))
        self.assertEqual(
            self.peer.told,
            [
                {
                    "healthy": True,
                    "doubtful": False,
                    "heartbeat": True,
                    "stops": "waiting",
                    "hears": True,
                    "question": None,
                    "answer": None,
                    "virtualIps": {
                        FIRST: {
                            "held": "held",
                            "serves": True,
                            "age": 7.0,
                            "wanted": True,
                            "via": None,
                            "hushed": False,
                            "forced_for": None,
                            "isolated": False,
                        },
                        SECOND: {
                            "held": "lingering",
                            "serves": False,
                            "age": 7.0,
                            "wanted": False,
                            "via": "2001:db8::1",
                            "hushed": True,
                            "forced_for": 4.0,
                            "isolated": False,
                        },
                    },
                }
            ],
        )

    def test_asks_for_a_hand_over_once_it_has_heard_the_peer_since_a_link_failed(self):
        self.keeper.unfit = "interface lan0 has no carrier"
        for title, failed, heard, reason in [
            ("no link has failed", {}, 0.0, self.keeper.unfit),
            ("a link has failed", {"lan0": 1.0}, 0.5, None),
            ("the peer was heard since", {"lan0": 1.0}, 1.5, self.keeper.unfit),
            ("another link has failed later", {"lan0": 1.0, "wan0": 2.0}, 1.5, None),
        ]:
            with self.subTest(title):
                self.peer.heard_at = heard
                for name, link in self.links.items():
                    link.failed_at = failed.get(name)
                self.assertEqual(self.keeper.why_hand_over(), reason)
        self.peer.heard_at = None
        self.assertIsNone(self.keeper.why_hand_over())

    def test_proves_by_the_word_of_a_peer_that_is_heard(self):
        self.step()
        self.peer.silent_for = 5.0
        self.step()
        self.assertEqual(self.proven_by, [self.peer.said, None])

    def test_tells_the_peer_through_interfaces_that_have_lost_their_routes_as_well(self):
        for has_lost, interfaces in [(False, []), (True, [2])]:
            with self.subTest(has_lost):
                self.links["lan0"].has_lost_routes = has_lost
                self.keeper.tell()
                self.assertEqual(self.peer.told_through, interfaces)

    def test_tells_the_peer_that_it_hears_it_and_what_it_cannot_serve(self):
        self.peer.silent_for = 5.0
        self.links["lan0"].blind = "interface lan0 has lost its own address"
        self.keeper.look()
        state = self.keeper.state(True)
        isolated = {address: one["isolated"] for address, one in state["virtualIps"].items()}
        self.assertFalse(state["hears"])
        self.assertEqual(isolated, {one.address: one.interface == "lan0" for one in self.keeper.virtual_ips})

    def test_tells_the_peer_that_it_is_doubtful_while_haproxy_is_or_the_gateway_does_not_answer(self):
        for title, doubtful, lost_for, expected in [
            ("neither", False, None, False),
            ("HAProxy", True, None, True),
            ("the gateway", False, 1.5, True),
        ]:
            with self.subTest(title):
                self.haproxy.doubtful, self.lost_for = doubtful, lost_for
                self.assertIs(self.keeper.state(True)["doubtful"], expected)

    def test_tells_the_peer_and_renews_each_veto_while_a_program_runs(self):
        self.keeper.tell_meanwhile()
        self.assertEqual(self.done, [("tell",), ("renew veto", FIRST, 0.5), ("renew veto", SECOND, 0.5)])

    def test_logs_nothing_when_it_starts_healthy_connected_and_without_a_peer(self):
        self.keeper.look()
        self.peer.silent_for = float("inf")
        self.keeper.report()
        self.assertEqual(self.log, [])

    def test_logs_once_what_has_changed(self):
        def unfit():
            self.keeper.unfit = "it does not answer"

        def fit():
            self.keeper.unfit = None

        def without_gateway():
            self.keeper.unfit = "the gateway is lost"

        def heard():
            self.peer.silent_for = 0.0

        def silent():
            self.peer.silent_for = 0.5

        def cut_off():
            self.keeper.cut_off = "the peer and the gateway were lost together"

        def connected():
            self.keeper.cut_off = None

        silent()
        for change, line in [
            (unfit, "this host can't serve: it does not answer"),
            (without_gateway, "this host can't serve: the gateway is lost"),
            (fit, "this host can serve again"),
            (heard, "b is heard"),
            (silent, "b is silent for more than 0.5 s"),
            (cut_off, "cut off: the peer and the gateway were lost together"),
            (connected, "no longer cut off"),
        ]:
            with self.subTest(line):
                self.log.clear()
                change()
                self.keeper.report()
                self.keeper.report()
                self.assertEqual(self.log, [line])


class Views(Host):
    """What the keeper decides by, of this host."""

    def view(self):
        return self.keeper.own_view(self.first)

    def test_decides_by_what_it_has_seen(self):
        self.first.held, self.first.is_recent, self.must_fence = "lingering", True, True
        self.isolate()
        self.keeper.look()
        self.assertEqual(
            self.view(),
            {
                "held": "lingering",
                "age": 7.0,
                "wanted": False,
                "may_have_connections": True,
                "healthy": False,
                "isolated": True,
                "heartbeat": True,
                "settled": True,
                "must_fence": True,
                "forced_for": None,
            },
        )

    def test_wants_what_heartbeat_wants(self):
        self.first.wish = True
        self.assertEqual([self.keeper.own_view(one)["wanted"] for one in (self.first, self.second)], [True, False])

    def test_wants_every_virtual_ip_after_the_death_of_a_silent_peer_where_heartbeat_runs(self):
        for title, runs, recent, silent_for, wanted in [
            ("it has just died", True, True, 0.5, True),
            ("it has not died, or Heartbeat has had its time", True, False, 0.5, False),
            ("its keeper is heard", True, True, 0.4, False),
            ("Heartbeat does not run here", False, True, 0.5, False),
        ]:
            with self.subTest(title):
                self.runs, self.death.recent, self.peer.silent_for = runs, recent, silent_for
                self.keeper.look()
                self.assertIs(self.view()["wanted"], wanted)

    def test_is_settled_once_the_peer_was_heard_or_has_been_silent_since_the_start_for_as_long_as_silence_is(self):
        self.assertTrue(self.view()["settled"])
        self.peer.heard_at = None
        settled = []
        for seconds in (0, 0.49, 0.02):
            self.now += seconds
            settled.append(self.view()["settled"])
        self.assertEqual(settled, [False, False, True])


class Steps(Host):
    def names(self, address):
        return [one[0] for one in self.done if address in one]

    def test_tells_the_agent_of_the_peer_before_it_calls_it_and_announces_before_it_tells_the_peer(self):
        self.first.wish, self.peer.former = True, {FIRST}
        self.peer.says["held"] = "lingering"
        self.step()
        self.assertEqual(self.names(FIRST), ["look", "write peer", "announce again", "take", "run hooks", "delete strays", "announce"])
        self.assertEqual(self.did("write peer"), [("write peer", FIRST, "lingering"), ("write peer", SECOND, "lingering")])
        self.assertEqual([one[-1] for one in self.did("announce again")], [True, False])
        self.assertEqual(self.done[-1], ("tell",))

    def test_decides_for_each_virtual_ip_by_itself(self):
        self.first.held, self.second.wish = "lingering", True
        self.step()
        self.assertEqual(self.did("linger", "take"), [("linger", FIRST), ("take", SECOND, "present by now")])

    def test_vetoes_whatever_it_would_not_take_itself_if_heartbeat_wanted_it(self):
        there = {"held": "no", "peer_held": "no", "lost_for": None, "must_fence": False, "heard_at": self.now}
        for title, changed, is_vetoed in [
            ("no host has it", {}, False),
            ("it is held here", {"held": "held"}, False),
            ("it lingers here", {"held": "lingering"}, False),
            ("it lingers on the peer", {"peer_held": "lingering"}, False),
            ("the peer holds it", {"peer_held": "held"}, True),
            ("this host is isolated", {"held": "held", "lost_for": 2.0}, True),
            ("the peer must be fenced first", {"must_fence": True}, True),
            ("the keeper has not settled yet", {"heard_at": None}, True),
        ]:
            with self.subTest(title):
                case = {**there, **changed}
                self.make()
                self.first.held, self.peer.says["held"] = case["held"], case["peer_held"]
                self.lost_for, self.peer.silent_for = case["lost_for"], case["lost_for"] or 0.0
                self.must_fence, self.peer.heard_at = case["must_fence"], case["heard_at"]
                self.step()
                # For no longer than its silence is to be taken for its end.
                self.assertEqual(self.first.vetoes, [(is_vetoed, 0.5)])

    def test_tends_connections_as_those_of_a_virtual_ip_that_the_peer_serves_only_where_it_lingers_here(self):
        for held, peer_held, serves in [
            ("lingering", "held", True),
            ("lingering", "no", False),
            ("held", "held", False),
            ("no", "held", False),
        ]:
            with self.subTest(f"{held} here, {peer_held} there"):
                self.first.held, self.peer.says["held"] = held, peer_held
                self.step()
                self.assertEqual(self.first.tended[-1], (peer_held, serves))

    def test_mends_and_moves_by_what_it_has_seen(self):
        self.haproxy.healthy, self.haproxy.reason, self.haproxy.doubtful = False, "it does not answer", True
        self.step()
        self.assertEqual(self.did("mend", "move"), [("mend", True, False), ("move", False, True, "it does not answer", True)])


class Acts(Host):
    def test_calls_the_agent_for_what_is_decided(self):
        for action, done in [
            (NOTHING, []),
            (TAKE, [("take", FIRST, "present by now")]),
            (LINGER, [("linger", FIRST)]),
            (DROP, [("drop", FIRST), ("look", FIRST, "present by now")]),
            (YIELD, [("release", FIRST), ("look", FIRST, "present by now")]),
        ]:
            with self.subTest(action):
                self.done.clear()
                self.keeper.act(self.first, action, self.peer.view(None))
                self.assertEqual(self.done, done)

    def test_fences_the_peer_and_renews_meanwhile_what_lingers(self):
        for held, held_too, done in [
            ("no", "no", [("fence", False)]),
            ("no", "held", [("fence", True)]),
            ("no", "lingering", [("fence", False)]),
            ("lingering", "no", [("fence", False), ("linger", FIRST)]),
            ("lingering", "held", [("fence", True), ("linger", FIRST)]),
        ]:
            with self.subTest(f"{held}, and the other one {held_too}"):
                self.done.clear()
                self.first.held, self.second.held = held, held_too
                self.keeper.act(self.first, FENCE, self.peer.view(None))
                self.assertEqual(self.done, done)


class Hears(Host):
    def arrive(self, *inputs):
        self.arrivals = [(self.now, sock) for sock in inputs]

    def test_acts_at_once_on_a_line_in_its_pipe_and_on_a_change_of_the_addresses_alone(self):
        wake = self.keeper.wake
        for sock, has_changed, is_urgent in [
            (wake, False, True),
            ("addresses", True, True),
            ("addresses", False, False),
            ("death", True, False),
            ("gateway", True, False),
        ]:
            with self.subTest(f"{sock}, {has_changed}"):
                self.has_changed = has_changed
                self.arrive(sock)
                self.assertIs(self.keeper.receive(sock), is_urgent)
                self.assertEqual(self.arrivals, [])

    def test_leaves_on_the_line_leave_alone_and_hands_each_line_on_to_death(self):
        self.lines = ["stopped", "dead b"]
        self.keeper.receive(self.keeper.wake)
        self.assertFalse(self.keeper.is_leaving)
        self.lines = ["leave", "started"]
        self.keeper.receive(self.keeper.wake)
        self.assertTrue(self.keeper.is_leaving)
        self.assertEqual([line for _, line in self.did("death is told")], ["stopped", "dead b", "leave", "started"])

    def test_asks_to_leave_by_its_own_pipe(self):
        self.patch(system, "write_line", lambda pipe, line: self.lines.append((pipe, line)))
        self.keeper.ask_to_leave()
        self.assertEqual(self.lines, [(f"{RUN}/keeper", "leave")])
        self.assertFalse(self.keeper.is_leaving)

    def test_acts_at_once_on_a_packet_of_the_peer_with_news_or_shortly_before_a_step_is_due(self):
        # Half an interval is 0.125 s.
        for title, hears, after, due_in, is_urgent in [
            ("nothing new, and the step is far", True, "before", 0.2, False),
            ("nothing new, and the step is not quite near", True, "before", 0.126, False),
            ("nothing new, and the step is near", True, "before", 0.124, True),
            ("its virtual IPs have changed", True, "after", 0.2, True),
            ("its virtual IPs have changed, and the step is near", True, "after", 0.1, True),
            ("it was not the peer's, and the step is near", False, "before", 0.1, False),
        ]:
            with self.subTest(title):
                self.peer.holding, self.peer.hears, self.peer.next = "before", hears, after
                self.keeper.due = clock.now() + due_in
                self.assertIs(self.keeper.receive("peer"), is_urgent)

    def test_reads_all_that_has_come_in_before_it_says_that_some_of_it_is_urgent(self):
        self.arrive("gateway", self.keeper.wake, "death", "addresses", "peer")
        self.assertTrue(self.keeper.hear_all())
        self.assertEqual(self.arrivals, [])

    def test_says_that_nothing_is_urgent_where_nothing_has_come_in_or_only_what_can_wait(self):
        self.assertFalse(self.keeper.hear_all())
        self.arrive("gateway", "death")
        self.assertFalse(self.keeper.hear_all())

    def test_does_not_read_a_flood_to_its_end(self):
        rounds = []
        self.patch(self.gateway, "hear", rounds.append)
        self.arrive("gateway")
        self.keeper.hear_all()
        self.assertEqual(len(rounds), 1000)

    def test_judges_by_the_moment_at_which_it_last_found_nothing_more_to_read(self):
        self.arrive("gateway")
        self.now += 0.1
        self.keeper.hear_all()
        self.assertEqual(clock.now(), self.now)

    def test_tells_death_and_mending_that_it_was_asleep_when_it_has_heard_nothing_for_more_than_two_intervals(self):
        for seconds, slept in [(0.25, []), (0.49, []), (0.51, ["death", "mending"]), (0.1, [])]:
            with self.subTest(seconds):
                self.slept.clear()
                self.now += seconds
                self.keeper.hear_all()
                self.assertEqual(self.slept, slept)

    def test_has_not_stood_still_for_mending_while_a_program_ran(self):
        self.now += 0.4
        self.keeper.tell_meanwhile()
        self.now += 0.2
        self.keeper.hear_all()
        self.assertEqual(self.slept, ["death"])


class Runs(Host):
    def run_for(self, seconds, step=None):
        """When it steps, in seconds since its start; until it is told to leave."""
        began, steps = self.now, []

        def record():
            steps.append(self.now - began)
            self.done.append(("step",))
            if step:
                step()

        self.lines = ["leave"]
        self.arrivals.append((self.now + seconds, self.keeper.wake))
        self.patch(self.keeper, "step", record)
        self.keeper.run()
        return steps

    def test_steps_once_an_interval_and_once_more_when_it_is_told_to_leave(self):
        self.assertEqual(self.run_for(0.875), [0, 0.25, 0.5, 0.75, 0.875])

    def test_steps_at_once_on_what_is_urgent_and_counts_the_interval_from_there(self):
        self.arrivals = [(self.now + 0.375, "addresses")]
        self.assertEqual(self.run_for(0.75)[:4], [0, 0.25, 0.375, 0.625])

    def test_does_not_step_sooner_for_what_can_wait(self):
        self.arrivals = [(self.now + 0.1, "peer")]
        self.assertEqual(self.run_for(0.5)[:2], [0, 0.25])

    def test_steps_when_the_peer_is_due_to_be_dead(self):
        self.death.due_at = self.now + 0.375

        def look():
            if self.now >= self.death.due_at:
                self.death.due_at = float("inf")

        self.assertEqual(self.run_for(0.75, look)[:4], [0, 0.25, 0.375, 0.625])

    def test_is_ready_before_its_first_step_and_sees_to_it_that_the_peer_is_told_meanwhile(self):
        self.run_for(0.5)
        ready = [("notify", 1000.0, "READY=1"), ("while waiting", 0.25, self.keeper.tell_meanwhile), ("step",)]
        self.assertEqual(self.done[:3], ready)

    def test_notifies_the_watchdog_with_its_first_step_and_about_once_a_second(self):
        self.run_for(6)
        told = [at for _, at, text in self.did("notify") if text == "WATCHDOG=1"]
        self.assertEqual(told[0], 1000)
        for before, after in zip(told, [*told[1:], self.now], strict=True):
            self.assertLessEqual(after - before, 1.25)
        self.assertLessEqual(len(told), 6)

    def test_tries_again_and_again_to_open_what_it_could_not_open_for_the_peer(self):
        self.assertLessEqual(len(self.run_for(0.6)), self.peer.opened)


class Needs(Host):
    """What a host that shuts down still needs a virtual IP for."""

    def test_needs_what_lingers_until_the_peer_has_it_or_does_not_take_it_and_its_connections_are_closed(self):
        there = {"silent_for": 0.0, "peer_held": "no", "connections": False}
        for title, waited, changed, needed in [
            ("the peer is about to take it", 2.9, {}, True),
            ("the peer has not taken it within 3 s", 3.1, {}, False),
            ("the peer has let it linger", 2.9, {"peer_held": "lingering"}, True),
            ("the peer has it", 1.0, {"peer_held": "held"}, False),
            ("the peer is silent", 1.0, {"silent_for": 0.5}, False),
            ("the peer is silent, and last had it", 1.0, {"silent_for": 0.5, "peer_held": "held"}, False),
            ("the peer has it, and connections are open", 9.9, {"peer_held": "held", "connections": True}, True),
            ("the peer is silent, and connections are open", 9.9, {"silent_for": 0.5, "connections": True}, True),
            ("the peer has not taken it, and connections are open", 9.9, {"connections": True}, True),
            ("connections are open for more than 10 s", 10.1, {"connections": True}, False),
        ]:
            with self.subTest(title):
                case = {**there, **changed}
                self.first.held, self.first.connections = "lingering", case["connections"]
                self.peer.silent_for, self.peer.says["held"] = case["silent_for"], case["peer_held"]
                self.assertIs(self.keeper.is_needed(self.first, waited), needed)

    def test_waits_for_the_peer_for_two_seconds_more_than_deadtime_but_not_for_more_than_ten(self):
        self.first.held, self.peer.says["held"] = "lingering", "no"
        for deadtime, waited, needed in [(5.0, 6.9, True), (5.0, 7.1, False), (30.0, 9.9, True), (30.0, 10.1, False)]:
            with self.subTest(deadtime=deadtime, waited=waited):
                self.keeper.config = {**CONFIG, "deadtime": deadtime}
                self.assertIs(self.keeper.is_needed(self.first, waited), needed)

    def test_needs_nothing_that_does_not_linger(self):
        self.first.connections = True
        for held in ("held", "no"):
            with self.subTest(held):
                self.first.held = held
                self.assertFalse(self.keeper.is_needed(self.first, 0.0))


class Stops(Host):
    def stop(self):
        """For how long it waits, in seconds."""
        began = self.now
        self.done.clear()
        self.keeper.stop()
        return self.now - began

    def lingers_until(self, peer_takes_it_after):
        self.first.held = "lingering"
        began = self.now

        def view(virtual_ip):
            held = "held" if self.now - began >= peer_takes_it_after else "no"
            return {"fresh": True, "via": None, **self.peer.says, "held": held}

        self.patch(self.peer, "view", view)

    def test_says_farewell_at_once_where_nothing_lingers_here(self):
        self.assertEqual(self.stop(), 0)
        self.assertIs(self.peer.told[-1]["leaves"], True)
        self.assertEqual(len(self.peer.told), 1)

    def test_hands_over_first_where_haproxy_is_restarted_with_it_and_the_peer_can_serve(self):
        for name, case, waits in (
            ("both are restarted", {}, 5.1),
            ("the keeper alone", {"haproxy_has_job": False}, 0.1),
            ("an unfit peer", {"healthy": False}, 0),
            ("no Heartbeat there", {"heartbeat": False}, 0),
            ("no Heartbeat here", {"runs": False}, 0),
            ("nothing is held", {"held": "no"}, 0),
            ("an operator's hold", {"forced_for": 3.0}, 0),
        ):
            with self.subTest(name):
                self.make()
                self.haproxy_has_job, self.runs = case.get("haproxy_has_job", True), case.get("runs", True)
                self.peer.said = {"healthy": case.get("healthy", True), "heartbeat": case.get("heartbeat", True)}
                self.first.held, self.first.forced_for = case.get("held", "held"), case.get("forced_for")
                self.assertAlmostEqual(self.stop(), waits, delta=0.25 if waits > 5 else 0.001)
                self.assertEqual(len(self.did("give all")), int(waits > 5))

    def test_withdraws_its_vetoes(self):
        self.stop()
        self.assertEqual((self.first.vetoes, self.second.vetoes), ([(False, 0)], [(False, 0)]))

    def test_its_farewell_says_whether_heartbeat_has_a_process(self):
        for has_process in (True, False):
            with self.subTest(has_process):
                self.has_process = has_process
                self.stop()
                self.assertIs(self.peer.told[-1]["heartbeat"], has_process)

    def test_renews_what_lingers_alone_and_tells_the_peer_once_an_interval_until_the_peer_has_taken_it(self):
        self.lingers_until(1.0)
        self.assertEqual(self.stop(), 1.0)
        self.assertEqual(self.did("linger"), [("linger", FIRST)] * 4)
        told = [state.get("leaves", False) for state in self.peer.told]
        self.assertEqual(told, [False, False, False, False, True])

    def test_waits_three_seconds_for_a_peer_that_does_not_take_it(self):
        self.lingers_until(60)
        self.assertEqual(self.stop(), 3.0)

    def test_waits_ten_seconds_for_connections_and_tends_them_once_the_peer_has_it(self):
        self.lingers_until(1.0)
        self.first.connections = True
        self.assertEqual(self.stop(), 10.0)
        self.assertEqual(self.first.tended, [("no", False)] * 4 + [("held", True)] * 36)

    def test_renews_all_that_lingers_while_one_is_needed(self):
        self.lingers_until(0)
        self.second.held, self.second.connections = "lingering", True
        self.stop()
        self.assertEqual(self.did("linger")[:2], [("linger", FIRST), ("linger", SECOND)])

    def test_goes_by_what_the_kernel_has_when_it_begins_and_after_each_wait(self):
        began, self.first.held = self.now, "held"

        def look(present):
            self.first.held = "lingering" if self.now - began < 1 else "no"

        self.patch(self.first, "look", look)
        self.assertEqual(self.stop(), 1.0)

    def test_hears_the_peer_while_it_waits_for_it(self):
        self.lingers_until(1.0)
        self.arrivals = [(self.now + 0.1, "peer")]
        self.stop()
        self.assertEqual(self.arrivals, [])

    def test_releases_what_is_held_when_the_host_shuts_down_and_heartbeat_was_killed(self):
        for title, has_process, is_stopping, released in [
            ("Heartbeat was killed", False, True, [("linger", FIRST)]),
            ("Heartbeat runs", True, True, []),
            ("the host stays", False, False, []),
        ]:
            with self.subTest(title):
                self.done.clear()
                self.log.clear()
                self.has_process = has_process
                self.patch(system, "is_host_stopping", lambda is_stopping=is_stopping: is_stopping)
                self.first.held = "held"
                self.keeper.release_what_no_heartbeat_stops()
                self.assertEqual((self.did("linger"), len(self.log)), (released, len(released)))
                # What it has released lingers by now, and stop must know.
                self.assertEqual(bool(self.did("look")), bool(released))

    def test_waits_until_the_peer_has_taken_what_it_has_released_itself(self):
        self.lingers_until(1.0)
        self.first.held = "held"
        self.has_process = False
        self.patch(system, "is_host_stopping", lambda: True)
        self.patch(self.first, "linger", lambda: setattr(self.first, "held", "lingering"))
        self.assertEqual(self.stop(), 1.0)


if __name__ == "__main__":
    unittest.main()

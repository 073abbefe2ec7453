"""What the keeper knows of one virtual IP on its host, what it calls the agent for, and the files that the two share."""

import contextlib
import unittest
from unittest import mock

from support import TestCase
from keeper.address import announcements, virtual_ip
from keeper.ports import network, system
from keeper.ports.system import RUN
from keeper.ports.types import Entry

ADDRESS, OTHER, OWN = "192.0.2.10", "192.0.2.11", "192.0.2.1"
ADDRESS6, OWN6 = "2001:db8::10", "2001:db8::1"
# Numbers of interfaces.
LAN, WAN = 2, 3

# What the peer says of the virtual IP.
HOLDS = {"fresh": True, "held": "held", "via": None}
LINGERS = {"fresh": True, "held": "lingering", "via": None}
HAS_NOT = {"fresh": True, "held": "no", "via": None}
SILENT = {"fresh": False, "held": "no", "via": None}


def entry(address, is_permanent=True, interface=LAN, prefix=None):
    """By default as the agent makes one."""
    return Entry(address, prefix or (128 if ":" in address else 32), is_permanent, interface)


class Host(TestCase):
    """A host whose addresses, files and programs are in memory; `self.called` is what the agent was called for."""

    def setUp(self):
        super().setUp()
        self.present, self.files, self.called, self.announced = [], {}, [], []
        self.is_full = False
        self.writes = 0
        self.is_takeable = True
        self.connections = ""
        self.patch(virtual_ip, "read", lambda path: self.files.get(path))
        self.patch(virtual_ip, "write", self.write)
        self.patch(virtual_ip, "remove", lambda path: self.files.pop(path, None))
        self.patch(virtual_ip, "run", self.run_program)
        self.patch(virtual_ip, "log", self.logged)
        self.patch(announcements, "log", self.logged)
        self.patch(virtual_ip, "uptime", self.uptime)
        self.indexes = {"lan0": LAN}
        self.patch(network, "index_of", self.indexes.get)
        self.patch(network, "announce", lambda *announced: self.announced.append(announced))
        self.make()

    def make(self, address=ADDRESS):
        declared = {"word": address, "address": address, "interface": "lan0", "preferred": True}
        self.name = address
        self.one = virtual_ip.VirtualIp(declared, {address, OTHER}, "a", "b")

    def uptime(self):
        """It is not the monotonic clock's: that stands still while a host sleeps."""
        return round(self.now * 100) + 700

    def write(self, path, text):
        self.writes += 1
        if not self.is_full:
            self.files[path] = text
        return not self.is_full

    def run_program(self, command, seconds):
        if command[0] == "ss":
            self.asked_for = command[-1]
            return self.connections
        agent, word, action = command
        self.assertEqual((agent, word), (virtual_ip.AGENT, self.one.word))
        self.called.append(action)
        if action == "take" and self.is_takeable:
            self.present = [entry(self.one.address)]
            self.files[self.path("held")] = f"{self.uptime()}\n"
        return ""

    def path(self, kind):
        return f"{RUN}/{kind}/{self.name}"

    def find(self, held):
        """Looks at a host that holds the virtual IP, where it lingers, or that does not have it."""
        self.present = [] if held == "no" else [entry(self.one.address, held == "held")]
        self.one.look(self.present)

    def calls(self, act, *arguments):
        """What the agent was called for by that, and what was announced without it."""
        before = len(self.called), len(self.announced)
        act(*arguments)
        return self.called[before[0] :], self.announced[before[1] :]


class Looks(Host):
    def test_an_address_is_held_lingers_or_is_not_there(self):
        for held in ("held", "lingering", "no"):
            with self.subTest(held):
                self.find(held)
                self.assertEqual(self.one.held, held)

    def test_reports_the_address_as_the_kernel_spells_it_and_reads_the_files_that_the_agent_names(self):
        self.make("2001:DB8:0:0::10")
        self.assertEqual(self.one.address, ADDRESS6)
        self.files[f"{RUN}/wanted/2001:DB8:0:0::10"] = "123\n"
        self.find("held")
        self.assertEqual((self.one.held, self.one.is_wanted()), ("held", True))

    def test_a_wish_is_heartbeats_the_keepers_or_nobodys(self):
        # A full /run leaves the agent's file empty.
        for title, text, wishes in [
            ("no file", None, (False, False)),
            ("the agent's", "123\n", (True, True)),
            ("the agent's on a full disk", "", (True, True)),
            ("the keeper's", "keeper\n", (True, False)),
        ]:
            with self.subTest(title):
                self.files[self.path("wanted")] = text
                self.find("held")
                self.assertEqual((self.one.is_wanted(), self.one.is_wanted_by_heartbeat()), wishes)

    def test_the_peer_sends_packets_for_what_lingers_to_an_own_permanent_address_of_its_family_on_its_interface(self):
        lingering = entry(ADDRESS, False)
        for title, other in [
            ("another virtual IP", entry(OTHER)),
            ("an address on another interface", entry(OWN, interface=WAN)),
            ("an address of the other family", entry(OWN6)),
        ]:
            with self.subTest(title):
                self.one.look([lingering, other])
                self.assertIsNone(self.one.via)
        others = [entry(OTHER), entry(OWN6), entry("198.51.100.1", interface=WAN)]
        self.one.look([*others, lingering, entry(OWN, prefix=24)])
        self.assertEqual(self.one.via, OWN)

    def test_the_peer_sends_packets_to_an_address_from_a_dhcp_server_where_there_is_no_permanent_one(self):
        lingering, leased = entry(ADDRESS, False), entry(OWN, False, prefix=24)
        self.one.look([lingering, leased])
        self.assertEqual(self.one.via, OWN)
        self.one.look([lingering, leased, entry("192.0.2.3", prefix=24)])
        self.assertEqual(self.one.via, "192.0.2.3")

    def test_the_peer_sends_packets_for_an_ipv6_address_to_an_ipv6_address(self):
        self.make(ADDRESS6)
        self.one.look([entry(ADDRESS6, False), entry(OWN), entry(OWN6)])
        self.assertEqual(self.one.via, OWN6)

    def test_names_its_own_address_while_it_holds_the_virtual_ip_and_no_address_without_it(self):
        for title, present, via in [("held", [entry(ADDRESS)], OWN), ("not there", [], None)]:
            with self.subTest(title):
                self.one.look([*present, entry(OWN)])
                self.assertEqual(self.one.via, via)


class Strays(Host):
    strays = (
        ("on another interface", entry(ADDRESS, interface=WAN)),
        ("with the prefix of the network", entry(ADDRESS, prefix=24)),
    )

    def test_does_not_count_a_stray_as_held(self):
        for title, stray in self.strays:
            with self.subTest(title):
                self.one.look([stray])
                self.assertEqual(self.one.held, "no")
                self.one.look([stray, entry(ADDRESS, False)])
                self.assertEqual(self.one.held, "lingering")

    def test_deletes_a_stray_once(self):
        for title, stray in self.strays:
            with self.subTest(title):
                self.one.look([stray, entry(ADDRESS)])
                self.assertEqual(self.calls(self.one.delete_strays), (["delete_strays"], []))
                self.assertEqual(self.calls(self.one.delete_strays), ([], []))

    def test_counts_any_entry_as_held_while_the_interface_does_not_exist(self):
        self.indexes.clear()
        self.one.look([entry(ADDRESS)])
        self.assertEqual((self.one.held, self.one.has_interface()), ("held", False))
        self.assertEqual(self.calls(self.one.announce), ([], []))
        self.assertEqual(self.calls(self.one.delete_strays), ([], []))


class Hooks(Host):
    def setUp(self):
        super().setUp()
        self.events = []
        for name in ("acquire", "release"):
            one = getattr(self.one, f"on_{name}")
            self.patch(one, "begin", lambda reason, name=name: self.events.append((name, reason)))
            self.patch(one, "cancel", lambda name=name: self.events.append((name, "cancelled")))

    def run_hooks(self, held, peer=HAS_NOT, reason=None):
        self.events.clear()
        self.find(held)
        self.one.reason = reason or self.one.reason
        self.one.run_hooks({"serves": peer["held"] == "held", **peer})
        return list(self.events)

    def test_run_once_when_it_is_acquired_and_once_when_nobody_needs_it_here_any_more(self):
        self.assertEqual(self.run_hooks("no"), [])
        acquired = [("release", "cancelled"), ("acquire", "the peer is silent")]
        self.assertEqual(self.run_hooks("held", reason="the peer is silent"), acquired)
        self.assertEqual(self.run_hooks("held"), [])
        self.assertEqual(self.run_hooks("lingering", reason="lb2 wants it"), [("acquire", "cancelled")])
        self.assertEqual(self.run_hooks("lingering", peer={**HOLDS, "serves": False}), [])
        self.assertEqual(self.run_hooks("lingering", peer=HOLDS), [("release", "lb2 wants it")])
        self.assertEqual(self.run_hooks("no", peer=HOLDS), [])
        self.assertEqual(self.run_hooks("held"), [("release", "cancelled"), ("acquire", "Heartbeat started it")])
        self.assertEqual(self.run_hooks("no"), [("acquire", "cancelled"), ("release", "Heartbeat stopped it")])

    def test_it_serves_once_a_hook_that_has_to_move_it_is_done(self):
        self.find("held")
        self.assertTrue(self.one.serves())
        self.one.on_acquire.is_done = False
        self.assertTrue(self.one.serves())
        self.one._must_move = True
        self.assertFalse(self.one.serves())
        self.one.on_acquire.is_done = True
        self.find("lingering")
        self.assertFalse(self.one.serves())


class Ages(Host):
    def test_the_age_of_what_is_held_counts_from_when_the_agent_has_taken_it(self):
        self.files[self.path("held")] = f"{self.uptime()}\n"
        self.now += 2.5
        self.find("held")
        self.assertEqual(self.one.age(), 2.5)

    def test_the_age_of_what_is_held_is_zero_where_the_agent_has_not_written_when_it_took_it(self):
        for title, text in [("no file", None), ("a file that a full disk left empty", "")]:
            with self.subTest(title):
                self.files[self.path("held")] = text
                self.find("held")
                self.assertEqual(self.one.age(), 0)

    def test_the_age_of_an_address_that_is_gone_is_zero_although_the_agents_file_is_left(self):
        self.files[self.path("held")] = f"{self.uptime() - 500}\n"
        self.find("no")
        self.assertEqual(self.one.age(), 0)

    def test_the_age_of_what_lingers_counts_from_when_the_keeper_last_saw_it_held(self):
        self.files[self.path("held")] = f"{self.uptime() - 6000}\n"
        self.find("held")
        self.now += 4
        self.find("lingering")
        self.assertEqual(self.one.age(), 4)

    def test_the_age_of_what_lingers_is_a_day_where_the_keeper_has_not_seen_it_held(self):
        self.find("lingering")
        self.assertEqual(self.one.age(), 86400)


class ForgetsTheWish(Host):
    def forget(self, text, is_ours):
        """What is left of the wish that the keeper has seen, where that is its own."""
        locks = []

        @contextlib.contextmanager
        def lock(path):
            locks.append(path)
            yield is_ours

        self.patch(system, "lock", lock)
        self.files[self.path("wanted")] = "keeper\n"
        self.find("held")
        self.files[self.path("wanted")] = text
        self.one.forget_wish()
        # The agent's own lock.
        self.assertEqual(locks, [f"{RUN}/lock"])
        return self.files.get(self.path("wanted")), self.one.is_wanted()

    def test_the_keeper_removes_its_own_wish_alone_and_not_while_the_agent_has_the_lock(self):
        for title, text, is_ours, left in [
            ("its own", "keeper\n", True, (None, False)),
            ("its own, while the agent is at it", "keeper\n", False, ("keeper\n", True)),
            ("one that the agent has just written", "123\n", True, ("123\n", True)),
            ("one that the agent is writing", "123\n", False, ("123\n", True)),
        ]:
            with self.subTest(title):
                self.assertEqual(self.forget(text, is_ours), left)


class Takes(Host):
    def take(self, times=1):
        """What the agent was called for, and what was announced."""
        return self.calls(lambda: [self.one.take(lambda: self.present) for _ in range(times)])

    def test_announces_what_it_has_taken_on_the_interface_that_it_is_on(self):
        self.assertEqual(self.take(), (["take"], [(ADDRESS, LAN)]))
        self.assertEqual((self.one.held, self.log), ("held", [f"acquiring {ADDRESS}: None"]))

    def test_announces_nothing_that_it_could_not_take(self):
        self.is_takeable = False
        self.assertEqual(self.take(), (["take"], []))
        self.assertEqual(self.one.held, "no")

    def test_holds_what_it_cannot_announce(self):
        self.patch(network, "announce", mock.Mock(side_effect=OSError("no such device")))
        self.take()
        self.assertEqual((self.one.held, self.log[-1]), ("held", f"announcing {ADDRESS}: no such device"))

    def test_is_held_on_its_interface_alone(self):
        self.find("held")
        self.assertEqual([self.one.is_held_on(index) for index in (LAN, WAN)], [True, False])
        self.find("lingering")
        self.assertFalse(self.one.is_held_on(LAN))

    def test_tries_to_take_it_again_at_once_until_three_attempts_have_failed_and_once_a_second_from_then_on(self):
        self.is_takeable = False
        self.assertEqual(self.take(times=5)[0], ["take"] * 3)
        tries = []
        for _ in range(2):
            for seconds in (0.99, 0.02):
                self.now += seconds
                tries.append(len(self.take()[0]))
        self.assertEqual(tries, [0, 1, 0, 1])

    def test_is_failing_for_sixty_seconds_after_three_attempts_to_take_it_that_failed(self):
        self.is_takeable = False
        failing = [self.one.is_failing()]
        for _ in range(3):
            self.take()
            failing.append(self.one.is_failing())
        self.assertEqual(failing, [False, False, False, True])
        self.now += 59.9
        self.assertTrue(self.one.is_failing())
        self.now += 0.2
        self.assertFalse(self.one.is_failing())

    def test_is_not_failing_after_four_failed_attempts_with_a_success_in_between(self):
        self.is_takeable = False
        self.take(times=2)
        self.is_takeable = True
        self.take()
        self.present, self.is_takeable = [], False
        self.take(times=2)
        self.assertFalse(self.one.is_failing())


class Lingers(Host):
    def test_renews_what_lingers_every_three_tenths_of_a_second(self):
        renewed = []
        for seconds in (0, 0.29, 0.02, 0.29, 0.02):
            self.now += seconds
            renewed += self.calls(self.one.linger)[:1]
        self.assertEqual(renewed, [["linger"], [], ["linger"], [], ["linger"]])

    def test_what_lingers_may_have_connections_for_thirty_seconds_after_it_was_last_held(self):
        self.find("held")
        self.assertFalse(self.one.may_have_connections())
        self.now += 29.9
        self.find("lingering")
        self.assertTrue(self.one.may_have_connections())
        self.now += 0.2
        self.assertFalse(self.one.may_have_connections())

    def test_an_address_that_is_gone_or_that_the_keeper_has_not_seen_held_may_not_have_connections(self):
        self.find("lingering")
        self.assertFalse(self.one.may_have_connections())
        self.find("held")
        self.find("no")
        self.assertFalse(self.one.may_have_connections())

    def test_has_connections_while_ss_prints_any(self):
        established = f"0 0 {ADDRESS}:80 203.0.113.9:50000"
        # The answer of a program that does not end is None.
        for title, answer, has_some in [("one", established, True), ("none", "", False), ("no answer", None, False)]:
            with self.subTest(title):
                self.connections = answer
                self.assertIs(self.one.has_connections(), has_some)
        self.assertEqual(self.asked_for, ADDRESS)

    def test_asks_for_the_connections_of_an_ipv6_address_in_brackets(self):
        self.make(ADDRESS6)
        self.one.has_connections()
        self.assertEqual(self.asked_for, f"[{ADDRESS6}]")


class TendsConnections(Host):
    def tend(self, peer, peer_serves=False):
        """What the agent was called for."""
        return self.calls(self.one.tend_connections, peer, peer_serves)[0]

    def hush(self):
        self.find("lingering")
        return self.tend(HOLDS, True)

    def test_hushes_what_lingers_once_while_the_peer_serves(self):
        self.assertFalse(self.one.is_hushed)
        self.assertEqual([self.hush(), self.tend(HOLDS, True), self.one.is_hushed], [["hush"], [], True])

    def test_settles_and_announces_what_a_keeper_before_it_has_hushed_when_the_peer_has_let_it_go(self):
        self.files[self.path("rules")] = f"{self.uptime() + 3500}\n"
        self.make()
        self.find("lingering")
        self.assertTrue(self.one.is_hushed)
        self.assertEqual([self.tend(HAS_NOT), self.one.is_hushed], [["settle", "announce"], False])

    def test_settles_and_announces_once_what_it_has_hushed_when_the_peer_has_let_it_go(self):
        self.hush()
        self.assertEqual([self.tend(HAS_NOT), self.one.is_hushed], [["settle", "announce"], False])
        self.assertEqual(self.tend(HAS_NOT), [])

    def test_hushes_what_lingers_again_when_the_peer_serves_again(self):
        self.hush()
        self.tend(LINGERS)
        self.assertEqual(self.hush(), ["hush"])

    def test_what_is_hushed_stays_so_while_the_peer_is_silent(self):
        self.hush()
        self.assertEqual([self.tend(SILENT), self.tend(SILENT), self.one.is_hushed], [[], [], True])
        self.assertEqual(self.tend(HAS_NOT), ["settle", "announce"])

    def test_neither_settles_nor_hushes_what_lingers_and_was_not_hushed_while_the_peer_does_not_serve(self):
        self.find("lingering")
        for title, peer in [("heard", HAS_NOT), ("silent", SILENT)]:
            with self.subTest(title):
                self.assertEqual([self.tend(peer), self.one.is_hushed], [[], False])

    def test_neither_announces_nor_counts_as_hushed_what_no_longer_lingers(self):
        for held in ("held", "no"):
            for title, peer in [("heard", HAS_NOT), ("silent", SILENT)]:
                with self.subTest(f"{held}, the peer is {title}"):
                    self.hush()
                    self.find(held)
                    self.assertEqual([self.tend(peer), self.one.is_hushed], [[], False])

    def test_takes_the_rules_away_once_their_time_is_over(self):
        for held in ("held", "lingering", "no"):
            with self.subTest(held):
                self.find(held)
                self.assertEqual(self.tend(HAS_NOT), [])
                self.files[self.path("rules")] = f"{self.uptime() + 3500}\n"
                self.now += 35
                self.assertEqual(self.tend(HAS_NOT), ["keep_rules"])
                self.now += 0.01
                self.assertEqual(self.tend(HAS_NOT), ["settle"])
                del self.files[self.path("rules")]

    def test_keeps_the_rules_twice_a_second_against_a_firewall_that_is_loaded_anew(self):
        self.find("held")
        self.files[self.path("rules")] = f"{self.uptime() + 3500}\n"
        called = []
        for _ in range(10):
            called += self.tend(HAS_NOT)
            self.now += 0.25
        self.assertEqual(called, ["keep_rules"] * 3)
        del self.files[self.path("rules")]
        self.now += 5
        self.assertEqual(self.tend(HAS_NOT), [])

    def test_renews_the_rules_of_what_is_hushed_when_their_time_is_over(self):
        self.hush()
        self.files[self.path("rules")] = f"{self.uptime() + 3500}\n"
        self.now += 35.01
        self.assertEqual([self.tend(HOLDS, True), self.one.is_hushed], [["hush"], True])

    def test_takes_rules_away_whose_end_a_full_disk_has_kept_from_being_written(self):
        self.files[self.path("rules")] = ""
        self.assertEqual(self.tend(HAS_NOT), ["settle"])


class AnnouncesAgain(Host):
    def step(self, held, peer, former_holds=False):
        """What the agent was called for, and what was announced without it."""
        self.find(held)
        return self.calls(self.one.announce_again, peer, former_holds)

    def test_announces_once_what_it_holds_after_the_other_that_may_have_held_it_has_let_go(self):
        for title, peer, former_holds in [
            ("the peer", HOLDS, False),
            ("a silent peer", SILENT, False),
            ("a former peer", HAS_NOT, True),
        ]:
            with self.subTest(title):
                self.assertEqual(self.step("held", peer, former_holds), ([], []))
                self.assertEqual(self.step("held", HAS_NOT), ([], [(ADDRESS, LAN)]))
                self.assertEqual(self.step("held", HAS_NOT), ([], []))

    def test_announces_what_it_holds_as_soon_as_the_peer_lets_it_linger(self):
        self.step("held", HOLDS)
        self.assertEqual(self.step("held", LINGERS), ([], [(ADDRESS, LAN)]))

    def test_announces_nothing_while_no_other_has_it(self):
        self.assertEqual([self.step("held", HAS_NOT), self.step("held", LINGERS)], [([], []), ([], [])])

    def test_announces_nothing_that_it_does_not_hold(self):
        for held in ("lingering", "no"):
            with self.subTest(held):
                self.step("held", HOLDS)
                self.assertEqual(self.step(held, HAS_NOT), ([], []))

    def test_does_not_announce_again_what_it_has_taken_after_the_peer_had_let_it_go(self):
        for held in ("lingering", "no"):
            with self.subTest(held):
                self.step(held, HOLDS)
                self.assertEqual(self.step("held", HAS_NOT), ([], []))


class TellsTheAgent(Host):
    def veto(self):
        """Until when the agent must not take it, as it reads the file; before now where it may."""
        return int(self.files[self.path("veto")])

    def rewrites(self, act, *arguments):
        """Whether that writes a file, be it with the same content."""
        before = self.writes
        act(*arguments)
        return self.writes > before

    def test_tells_the_agent_what_the_peer_has_and_where_it_takes_packets(self):
        for title, peer, text in [
            ("it is silent", {**HOLDS, "fresh": False}, "silent\n"),
            ("it holds it", {**HOLDS, "via": "192.0.2.2"}, "held 192.0.2.2\n"),
            ("it holds it, and names no address", HOLDS, "held\n"),
            ("it lets it linger", {**LINGERS, "via": "192.0.2.2"}, "lingering 192.0.2.2\n"),
            ("it lets it linger, and names no address", LINGERS, "lingering\n"),
            ("it does not have it", HAS_NOT, "no\n"),
        ]:
            with self.subTest(title):
                self.one.write_peer(peer)
                self.assertEqual(self.files[self.path("peer")], text)

    def test_writes_what_the_peer_has_only_when_that_has_changed(self):
        self.assertEqual([self.rewrites(self.one.write_peer, peer) for peer in (HOLDS, HOLDS, SILENT)], [True, False, True])

    def test_writes_what_the_peer_has_again_where_a_full_disk_has_kept_it_from_being_written(self):
        self.is_full = True
        self.one.write_peer(HOLDS)
        self.is_full = False
        self.one.write_peer(HOLDS)
        self.assertEqual(self.files, {self.path("peer"): "held\n"})

    def test_a_veto_lasts_for_as_many_seconds_as_it_was_given(self):
        self.one.write_veto(True, 1.2)
        self.assertEqual(self.veto(), self.uptime() + 120)

    def test_a_veto_is_renewed_when_half_of_its_time_is_over(self):
        self.one.write_veto(True, 1.2)
        renewed = []
        for seconds in (0.59, 0.01, 0.59, 0.01):
            self.now += seconds
            renewed.append(self.rewrites(self.one.write_veto, True, 1.2))
        self.assertEqual(renewed, [False, True, False, True])
        self.assertEqual(self.veto(), self.uptime() + 120)

    def test_a_veto_is_withdrawn_at_once_and_then_left_alone(self):
        self.one.write_veto(True, 1.2)
        self.one.write_veto(False, 1.2)
        self.assertEqual(self.veto(), 0)
        self.now += 60
        self.assertFalse(self.rewrites(self.one.write_veto, False, 1.2))

    def test_a_veto_is_set_at_once_where_there_was_none(self):
        self.one.write_veto(False, 1.2)
        self.one.write_veto(True, 1.2)
        self.assertEqual(self.veto(), self.uptime() + 120)

    def test_a_veto_is_written_again_where_a_full_disk_has_kept_it_from_being_written(self):
        self.is_full = True
        self.one.write_veto(True, 1.2)
        self.is_full = False
        self.one.write_veto(True, 1.2)
        self.assertEqual(self.veto(), self.uptime() + 120)

    def test_while_the_keeper_waits_for_a_program_a_veto_is_renewed_and_none_is_set(self):
        self.one.renew_veto(1.2)
        self.one.write_veto(False, 1.2)
        self.one.renew_veto(1.2)
        self.assertEqual(self.veto(), 0)
        self.one.write_veto(True, 1.2)
        self.now += 0.6
        self.one.renew_veto(1.2)
        self.assertEqual(self.veto(), self.uptime() + 120)


if __name__ == "__main__":
    unittest.main()

"""When the keeper restarts Heartbeat, and when it leaves its wishes to Heartbeat again."""

import unittest
from types import SimpleNamespace

from support import TestCase
from keeper.address.virtual_ip import BY_KEEPER
from keeper.moves import heartbeat, mending

BY_HEARTBEAT = "heartbeat\n"


class VirtualIp:
    """One as both hosts have it: wanted by nobody, and held nowhere, until a test says otherwise."""

    def __init__(self):
        self.held = "no"
        self.wanted = None
        self.peer = {"held": "no", "wanted": False}

    def is_wanted_by_heartbeat(self):
        return self.wanted not in (None, BY_KEEPER)

    def forget_wish(self):
        self.wanted = None


class Mends(TestCase):
    """Heartbeat on host a, whose peer is b."""

    def setUp(self):
        super().setUp()
        self.restarts = []
        self.restored = []
        self.patch(mending, "log", self.logged)
        self.patch(heartbeat, "sees", self.sees)
        self.patch(heartbeat, "settlement", self.settlement)
        self.patch(heartbeat, "runs_since", lambda: self.runs_since)
        self.patch(heartbeat, "restart_patiently", self.restart_patiently)
        self.patch(heartbeat, "restore_configuration", lambda: self.restored.append(True))
        self.make()

    def make(self, node="a", peer="b"):
        self.heartbeat_runs, self.runs_since = True, self.now - 3600
        self.takes_for = {node: "active", peer: "active"}
        self.in_transition = False
        self.asked = []
        self.asked_settled_at = []
        self.isolated = False
        self.peer_is_fresh = True
        self.restart_ends = True
        self.restarts.clear()
        self.log.clear()
        self.v, self.w = VirtualIp(), VirtualIp()
        keeper = SimpleNamespace(is_fresh=lambda: self.peer_is_fresh, view=lambda virtual_ip: virtual_ip.peer)
        self.mending = mending.Mending({"node": node, "peer": peer}, [self.v, self.w], keeper)

    def sees(self, node):
        self.asked.append(node)
        return self.takes_for[node]

    def settlement(self, *nodes):
        self.asked_settled_at.append(self.now)
        states = [self.takes_for[node] for node in nodes]
        if None in states:
            return None
        if not self.in_transition:
            return "settled"
        return "unsettled" if states == ["active", "active"] else "apart"

    def restart_patiently(self):
        self.restarts.append(self.now)
        return SimpleNamespace(poll=lambda: 0 if self.restart_ends else None)

    def after(self, seconds):
        """How often Heartbeat was restarted, so much later."""
        self.now += seconds
        self.mending.step(self.heartbeat_runs, self.isolated)
        return len(self.restarts)

    def estrange(self):
        """Both Heartbeats want v, and the peer has it; w is the peer's alone, so that this host's virtual IPs suffer less."""
        self.v.wanted = BY_HEARTBEAT
        self.v.peer = {"held": "held", "wanted": True}
        self.w.peer = {"held": "held", "wanted": True}
        self.takes_for["b"] = "dead"

    def cut_off(self):
        self.isolated, self.peer_is_fresh = True, False
        self.v.wanted, self.v.held = BY_HEARTBEAT, "held"
        self.takes_for["b"] = "dead"


class Estranged(Mends):
    def test_restarts_heartbeat_once_it_has_taken_a_living_peer_for_dead_for_a_second(self):
        self.estrange()
        self.assertEqual([self.after(0), self.after(1), self.after(0.1)], [0, 0, 1])
        self.assertEqual(self.log, ["restarting Heartbeat, which then waits for b: it counts b as dead"])

    def test_restarts_heartbeat_that_takes_the_peer_for_dead_on_a_host_that_is_cut_off(self):
        self.cut_off()
        self.assertEqual([self.after(0), self.after(1), self.after(0.1)], [0, 0, 1])

    def test_leaves_heartbeat_alone_while_one_sign_of_estrangement_is_missing(self):
        def another(**changes):
            return lambda: [setattr(self, name, value) for name, value in changes.items()]

        def of_v(held="no", wanted=BY_HEARTBEAT, peer_held="held", peer_wanted=True):
            def change():
                self.v.held, self.v.wanted = held, wanted
                self.v.peer = {"held": peer_held, "wanted": peer_wanted}

            return change

        def hold_more_than_the_peer():
            self.w.held, self.w.peer = "held", {"held": "no", "wanted": False}

        for name, estrange, change in (
            ("Heartbeat does not run", self.estrange, another(heartbeat_runs=False)),
            ("the peer is silent", self.estrange, another(peer_is_fresh=False)),
            ("nobody wants it here", self.estrange, of_v(wanted=None)),
            ("the keeper alone wants it here", self.estrange, of_v(wanted=BY_KEEPER)),
            ("this host holds it as well", self.estrange, of_v(held="held")),
            ("the peer does not hold it", self.estrange, of_v(peer_held="no")),
            ("the peer lets it go", self.estrange, of_v(peer_held="lingering")),
            ("nobody wants it there", self.estrange, of_v(peer_wanted=False)),
            ("this host's virtual IPs suffer more", self.estrange, hold_more_than_the_peer),
            ("cut off, and Heartbeat does not run", self.cut_off, another(heartbeat_runs=False)),
            ("cut off, and nobody wants it here", self.cut_off, of_v(held="held", wanted=None)),
            ("cut off, and the keeper alone wants it here", self.cut_off, of_v(held="held", wanted=BY_KEEPER)),
            ("not cut off", self.cut_off, another(isolated=False)),
        ):
            with self.subTest(name):
                self.make()
                estrange()
                change()
                # Else Heartbeat would end the keeper's own wish: that is for another test.
                self.takes_for["a"] = "dead"
                self.assertEqual([self.after(seconds) for seconds in (0, 1, 0.1, 1, 25)], [0] * 5)

    def test_leaves_heartbeat_alone_that_has_met_the_peer_again_for_25_seconds(self):
        for says in ("active", "up", "init", None):
            with self.subTest(says):
                self.make()
                self.estrange()
                self.takes_for["b"] = says
                self.assertEqual([self.after(0), self.after(1.1), self.after(23.9), self.after(0.1)], [0, 0, 0, 1])
                self.assertEqual(self.log, ["restarting Heartbeat, which then waits for b: it has not met b again within 25 s"])

    def test_asks_heartbeat_about_the_peer_after_a_second_and_four_times_a_second_then(self):
        self.estrange()
        self.takes_for["b"] = "active"
        asked = []
        for seconds in (0, 0.9, 0.2, 0.2, 0.1):
            self.after(seconds)
            asked.append(len(self.asked))
        self.assertEqual(asked, [0, 0, 1, 1, 2])

    def test_counts_the_estrangement_anew_when_the_two_have_agreed_meanwhile(self):
        self.estrange()
        self.after(0)
        self.v.peer = {"held": "no", "wanted": False}
        self.after(0.9)
        self.v.peer = {"held": "held", "wanted": True}
        self.assertEqual([self.after(0.2), self.after(1), self.after(0.1)], [0, 0, 1])

    def test_counts_the_estrangement_anew_when_heartbeat_has_stopped_meanwhile(self):
        self.estrange()
        self.after(0)
        self.heartbeat_runs = False
        self.after(0.9)
        self.heartbeat_runs = True
        self.assertEqual([self.after(0.2), self.after(1), self.after(0.1)], [0, 0, 1])

    def test_counts_the_estrangement_anew_when_this_host_has_stood_still(self):
        self.estrange()
        self.after(0)
        self.mending.was_asleep()
        self.assertEqual([self.after(60), self.after(1), self.after(0.1)], [0, 0, 1])


class Restarts(Mends):
    def test_waits_15_seconds_between_two_restarts_of_heartbeat(self):
        self.estrange()
        self.after(0)
        self.assertEqual(self.after(1.1), 1)
        # Not closer: whether the peer is taken for dead is asked four times a second.
        self.assertEqual([self.after(1), self.after(13.9), self.after(0.3)], [1, 1, 2])

    def test_counts_the_estrangement_anew_after_a_restart(self):
        self.estrange()
        self.after(0)
        self.after(1.1)
        self.assertEqual([self.after(16), self.after(1), self.after(0.1)], [1, 1, 2])

    def test_leaves_heartbeat_alone_and_asks_nothing_while_a_restart_is_under_way(self):
        self.estrange()
        self.restart_ends = False
        self.after(0)
        self.after(1.1)
        self.w.wanted, self.heartbeat_runs = BY_KEEPER, False
        self.asked.clear()
        self.after(20)
        self.heartbeat_runs = True
        self.assertEqual([self.after(20), self.after(20)], [1, 1])
        self.assertEqual((self.asked, self.w.wanted), ([], BY_KEEPER))
        self.restart_ends, self.w.wanted = True, None
        self.assertEqual([self.after(0), self.after(1.1)], [1, 2])

    def test_restores_at_its_start_the_configuration_that_a_restart_left_behind(self):
        self.assertEqual(self.restored, [True])


class Settles(Mends):
    """Heartbeat is asked at once whether it is in transition."""

    def pass_in_steps(self, seconds):
        """In steps of half a second: as many restarts as there are then."""
        for _ in range(int(seconds * 2)):
            self.after(0.5)
        return len(self.restarts)

    def begin(self):
        self.in_transition = True
        self.after(0)

    def test_restarts_heartbeat_that_does_not_settle_within_15_seconds_where_the_virtual_ips_suffer_less(self):
        self.v.peer = {"held": "held", "wanted": True}
        self.begin()
        self.assertEqual([self.pass_in_steps(15), self.pass_in_steps(1.5)], [0, 1])
        self.assertEqual(self.log, ["restarting Heartbeat, which then waits for b: it has not settled with b"])

    def test_restarts_heartbeat_that_does_not_settle_within_30_seconds_where_they_suffer_more(self):
        self.v.held = "held"
        self.begin()
        self.assertEqual([self.pass_in_steps(30), self.pass_in_steps(1.5)], [0, 1])

    def test_counts_on_while_the_passive_peer_restarts_in_vain_and_anew_on_the_passive_host(self):
        for name, virtual_ip, restarts in (
            ("the peer is passive", {"held": "held"}, [0, 1]),
            ("this host is passive", {"peer": {"held": "held", "wanted": True}}, [0, 0]),
        ):
            with self.subTest(name):
                self.make()
                vars(self.v).update(virtual_ip)
                self.begin()
                self.pass_in_steps(14)
                self.takes_for.update(b="init")
                self.pass_in_steps(6)
                self.takes_for.update(b="active")
                self.assertEqual([self.pass_in_steps(9), self.pass_in_steps(3)], restarts)

    def test_the_virtual_ips_suffer_less_where_fewer_are_held_or_else_on_the_second_host(self):
        for node, peer, held, held_by_peer, suffer_less in (
            ("a", "b", 0, 1, True),
            ("a", "b", 0, 2, True),
            ("a", "b", 1, 2, True),
            ("b", "a", 1, 1, True),
            ("b", "a", 0, 0, True),
            ("a", "b", 1, 1, False),
            ("a", "b", 0, 0, False),
            ("a", "b", 2, 1, False),
            ("b", "a", 1, 0, False),
            ("b", "a", 2, 0, False),
        ):
            with self.subTest(node=node, held=held, held_by_peer=held_by_peer):
                self.make(node, peer)
                both = self.v, self.w
                for count, virtual_ip in enumerate(both, 1):
                    virtual_ip.held = "held" if count <= held else "lingering"
                    virtual_ip.peer = {"held": "held" if count <= held_by_peer else "lingering", "wanted": False}
                self.begin()
                self.assertEqual(self.after(16), int(suffer_less))
                self.assertEqual(self.after(15), 1)

    def test_leaves_heartbeat_alone_that_settled_and_hands_over_when_it_is_asked_next(self):
        self.v.peer = {"held": "held", "wanted": True}
        self.begin()
        self.pass_in_steps(12)
        self.in_transition = False
        self.pass_in_steps(3)
        self.in_transition = True
        self.assertEqual(self.pass_in_steps(1.5), 0)

    def test_leaves_heartbeat_alone_that_has_settled_since_it_was_asked(self):
        self.v.held = "held"
        self.begin()
        self.pass_in_steps(29)
        self.in_transition = False
        self.assertEqual([self.pass_in_steps(5), len(self.restarts)], [0, 0])

    def test_leaves_heartbeat_alone_that_settles_or_does_not_see_both_hosts(self):
        for name, in_transition, here, there in (
            ("settled", False, "active", "active"),
            ("does not see the peer", True, "active", "dead"),
            ("does not see the peer yet", True, "active", "up"),
            ("is not active itself", True, "up", "active"),
            ("does not answer", False, None, None),
        ):
            with self.subTest(name):
                self.make()
                self.in_transition = in_transition
                self.takes_for.update(a=here, b=there)
                self.assertEqual([self.after(0), self.pass_in_steps(40)], [0, 0])

    def test_counts_for_how_long_the_two_have_not_settled_anew_after_an_interruption(self):
        def without(name, seconds):
            setattr(self, name, False)
            self.pass_in_steps(seconds)
            setattr(self, name, True)

        for name, interrupt in (
            ("the two settled", lambda: without("in_transition", 6)),
            ("Heartbeat did not run", lambda: without("heartbeat_runs", 0.5)),
            ("the peer was silent", lambda: without("peer_is_fresh", 0.5)),
            ("this host stood still", lambda: self.mending.was_asleep()),
            ("Heartbeat has restarted itself", lambda: setattr(self, "runs_since", self.now)),
        ):
            with self.subTest(name):
                self.make()
                # Else a settled one is asked too seldom for this.
                self.runs_since = self.now
                self.begin()
                self.pass_in_steps(24)
                interrupt()
                self.assertEqual([self.pass_in_steps(28), self.pass_in_steps(10)], [0, 1])

    def test_a_heartbeat_that_does_not_answer_for_a_while_has_not_settled(self):
        self.runs_since = self.now
        self.begin()
        self.pass_in_steps(24)
        self.takes_for.update(a=None)
        self.assertEqual(self.pass_in_steps(40), 0)
        # It is asked once a second by now.
        before = len(self.asked_settled_at)
        self.pass_in_steps(5)
        self.assertLessEqual(len(self.asked_settled_at) - before, 5)
        self.takes_for.update(a="active")
        self.assertEqual(self.pass_in_steps(2), 1)

    def test_does_not_ask_heartbeat_whether_it_has_settled_while_it_does_not_run_or_the_peer_is_silent(self):
        for name in ("heartbeat_runs", "peer_is_fresh"):
            with self.subTest(name):
                self.make()
                setattr(self, name, False)
                self.in_transition = True
                self.assertEqual([self.after(0), self.after(40), self.after(40)], [0, 0, 0])
                self.assertEqual(self.asked_settled_at, [])

    def test_asks_heartbeat_every_20_seconds_whether_it_is_settled_every_5_while_it_is_young_and_every_second_until_it_is(self):
        for name, ran_for, in_transition, pause in (
            ("settled", 3600, False, 20),
            ("settled, and no longer young", 60, False, 20),
            ("young", 0, False, 5),
            ("young for a moment more", 54.5, False, 5),
            ("not settled", 3600, True, 1),
            ("not settled and young", 0, True, 1),
        ):
            with self.subTest(name):
                self.make()
                self.runs_since = self.now - ran_for
                self.in_transition = in_transition
                began = self.now
                for seconds in (0, 0.3 * pause, 0.7 * pause, 0.25):
                    self.after(seconds)
                self.assertEqual(self.asked_settled_at, [began, began + pause + 0.25])


class LeavesToHeartbeat(Mends):
    def setUp(self):
        super().setUp()
        self.v.wanted = BY_KEEPER
        self.w.wanted = BY_HEARTBEAT

    def wishes(self, seconds=0):
        self.after(seconds)
        return [self.v.wanted, self.w.wanted]

    def test_forgets_its_own_wishes_alone_when_heartbeat_sees_both_hosts_active(self):
        self.assertEqual(self.wishes(), [None, BY_HEARTBEAT])
        self.assertEqual(self.log, ["leaving the virtual IPs to Heartbeat: it sees b again"])

    def test_keeps_its_wishes_while_heartbeat_does_not_see_both_hosts_active(self):
        for node, says in (("b", "dead"), ("b", "up"), ("b", "init"), ("a", "up"), ("b", None)):
            with self.subTest(node=node, says=says):
                self.takes_for.update({"a": "active", "b": "active", node: says})
                self.assertEqual(self.wishes(2), [BY_KEEPER, BY_HEARTBEAT])
                self.assertEqual(self.log, [])

    def test_forgets_its_wishes_when_heartbeat_does_not_run_and_does_not_ask_it(self):
        self.takes_for["b"] = "dead"
        self.after(0)
        self.asked.clear()
        self.heartbeat_runs = False
        self.assertEqual(self.wishes(0.1), [None, BY_HEARTBEAT])
        self.assertEqual((self.asked, self.log), ([], ["leaving the virtual IPs to Heartbeat: it does not run"]))

    def test_asks_heartbeat_once_a_second_while_it_has_wishes(self):
        self.takes_for["a"] = "up"
        asked = []
        for seconds in (0, 0.9, 0.2, 0.9, 0.2):
            self.after(seconds)
            asked.append(len(self.asked))
        self.assertEqual(asked, [1, 1, 2, 2, 3])

    def test_neither_asks_nor_reports_anything_while_it_has_no_wishes(self):
        self.v.wanted = None
        for runs in (True, False, True):
            self.heartbeat_runs = runs
            self.after(2)
        self.assertEqual((self.asked, self.log), ([], []))


if __name__ == "__main__":
    unittest.main()

"""When HAProxy may end that its unit wants to stop."""

import unittest
from types import SimpleNamespace

from support import TestCase
from keeper.decision.decide import HELD, LINGERING, NO
from keeper.moves import stopping
from keeper.moves.stopping import ALLOWED, ASKED, ENDING, FINISHES_IN, PEER_RESTARTS_IN, PEER_RETURNS_IN, SETTLES, WAITING


class Stops(TestCase):
    def setUp(self):
        super().setUp()
        self.files = {}
        self.patch(stopping, "read", self.files.get)
        self.patch(stopping, "write", self.files.__setitem__)
        self.patch(stopping, "remove", lambda path: self.files.pop(path, None))
        self.patch(stopping, "log", self.logged)
        self.pid, self.runs = 7, True
        self.patch(stopping.haproxy, "master", lambda: self.pid)
        self.patch(stopping.system, "is_running", lambda pid: self.runs)
        self.has_connections = False
        self.virtual_ip = SimpleNamespace(held=HELD, forced_for=None, has_connections=lambda: self.has_connections)
        self.is_fresh = True
        self.view = {"held": NO, "serves": True}
        self.heartbeat_runs = True
        self.said = {"healthy": True, "heartbeat": True, "stops": None}
        peer = SimpleNamespace(is_fresh=lambda: self.is_fresh, said=self.said, view=lambda virtual_ip: self.view)
        self.stopping = stopping.Stopping({"node": "b", "peer": "a"}, [self.virtual_ip], peer)

    def ask(self):
        self.files[ASKED] = "7\n"
        self.after(0)

    def after(self, seconds):
        self.now += seconds
        self.stopping.look()
        self.stopping.step(self.heartbeat_runs)

    def is_allowed(self):
        return self.files.get(ALLOWED) == "7"

    def test_nobody_has_asked(self):
        self.after(1)
        self.assertEqual((self.stopping.state, self.stopping.reason(), self.files), (None, None, {}))

    def test_it_ends_when_the_peer_has_the_virtual_ip_and_no_request_is_under_way(self):
        self.ask()
        self.assertEqual((self.stopping.state, self.stopping.reason()), (WAITING, None))
        self.after(SETTLES + 0.1)
        self.assertEqual(self.stopping.reason(), "HAProxy is about to stop")
        self.assertFalse(self.is_allowed())
        self.virtual_ip.held = LINGERING
        self.after(0.1)
        self.assertFalse(self.is_allowed())
        self.view["held"] = HELD
        self.has_connections = True
        self.after(0.1)
        self.assertFalse(self.is_allowed())
        self.has_connections = False
        self.after(0.1)
        self.assertTrue(self.is_allowed())
        self.assertEqual(self.log, ["handing over before HAProxy stops: its unit asked for it"])

    def test_it_ends_at_once_where_this_host_has_nothing_or_nobody_could_take_it(self):
        for case in ("nothing here", "a silent peer", "no Heartbeat there", "no Heartbeat here", "an operator's hold"):
            with self.subTest(case):
                self.setUp()
                self.heartbeat_runs = case != "no Heartbeat here"
                self.virtual_ip.forced_for = 3.0 if case == "an operator's hold" else None
                self.virtual_ip.held = NO if case == "nothing here" else HELD
                self.is_fresh = case != "a silent peer"
                self.said["heartbeat"] = case != "no Heartbeat there"
                self.ask()
                self.assertFalse(self.is_allowed())
                self.after(SETTLES + 0.1)
                self.assertTrue(self.is_allowed())

    def test_connections_are_waited_for_but_not_for_long(self):
        self.ask()
        self.after(SETTLES + 0.1)
        self.virtual_ip.held, self.view["held"], self.has_connections = LINGERING, HELD, True
        self.after(0)
        self.after(FINISHES_IN - 0.1)
        self.assertFalse(self.is_allowed())
        self.after(0.2)
        self.assertTrue(self.is_allowed())

    def test_a_peer_that_clients_do_not_reach_yet_is_waited_for(self):
        self.virtual_ip.held, self.view = LINGERING, {"held": HELD, "serves": False}
        self.ask()
        self.after(1)
        self.assertFalse(self.is_allowed())
        self.view["serves"] = True
        self.after(0.1)
        self.assertTrue(self.is_allowed())

    def test_one_that_had_ended_before_the_keeper_started_is_not_told_of(self):
        self.runs = False
        self.ask()
        self.assertEqual((self.stopping.reason(), self.log), ("HAProxy was stopped", []))

    def test_both_are_asked_in_the_middle_of_a_hand_over(self):
        self.virtual_ip.held = LINGERING
        self.said["stops"] = WAITING
        self.ask()
        self.after(1)
        self.assertEqual((self.stopping.state, self.is_allowed()), (WAITING, False))

    def test_an_unfit_peer_is_waited_for_but_not_for_long(self):
        self.said["healthy"] = False
        self.ask()
        self.after(PEER_RETURNS_IN - 0.1)
        self.assertFalse(self.is_allowed())
        self.after(0.2)
        self.assertTrue(self.is_allowed())

    def test_another_haproxy_has_been_started_since(self):
        self.virtual_ip.held = NO
        self.ask()
        self.after(SETTLES + 0.1)
        self.assertEqual((self.stopping.state, self.stopping.told()), (ENDING, ENDING))
        for self.pid in (7, None):
            self.runs = False
            self.after(0.1)
            self.assertEqual((self.stopping.reason(), self.stopping.told()), ("HAProxy was stopped", None))
        self.pid = 8
        self.after(0.1)
        self.assertEqual((self.stopping.state, self.files), (None, {}))

    def test_both_are_asked_and_the_one_that_holds_nothing_goes_first(self):
        self.said["stops"] = WAITING
        self.ask()
        self.after(1)
        self.assertEqual((self.stopping.state, self.is_allowed()), (WAITING, False))
        self.virtual_ip.held, self.view["held"] = NO, HELD
        self.after(0.1)
        self.assertEqual((self.stopping.state, self.is_allowed()), (ENDING, True))

    def test_what_lingers_beside_the_holder_does_not_count(self):
        for here, there, expected in ((HELD, LINGERING, WAITING), (LINGERING, HELD, ENDING)):
            with self.subTest(here):
                self.setUp()
                # By its name this host would go first.
                self.stopping._node = "0"
                self.virtual_ip.held, self.view["held"] = here, there
                self.said["stops"] = WAITING
                self.ask()
                self.after(1)
                self.assertEqual(self.stopping.state, expected)

    def test_both_are_asked_and_hold_and_the_first_by_name_goes_first(self):
        for name, expected in (("b", WAITING), ("0", ENDING)):
            with self.subTest(name):
                self.setUp()
                self.stopping._node = name
                self.view["held"] = HELD
                self.said["stops"] = WAITING
                self.ask()
                self.after(1)
                self.assertEqual(self.stopping.state, expected)

    def test_a_peer_that_ends_first_has_returned_when_this_one_ends(self):
        self.virtual_ip.held = NO
        self.said["stops"] = ENDING
        self.ask()
        self.after(1)
        self.assertEqual(self.stopping.state, WAITING)
        self.virtual_ip.held = HELD
        self.said.update(stops=None, healthy=False)
        self.after(0.1)
        self.assertEqual(self.stopping.state, ENDING)
        self.after(PEER_RESTARTS_IN - 1)
        self.assertFalse(self.is_allowed())
        self.said["healthy"] = True
        self.view["held"] = HELD
        self.after(0.1)
        self.assertTrue(self.is_allowed())

    def test_a_silent_peer_does_not_go_first(self):
        self.said["stops"] = WAITING
        self.ask()
        self.is_fresh = False
        self.after(1)
        self.assertEqual((self.stopping.state, self.is_allowed()), (ENDING, True))


if __name__ == "__main__":
    unittest.main()

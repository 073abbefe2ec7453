"""What the keeper asks of Heartbeat, to move virtual IPs between two hosts that both are there."""

import unittest
from types import SimpleNamespace

from support import TestCase
from keeper.moves import heartbeat, moving
from keeper.ports import system


class Moves(TestCase):
    def setUp(self):
        super().setUp()
        self.files = {moving.BOOTED}
        self.asked = []
        self.patch(system, "exists", lambda path: path in self.files)
        self.patch(moving, "write", lambda path, text: self.files.add(path))
        self.patch(moving, "remove", self.files.discard)
        self.patch(moving, "log", self.logged)
        self.patch(heartbeat, "give_all", lambda: self.asked.append("give") or True)
        self.patch(heartbeat, "take_back", lambda: self.asked.append("take"))
        self.patch(heartbeat, "sees_active", lambda *nodes: True)
        self.virtual_ip = SimpleNamespace(
            held="held", forced_for=None, preferred=True, is_wanted=lambda: True, is_wanted_by_heartbeat=lambda: True
        )
        said = {"healthy": True, "heartbeat": True, "doubtful": False}
        self.view = {"held": "no", "wanted": False, "forced_for": None}
        self.peer = SimpleNamespace(is_fresh=lambda: True, said=said, view=lambda virtual_ip: self.view)

    def make(self, group="VirtualIp::v/24"):
        config = {"node": "a", "peer": "b", "failback": True, "group": group, "peerGroup": None}
        self.moving = moving.Moving(config, [self.virtual_ip], self.peer)

    def after(self, seconds, unfit=None):
        self.now += seconds
        self.moving.step(unfit is None, False, unfit, True)

    def test_hands_over_once_it_is_unfit_and_takes_back_what_is_its_own(self):
        self.make()
        self.after(6, unfit="HAProxy does not answer")
        self.assertEqual(self.asked, ["give"])
        self.virtual_ip.held = "no"
        self.after(6)
        self.assertEqual(self.asked, ["give", "take"])
        self.virtual_ip.held = "held"
        self.after(6)
        self.assertEqual((self.asked, moving.DUE in self.files), (["give", "take"], False))

    def test_a_host_without_virtual_ips_of_its_own_takes_nothing_back(self):
        self.make(group=None)
        self.after(6, unfit="HAProxy does not answer")
        self.virtual_ip.held = "no"
        for _ in range(10):
            self.after(6)
        self.assertEqual(self.asked, ["give"])

    def test_asks_again_after_two_seconds_while_heartbeat_does_not_act(self):
        self.make()
        for seconds in (6, 1, 1.5):
            self.after(seconds, unfit="HAProxy does not answer")
        self.assertEqual(self.asked, ["give", "give"])

    def test_asks_for_nothing_while_an_operator_forces_every_virtual_ip_to_a_host(self):
        self.make()
        self.virtual_ip.forced_for = 9.0
        for _ in range(5):
            self.after(6, unfit="HAProxy does not answer")
        self.virtual_ip.forced_for, self.virtual_ip.held = None, "no"
        self.files.add(moving.DUE)
        self.view["forced_for"] = 9.0
        for _ in range(5):
            self.after(6)
        self.assertEqual(self.asked, [])

    def test_takes_back_its_own_whatever_it_holds_of_the_peers(self):
        self.make()
        foreign = SimpleNamespace(**{**vars(self.virtual_ip), "preferred": False})
        self.moving._virtual_ips.append(foreign)
        self.virtual_ip.held = "no"
        self.files.add(moving.DUE)
        self.after(6)
        self.assertEqual((self.asked, moving.DUE in self.files), (["take"], True))
        # What an operator forces to the peer cannot come back, and the peer's own virtual IP need not.
        foreign.held, self.virtual_ip.held = "no", "held"
        self.virtual_ip.forced_for = 9.0
        self.after(6)
        self.assertEqual((self.asked, moving.DUE in self.files), (["take"], True))

    def test_hands_nothing_to_a_peer_that_cannot_serve_either(self):
        self.make()
        for name, value in (("healthy", False), ("doubtful", True), ("heartbeat", False)):
            with self.subTest(name):
                before, self.peer.said[name] = self.peer.said[name], value
                self.after(6, unfit="HAProxy does not answer")
                self.assertEqual(self.asked, [])
                self.peer.said[name] = before

    def test_takes_what_lingers_on_a_host_and_no_heartbeat_wants_once_no_hand_over_can_be_under_way(self):
        self.patch(heartbeat, "take_group", self.asked.append)
        self.virtual_ip.held, self.virtual_ip.is_wanted = "no", lambda: False
        self.view["held"] = "lingering"
        self.make()
        for _ in range(4):
            self.after(1)
        self.assertEqual(self.asked, [])
        self.after(2)
        self.assertEqual(self.asked, ["VirtualIp::v/24"])


if __name__ == "__main__":
    unittest.main()

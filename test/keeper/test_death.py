"""When the keeper declares its peer dead."""

import unittest
from types import SimpleNamespace

from support import TestCase
from keeper.ports import clock, network
from keeper.witnesses import death


class Declares(TestCase):
    def setUp(self):
        super().setUp()
        self.packet, self.waited = b"###\n6:(0)src=b,%%%", 0.0
        self.patch(network, "heartbeats", lambda port: None)
        self.patch(network, "receive", lambda sock: (self.packet, self.waited, None))
        self.has_left = False
        self.answered_at = None
        self.peer = SimpleNamespace(heard_at=None, has_left=lambda: self.has_left)
        self.make()

    def make(self, fencing=None):
        gateway = SimpleNamespace(has_answered_since=lambda at: self.answered_at is None or self.answered_at > at)
        self.death = death.Death({"peer": "b", "udpport": 694, "deadtime": 1.0, "fencing": fencing}, self.peer, gateway)

    def after(self, seconds):
        """Whether the peer has died recently, so much later."""
        self.now += seconds
        clock.advance(self.now)
        self.death.look()
        return self.death.is_recent()

    def test_at_deadtime_and_for_as_long_as_heartbeat_may_take_to_say_so(self):
        self.death.hear()
        self.assertEqual([self.after(seconds) for seconds in (0.9, 0.2, 1.9, 0.2)], [False, True, True, False])

    def test_is_due_at_deadtime(self):
        self.death.hear()
        self.assertEqual(self.death.due(), self.now + 1.0)

    def test_is_due_never_again_while_the_silence_lasts(self):
        self.death.hear()
        self.after(1.1)
        self.assertEqual(self.death.due(), float("inf"))

    def test_again_when_it_was_heard_meanwhile(self):
        self.death.hear()
        self.assertEqual([self.after(1.1), self.after(3)], [True, False])
        self.death.hear()
        self.assertEqual([self.after(0.1), self.after(1)], [False, True])

    def test_not_while_its_keeper_is_heard(self):
        self.death.hear()
        self.now += 0.9
        self.peer.heard_at = self.now
        self.assertEqual([self.after(0.9), self.after(0.2)], [False, True])

    def test_by_the_heartbeats_of_the_peer_alone(self):
        self.death.hear()
        self.now += 0.9
        self.packet = b"6:(0)src=bb,"
        self.death.hear()
        self.assertTrue(self.after(0.2))

    def test_not_one_that_was_never_heard(self):
        self.assertFalse(self.after(5))

    def test_not_one_whose_keeper_said_that_it_ends_but_on_heartbeats_word(self):
        self.death.hear()
        self.has_left = True
        self.assertFalse(self.after(5))
        self.death.is_told("dead b")
        self.assertTrue(self.after(0))

    def test_by_when_a_heartbeat_came_in_however_late_it_was_read(self):
        self.death.hear()
        for waited, due in ((0.1, 0.9), (3600, 0.8), (-3600, 1)):
            with self.subTest(waited):
                self.make()
                self.death.hear()
                self.after(0.5)
                self.now += 0.2
                self.waited = waited
                self.death.hear()
                self.assertAlmostEqual(self.death.due() - self.now, due, 6)
                self.waited = 0.0

    def test_not_when_this_host_was_frozen_after_it_had_heard_everything(self):
        self.death.hear()
        self.now += 5
        self.death.look()
        self.assertFalse(self.death.is_recent())

    def test_not_when_this_host_stood_still_meanwhile(self):
        self.death.hear()
        self.now += 5
        self.death.was_asleep()
        self.assertEqual([self.after(0), self.after(0.9), self.after(0.2)], [False, False, True])

    def test_not_while_the_gateway_is_silent_as_well(self):
        self.answered_at = self.now - 0.1
        self.death.hear()
        self.assertEqual([self.after(1.1), self.after(1)], [False, False])

    def test_while_the_gateway_answers(self):
        self.death.hear()
        self.answered_at = self.now + 0.1
        self.assertTrue(self.after(1.1))

    def test_with_fencing_on_heartbeats_word_alone_until_that_releases_something(self):
        self.make(fencing={})
        self.death.hear()
        self.assertFalse(self.after(1.1))
        self.death.is_told("dead bb")
        self.assertFalse(self.after(0))
        self.death.is_told("dead b")
        self.assertTrue(self.after(0))
        self.death.is_told("stopped")
        self.assertFalse(self.after(0))


if __name__ == "__main__":
    unittest.main()

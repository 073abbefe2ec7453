"""When a virtual IP is announced, and what is logged of that."""

import unittest

from support import TestCase
from keeper.address import announcements
from keeper.address.announcements import Announcements
from keeper.ports import network

ADDRESS, LAN = "192.0.2.10", 2


class Series(TestCase):
    def setUp(self):
        super().setUp()
        self.sent = []
        self.error = None
        self.patch(announcements, "log", self.logged)
        self.patch(network, "announce", self.announce)
        self.series = Announcements(ADDRESS)

    def announce(self, address, interface):
        if self.error:
            raise OSError(self.error)
        self.assertEqual((address, interface), (ADDRESS, LAN))
        self.sent.append(round(self.now - 1000, 1))

    def run_for(self, seconds, is_held=True):
        """Looks ten times a second; returns when it announced, in seconds since the test began."""
        self.sent.clear()
        for _ in range(round(seconds * 10)):
            self.series.look(is_held, LAN)
            self.now += 0.1
        return list(self.sent)

    def test_announces_at_once_in_growing_distance_for_a_minute_and_once_a_minute_for_ever(self):
        sent = self.run_for(240)
        self.assertEqual(sent[:5], [0.0, 0.1, 0.3, 0.7, 1.5])
        pauses = [round(later - before, 1) for before, later in zip(sent, sent[1:], strict=False)]
        for pause, expected in zip(pauses, [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 60, 60], strict=False):
            self.assertAlmostEqual(pause, expected, delta=0.11)
        self.assertEqual(len([at for at in sent if at < 60]), 10)

    def test_announces_nothing_that_it_does_not_hold_and_begins_anew_when_it_holds_it_again(self):
        self.run_for(30)
        self.assertEqual(self.run_for(5, is_held=False), [])
        self.assertEqual((self.run_for(0.5)[0], len(self.sent)), (35.0, 3))

    def test_begins_anew_when_asked_to(self):
        self.run_for(30)
        self.series.begin()
        self.assertEqual((self.run_for(0.5)[0], len(self.sent)), (30.0, 3))

    def test_goes_on_after_an_error_and_logs_each_kind_once(self):
        self.error = "no such device"
        self.run_for(2)
        self.error = "network is down"
        self.run_for(10)
        self.error = None
        self.assertGreater(len(self.run_for(20)), 0)
        self.error = "no such device"
        self.run_for(60)
        lines = [f"announcing {ADDRESS}: {text}" for text in ("no such device", "network is down", "no such device")]
        self.assertEqual(self.log, lines)


if __name__ == "__main__":
    unittest.main()

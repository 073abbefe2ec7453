"""Which packets of the peer's keeper are believed."""

import unittest

import support
from keeper.ports import system
from keeper.protocol import exchange
from keeper.protocol.exchange import ANSWERED, MAX_AGE, Clock, Exchange

# The peer's monotonic clock is behind this host's by so much, in seconds.
BEHIND = 900.0
FIRST, SECOND = 7, 8


class TestCase(support.TestCase):
    """`self.file` has the content of each file."""

    def setUp(self):
        super().setUp()
        self.file = {}
        self.patch(exchange, "read", self.file.get)
        self.patch(exchange, "write", self.file.__setitem__)


class Believes(TestCase):
    def setUp(self):
        super().setUp()
        self.patch(system, "time_ns", lambda: 5_000_000_000)
        self.clock = Clock()
        self.exchange = Exchange(self.clock, "clock")

    def sent(self, boot=FIRST, answers=None):
        """A packet that the peer sends now."""
        return (boot, round((self.now - BEHIND) * 1e9)), [answers] if answers else []

    def hears(self, packet):
        """Whether it is believed where it arrives now."""
        return self.exchange.believes(*packet, self.now)

    def meet(self, boot=FIRST):
        self.assertTrue(self.hears(self.sent(boot, self.clock.stamp())))

    def test_nothing_before_the_peer_has_answered(self):
        self.assertFalse(self.hears(self.sent()))
        self.now += 0.1
        self.assertFalse(self.hears(self.sent(answers=(self.clock.boot - 1, 10))))
        self.now += 0.1
        self.meet()

    def test_a_packet_once(self):
        packet = self.sent(answers=self.clock.stamp())
        self.assertEqual([self.hears(packet), self.hears(packet)], [True, False])

    def test_no_older_packet(self):
        older = self.sent(answers=self.clock.stamp())
        self.now += 0.1
        self.meet()
        self.assertFalse(self.hears(older))

    def test_no_answer_that_was_held_back(self):
        packet = self.sent(answers=self.clock.stamp())
        self.now += MAX_AGE + 0.1
        self.assertFalse(self.hears(packet))

    def test_no_packet_that_was_held_back_after_they_have_met(self):
        self.meet()
        self.now += 0.1
        packet = self.sent()
        self.now += MAX_AGE + 0.1
        self.assertFalse(self.hears(packet))

    def test_a_peer_that_hears_this_host_no_longer(self):
        self.meet()
        answers = self.clock.stamp()
        self.now += 60
        self.assertTrue(self.hears(self.sent(answers=answers)))

    def test_a_recording_never_once_the_peer_is_silent(self):
        self.meet()
        recording = []
        for _ in range(20):
            self.now += 0.2
            recording.append(self.sent(answers=self.clock.stamp()))
        self.now += 60
        for packet in recording:
            self.now += 0.1
            self.assertFalse(self.hears(packet))

    def start_anew(self):
        """This host's keeper."""
        self.clock = Clock()
        self.exchange = Exchange(self.clock, "clock")

    def boot(self):
        """This host."""
        for name in (exchange.BOOT, "clock"):
            self.file.pop(name, None)
        self.start_anew()

    def test_a_recording_never_once_this_host_has_booted(self):
        packet = self.sent(answers=self.clock.stamp())
        self.boot()
        self.assertFalse(self.hears(packet))

    def test_a_recording_never_once_this_keeper_was_started_anew(self):
        self.meet()
        packet = self.sent(answers=self.clock.stamp())
        self.now += MAX_AGE + 0.1
        self.start_anew()
        self.assertFalse(self.hears(packet))

    def test_a_peer_that_hears_this_host_no_longer_once_this_keeper_was_started_anew(self):
        self.meet()
        answers = self.clock.stamp()
        self.now += 60
        self.start_anew()
        self.assertTrue(self.hears(self.sent(answers=answers)))

    def test_writes_what_it_knows_of_the_other_clock_when_that_changes(self):
        written = []
        self.patch(exchange, "write", lambda path, text: written.append((path, text)) or True)
        self.meet()
        self.now += 1
        self.meet()
        self.meet(SECOND)
        self.now += 1
        at, answers = self.sent(SECOND, self.clock.stamp())
        self.assertTrue(self.hears(((at[0], at[1] - 150_000_000), answers)))
        self.assertEqual(
            written,
            [
                ("clock", f"{boot} {clock}\n")
                for boot, clock in ((FIRST, 900_000_000_000), (SECOND, 900_000_000_000), (SECOND, 900_150_000_000))
            ],
        )

    def test_writes_it_again_where_that_failed(self):
        written = []
        self.patch(exchange, "write", lambda path, text: written.append(text))
        for _ in range(2):
            self.meet()
            self.now += 0.1
        self.assertEqual(len(written), 2)

    def test_nothing_at_first_where_what_it_knew_is_damaged(self):
        for text in ("", "7", "7 x", "7 1 2"):
            with self.subTest(text):
                self.file["clock"] = text
                self.start_anew()
                self.assertFalse(self.hears(self.sent()))

    def test_a_new_boot_once_it_has_answered(self):
        self.meet()
        self.now += 0.1
        self.assertFalse(self.hears(self.sent(SECOND)))
        self.now += 0.1
        self.meet(SECOND)

    def test_a_lower_boot_once_the_higher_one_has_been_silent_for_longer_than_a_packet_lives(self):
        self.meet(SECOND)
        self.now += MAX_AGE
        self.assertFalse(self.hears(self.sent(FIRST, self.clock.stamp())))
        self.now += 0.1
        self.meet(FIRST)

    def test_a_lower_boot_while_somebody_replays_a_higher_one(self):
        recorded = self.sent(SECOND)
        self.now += 60
        for _ in range(3):
            self.assertFalse(self.hears(recorded))
            self.now += 0.1
            self.meet(FIRST)

    def test_answers_the_newest_stamp_of_each_of_the_last_boots(self):
        for boot in (1, 2, 3, 4, 2, 5):
            self.now += 0.1
            self.hears(self.sent(boot))
        self.assertEqual([boot for boot, _ in self.exchange.answers()], [3, 4, 2, 5])
        self.assertEqual(len(self.exchange.answers()), ANSWERED)
        newest = self.exchange.answers()[-1]
        self.hears(((newest[0], newest[1] - 1), []))
        self.assertEqual(self.exchange.answers()[-1], newest)

    def test_goes_on_to_answer_the_boot_that_is_believed(self):
        self.meet()
        for boot in range(100, 100 + 2 * ANSWERED):
            self.hears(self.sent(boot))
        self.assertIn(FIRST, dict(self.exchange.answers()))

    def test_knows_what_it_has_heard_of(self):
        at, _ = self.sent()
        self.assertEqual((self.exchange.has_heard_of(FIRST), self.exchange.is_news(at)), (False, True))
        self.hears((at, []))
        self.assertEqual((self.exchange.has_heard_of(FIRST), self.exchange.is_news(at)), (True, False))
        self.assertTrue(self.exchange.is_news((FIRST, at[1] + 1)))
        self.assertTrue(self.exchange.is_news((SECOND, 0)))

    def test_a_peer_whose_clock_drifts_and_that_hears_this_host_no_longer(self):
        self.meet()
        for _ in range(100):
            self.now += 60
            # 0.05 s a minute.
            start, sent_at = self.sent()[0]
            self.assertTrue(self.hears(((start, round(sent_at - 8e5 * (self.now - 1000))), [])))

    def test_a_peer_whose_clock_stood_still_once_it_has_answered_again(self):
        self.meet()
        start, sent_at = self.exchange.newest
        self.now += 5
        self.assertFalse(self.hears(((start, sent_at + 1), [])))
        self.assertTrue(self.hears(((start, sent_at + 2), [self.clock.stamp()])))

    def test_learns_from_each_packet_that_the_clocks_are_closer_than_they_could_be(self):
        # The first answer is late: the peer may have sent it long after this host's stamp.
        answers = self.clock.stamp()
        self.now += MAX_AGE - 0.1
        self.assertTrue(self.hears(self.sent(answers=answers)))
        self.now += 0.2
        self.assertTrue(self.hears(self.sent(answers=self.clock.stamp())))
        packet = self.sent()
        packet = ((packet[0][0], packet[0][1] + 1), [])
        self.now += MAX_AGE - 0.1
        self.assertTrue(self.hears(packet))

    def test_learns_that_this_hosts_own_clock_stood_still(self):
        self.meet()
        at, answers = self.sent()
        # By this host's clock the peer's packet comes 5 s before it is sent.
        ahead = (at[0], at[1] + 5_000_000_000)
        self.assertTrue(self.hears((ahead, answers)))
        packet = ((ahead[0], ahead[1] + 1), answers)
        self.now += MAX_AGE + 0.1
        self.assertFalse(self.hears(packet))


class Stamps(TestCase):
    def at(self, time_ns):
        self.patch(system, "time_ns", lambda: time_ns)
        clock = Clock()
        return [clock.stamp(), clock.stamp()]

    def test_never_come_twice_and_rise_with_each_boot_although_the_clock_goes_back(self):
        stamps = []
        for time_ns in (100, 100, 50):
            stamps += self.at(time_ns)
            del self.file[exchange.BOOT]
        self.assertEqual(stamps, sorted(set(stamps)))
        self.assertEqual([boot for boot, _ in stamps], [100, 100, 101, 101, 102, 102])

    def test_go_on_when_the_keeper_is_started_anew(self):
        self.assertEqual(self.at(100)[0][0], self.at(200)[0][0])

    def test_parses_two_whole_numbers_only(self):
        self.assertEqual(exchange.parse([1, 2]), (1, 2))
        for text in ([1, 2**63], [1], [1, 2, 3], [1, -1], [-1, 1], [1, 1.5], ["1", 2], None, 7):
            with self.subTest(text), self.assertRaises((ValueError, TypeError)):
                exchange.parse(text)


if __name__ == "__main__":
    unittest.main()

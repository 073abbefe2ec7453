"""When HAProxy on this host counts as unhealthy, and when as healthy again."""

import unittest

from support import TestCase
from keeper.ports import network
from keeper.witnesses import haproxy

OK = b"HTTP/1.0 200 OK\r\ncache-control: no-cache\r\n\r\n"
UNAVAILABLE = b"HTTP/1.0 503 Service Unavailable\r\n\r\n"
REFUSED = ConnectionRefusedError()
RESET = ConnectionResetError()
PENDING = BlockingIOError()
DOWN = "HAProxy does not run"
SILENT = "HAProxy does not answer"
STOPPED = "HAProxy's master process is stopped"


class Sock:
    def __init__(self, case):
        self.case = case
        self.is_open = True

    def recv(self, size):
        if isinstance(self.case.answer, OSError):
            raise self.case.answer
        return self.case.answer

    def close(self):
        self.is_open = False


class Looks(TestCase):
    """HAProxy that answers each question by the next look, until a test says otherwise."""

    def setUp(self):
        super().setUp()
        self.patch(network, "ask_haproxy", self.ask)
        self.patch(haproxy, "read", self.read)
        self.make()

    def make(self):
        self.answer = OK
        self.can_connect = True
        self.socks = []
        self.asked = []
        self.start(100)
        self.haproxy = haproxy.Haproxy()
        self.after(0.5)
        self.after(0.5)

    def start(self, pid):
        self.files = {haproxy.MASTER_PID: f"{pid}\n"}
        self.state(pid, "S")

    def state(self, pid, state):
        self.files[f"/proc/{pid}/stat"] = f"{pid} (a ) T b) {state} 1 {pid} {pid} 0 -1 4194560"

    def read(self, path):
        content = self.files.get(path)
        if isinstance(content, OSError):
            raise content
        return content

    def ask(self, request):
        self.asked.append(request)
        if not self.can_connect:
            raise REFUSED
        self.socks.append(Sock(self))
        return self.socks[-1]

    def after(self, seconds, steps=1):
        """Whether it counts as healthy, so much later, after so many looks."""
        for _ in range(steps):
            self.now += seconds / steps
            self.haproxy.look()
        return self.haproxy.healthy

    def questions(self, seconds, steps=1):
        before = len(self.asked)
        self.after(seconds, steps)
        return len(self.asked) - before

    def break_down(self):
        self.can_connect, self.answer = False, RESET

    def repair(self):
        self.can_connect, self.answer = True, OK

    def fail_for(self, seconds):
        """So many bad seconds, of which the first look counts for 0.2; the last look asks the repaired HAProxy."""
        self.break_down()
        self.after(0.4)
        if seconds > 0.2:
            self.after(seconds - 0.2, 10)
        self.repair()
        return self.after(0)


class Fails(Looks):
    def test_haproxy_is_healthy_until_it_has_failed(self):
        self.assertTrue(haproxy.Haproxy().healthy)
        self.assertTrue(self.after(60, 200))
        self.assertIsNone(self.haproxy.reason)

    def test_haproxy_is_unhealthy_once_it_has_failed_for_seven_tenths_of_a_second(self):
        def stop(state):
            return lambda: self.state(100, state)

        def say(answer):
            return lambda: setattr(self, "answer", answer)

        def refuse():
            self.can_connect = False

        for name, fail, reason in (
            ("its process has ended", self.break_down, DOWN),
            ("it refuses the next question", refuse, DOWN),
            ("its answer stays out", say(PENDING), SILENT),
            ("it ends the connection", say(b""), SILENT),
            ("it resets the connection", say(RESET), SILENT),
            ("it says that it cannot serve", say(UNAVAILABLE), SILENT),
            ("it says something else", say(b"SSH-2.0 200 \r\n"), SILENT),
            ("it is stopped", stop("T"), STOPPED),
            ("it is traced", stop("t"), STOPPED),
        ):
            with self.subTest(name):
                self.make()
                fail()
                # The first look counts for two tenths.
                self.assertEqual([self.after(0.4), self.after(0.45, 5), self.after(0.1)], [True, True, False])
                self.assertEqual(self.haproxy.reason, reason)

    def test_an_answer_that_stays_out_is_a_bad_moment_after_two_tenths_of_a_second(self):
        # It looks often until that is forgotten, and trusts HAProxy again after a second.
        self.fail_for(0.2)
        self.after(1.1, 11)
        self.answer = PENDING
        self.assertEqual([self.after(0.19), self.haproxy.is_doubtful()], [True, False])
        self.assertEqual([self.after(0.02), self.haproxy.is_doubtful()], [True, True])

    def test_asks_haproxy_anew_when_an_answer_stays_out_for_two_seconds(self):
        self.answer = PENDING
        old = self.socks[-1]
        self.assertEqual([self.questions(1.9, 10), old.is_open], [0, True])
        self.assertEqual([self.questions(0.2), old.is_open], [1, False])
        self.assertEqual(self.questions(1.9, 10), 0)

    def test_closes_each_connection_once_it_has_been_answered(self):
        self.after(3, 10)
        self.assertEqual([sock.is_open for sock in self.socks], [False] * (len(self.socks) - 1) + [True])

    def test_does_not_blame_haproxy_for_the_time_in_which_this_host_was_frozen(self):
        self.break_down()
        self.assertEqual([self.after(60), self.after(60), self.after(60), self.after(60)], [True, True, True, False])

    def test_a_process_id_of_no_process_says_nothing_while_the_socket_answers(self):
        for name, path, content in (
            ("it ended while it was looked at", "/proc/100/stat", ProcessLookupError()),
            ("it has ended", "/proc/100/stat", None),
            ("no file", haproxy.MASTER_PID, None),
            ("an empty file", haproxy.MASTER_PID, ""),
            ("no number", haproxy.MASTER_PID, "none\n"),
        ):
            with self.subTest(name):
                self.make()
                self.files[path] = content
                self.assertTrue(self.after(10, 40))
                self.assertIsNone(self.haproxy.reason)


class Fades(Looks):
    def test_forgets_a_bad_moment_in_ten_times_as_long(self):
        for good_for, is_healthy in ((4.9, True), (3.1, True), (2.9, False), (1, False)):
            with self.subTest(good_for):
                self.make()
                self.assertTrue(self.fail_for(0.5))
                self.after(good_for, 50)
                self.assertEqual(self.fail_for(0.5), is_healthy)

    def test_neither_forgets_a_bad_moment_nor_adds_one_while_an_answer_may_still_come(self):
        self.fail_for(0.6)
        self.answer = PENDING
        self.assertTrue(self.after(0.19, 19))
        self.break_down()
        self.assertTrue(self.after(0.09))
        self.assertFalse(self.after(0.02))

    def test_haproxy_is_healthy_again_after_five_seconds_without_a_bad_moment(self):
        self.assertFalse(self.fail_for(1))
        self.assertEqual([self.after(4.9, 49), self.after(0.2)], [False, True])

    def test_counts_the_five_seconds_anew_after_each_bad_moment(self):
        self.fail_for(1)
        self.after(4, 40)
        self.fail_for(0.2)
        self.assertEqual([self.after(4.9, 49), self.after(0.2)], [False, True])

    def test_haproxy_is_doubtful_for_a_second_after_a_bad_moment(self):
        self.assertFalse(self.haproxy.is_doubtful())
        self.fail_for(0.2)
        doubtful = []
        for seconds in (0, 0.9, 0.2):
            self.after(seconds)
            doubtful.append(self.haproxy.is_doubtful())
        self.assertEqual(doubtful, [True, True, False])

    def test_asks_haproxy_three_times_a_second_while_all_is_well_and_at_each_look_until_a_bad_moment_is_forgotten(self):
        self.assertEqual([self.questions(0.29), self.questions(0.02)], [0, 1])
        self.fail_for(0.2)
        self.assertEqual(self.questions(1.9, 19), 19)
        self.after(0.5, 5)
        self.after(0.4)
        self.assertEqual([self.questions(0.29, 2), self.questions(0.02)], [0, 1])


class RestartsAgain(Looks):
    def restart(self, pid):
        """It is gone at one look, and there again at the next."""
        self.break_down()
        self.after(0.4)
        self.repair()
        self.start(pid)
        return self.after(0.1)

    def test_haproxy_that_dies_and_comes_back_at_once_is_healthy(self):
        self.assertEqual([self.restart(200), self.after(10, 100), self.restart(300)], [True, True, True])

    def test_haproxy_that_dies_again_and_again_is_unhealthy(self):
        healthy = []
        for pid in (200, 300, 400):
            healthy.append(self.restart(pid))
            self.after(0.5, 5)
        self.assertEqual(healthy, [True, True, False])
        self.assertEqual(self.haproxy.reason, "HAProxy restarts again and again")

    def test_a_restart_counts_for_0_3_s_also_when_it_was_too_short_to_be_seen(self):
        self.start(200)
        self.after(0.4)
        self.assertTrue(self.haproxy.is_doubtful())
        self.break_down()
        self.assertEqual([self.after(0.39, 4), self.after(0.05)], [True, False])

    def test_one_restart_that_takes_longer_on_a_busy_host_counts_for_its_length_alone(self):
        self.break_down()
        self.after(0.6, 6)
        self.repair()
        self.start(200)
        self.assertTrue(self.after(0.1))

    def test_haproxy_that_restarts_again_and_again_is_unhealthy_although_each_restart_is_too_short_to_be_seen(self):
        healthy = []
        for pid in (200, 300, 400):
            self.start(pid)
            healthy.append(self.after(0.4))
        self.assertEqual(healthy, [True, True, False])

    def test_a_restart_counts_once_however_long_its_process_id_was_missing(self):
        self.files.clear()
        self.after(5, 20)
        self.start(200)
        self.after(0.4)
        self.assertTrue(self.haproxy.is_doubtful())
        self.after(5, 20)
        self.assertFalse(self.haproxy.is_doubtful())

    def test_a_reload_which_keeps_the_process_id_is_no_restart(self):
        self.files.clear()
        self.after(0.4)
        self.start(100)
        self.after(0.4)
        self.assertFalse(self.haproxy.is_doubtful())

    def test_the_first_process_id_is_no_restart(self):
        self.files.clear()
        self.haproxy = haproxy.Haproxy()
        self.after(1)
        self.start(200)
        self.after(1)
        self.assertFalse(self.haproxy.is_doubtful())


if __name__ == "__main__":
    unittest.main()

"""When the user's program for a virtual IP runs, and what comes of it."""

import unittest

from support import TestCase
from keeper.address import hook
from keeper.address.hook import Hook


class Process:
    def __init__(self):
        self.code, self.is_killed = None, False

    def poll(self):
        return self.code

    def kill(self):
        self.is_killed = True


class Runs(TestCase):
    def setUp(self):
        super().setUp()
        self.started = []
        self.error = None
        self.patch(hook, "log", self.logged)
        self.patch(hook, "Outside", self.start)
        self.patch(hook, "end_earlier", lambda name: self.started.append(name))
        self.make()

    def make(self, attempts=None):
        self.hook = Hook("acquire", {"command": ["/move", "now"], "timeout": 5}, {"VIRTUAL_IP": "192.0.2.9"}, attempts)

    def start(self, name, command, seconds, environment):
        if self.error:
            raise OSError(self.error)
        self.started.append((name, command, seconds, dict(environment)))
        self.process = Process()
        return self.process

    def look(self, after=0.0, code=None):
        self.now += after
        if code is not None:
            self.process.code = code
        self.hook.look()
        return len(self.started), self.hook.is_done

    def test_runs_the_command_once_with_the_event_and_the_reason_in_its_environment(self):
        self.hook.begin("the peer is silent")
        self.assertEqual([self.look(), self.look(1), self.look(1, code=0), self.look(60)], [(1, False), (1, False), (1, True), (1, True)])
        environment = {"VIRTUAL_IP": "192.0.2.9", "EVENT": "acquire", "REASON": "the peer is silent"}
        self.assertEqual(self.started, [("acquire-192.0.2.9", ["/move", "now"], 5, environment)])
        self.assertEqual(self.log, ["hook acquire of 192.0.2.9: done (2.0 s)"])

    def test_retries_two_seconds_after_each_failure_without_a_limit(self):
        self.hook.begin("")
        for count in range(1, 6):
            self.assertEqual(self.look(), (count, False))
            self.look(1, code=3)
            self.assertEqual(self.look(1.9), (count, False))
            self.now += 0.1
        self.assertEqual(self.log[0], "hook acquire of 192.0.2.9: it ended with 3; retrying in 2 s")

    def test_kills_a_program_that_does_not_end_in_time(self):
        self.hook.begin("")
        self.look()
        process = self.process
        self.look(4.9)
        self.assertFalse(process.is_killed)
        self.look(0.1)
        self.assertTrue(process.is_killed)
        self.assertEqual(self.log, ["hook acquire of 192.0.2.9: it did not end within 5 s; retrying in 2 s"])
        self.assertEqual(self.look(2), (1, False))
        process.code = 137
        self.assertEqual(self.look(), (2, False))

    def test_gives_up_after_the_last_attempt(self):
        self.make(attempts=2)
        self.error = "no such file"
        self.hook.begin("")
        for _ in range(5):
            self.look(2)
        lines = [f"hook acquire of 192.0.2.9: no such file; {rest}" for rest in ("retrying in 2 s", "giving up")]
        self.assertEqual((self.log, self.hook.is_done), (lines, False))

    def test_cancel_kills_the_program_and_ends_the_retries(self):
        self.hook.begin("")
        self.look()
        self.hook.cancel()
        self.assertTrue(self.process.is_killed)
        self.assertEqual(self.look(60)[0], 1)

    def test_begins_anew_for_the_next_event(self):
        self.hook.begin("first")
        self.look()
        self.look(code=0)
        self.hook.begin("second")
        self.assertEqual(self.look(), (2, False))

    def test_begins_anew_only_once_the_program_before_has_ended(self):
        self.hook.begin("first")
        self.look()
        before = self.process
        self.hook.begin("second")
        self.assertEqual((self.look(5), before.is_killed), ((1, False), True))
        before.code = 137
        self.assertEqual(self.look(), (2, False))

    def test_ends_what_an_earlier_keeper_started(self):
        self.hook.end_earlier()
        self.assertEqual(self.started, ["acquire-192.0.2.9"])

    def test_is_done_without_a_program(self):
        none = Hook("acquire", None, {})
        none.begin("")
        none.look()
        none.cancel()
        none.end_earlier()
        self.assertEqual((none.is_done, self.started), (True, []))


if __name__ == "__main__":
    unittest.main()

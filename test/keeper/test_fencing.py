"""Whom the keeper fences, and when."""

import subprocess
import tempfile
import unittest
from pathlib import Path

from support import TestCase
from keeper.moves import fencing


class Peer:
    def __init__(self, case):
        self.case = case
        self.heard_at = None
        self.said = {}

    def silence(self):
        return float("inf") if self.heard_at is None else self.case.now - self.heard_at

    def is_fresh(self):
        return self.silence() < 1

    def says(self, heartbeat, held="no"):
        self.heard_at = self.case.now
        self.said = {"heartbeat": heartbeat, "virtualIps": {"v": {"held": held}}}
        self.case.me.look(self)


class Fences(TestCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.patch(fencing, "SUSPECT", str(Path(folder.name) / "peer-may-hold"))
        self.patch(fencing, "log", self.logged)
        self.patch(fencing, "Outside", self.start_program)
        self.peer = Peer(self)
        self.start()

    def start(self, command="/bin/true", node="a"):
        self.me = fencing.Fencing({"node": node, "peer": "b", "fencing": {"command": command, "timeout": 9}})

    def start_program(self, name, command, seconds):
        self.assertEqual((name, command[1:], seconds), ("fence", ["b"], 9))
        return subprocess.Popen(command)

    def end(self):
        """Until the command has ended and that was seen."""
        if self.me._process:
            self.me._process.wait()
        self.me.look(self.peer)

    def is_due(self):
        return self.me.is_due(self.peer)

    def begins(self, holds=False):
        self.me.begin(self.peer, holds)
        return self.me._process is not None

    def fall_silent(self):
        self.peer.says(True)
        self.now += 2

    def test_only_whom_it_has_met_also_after_a_restart(self):
        self.assertFalse(self.is_due())
        self.peer.says(True)
        self.assertFalse(self.is_due())
        self.now += 2
        self.assertTrue(self.is_due())
        self.start()
        self.assertTrue(self.is_due())

    def test_nobody_who_said_farewell_but_one_who_still_holds(self):
        self.peer.says(True)
        self.peer.says(False)
        self.now += 2
        self.assertFalse(self.is_due())
        self.peer.says(False, "held")
        self.now += 2
        self.assertTrue(self.is_due())

    def test_once(self):
        self.fall_silent()
        self.assertTrue(self.begins())
        self.assertTrue(self.is_due())
        self.end()
        self.assertFalse(self.is_due())
        self.start()
        self.assertFalse(self.is_due())
        self.assertEqual(self.log, ["fencing b", "fencing b: done"])

    def test_again_when_it_failed_but_not_within_five_seconds(self):
        self.start("/bin/false")
        self.fall_silent()
        self.begins()
        self.end()
        self.assertTrue(self.is_due())
        self.assertFalse(self.begins())
        self.now += 5.1
        self.assertTrue(self.begins())
        self.end()
        self.assertIn("fencing b: failed, the command ended with 1", self.log)

    def test_again_when_the_peer_was_heard_meanwhile(self):
        self.fall_silent()
        self.begins()
        self.peer.says(True)
        self.end()
        self.now += 2
        self.assertTrue(self.is_due())

    def test_the_second_host_waits_where_both_hold_something(self):
        for node, holds, expected in (("a", True, True), ("c", False, True), ("c", True, False)):
            with self.subTest(node=node, holds=holds):
                self.start(node=node)
                self.fall_silent()
                self.assertEqual(self.begins(holds), expected)
                self.now += 8
                self.assertTrue(self.begins(holds) or expected)
                self.end()

    def test_the_second_host_waits_for_one_that_it_has_not_met_since_it_was_started(self):
        for node, expected in (("a", True), ("c", False)):
            with self.subTest(node):
                self.start(node=node)
                self.peer.says(True)
                self.peer.heard_at = None
                self.start(node=node)
                self.begins()
                self.now += 2
                self.assertEqual(self.begins(), expected)
                self.now += 8
                self.assertTrue(self.begins())
                self.end()

    def test_nobody_who_is_late_by_a_moment(self):
        self.peer.says(True)
        self.now += 0.5
        self.assertFalse(self.begins())

    def test_a_command_that_hangs_is_ended_after_its_timeout(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        script = Path(folder.name) / "hang"
        script.write_text("#!/bin/sh\nexec sleep 60\n")
        script.chmod(0o755)
        self.start(str(script))
        self.fall_silent()
        self.assertTrue(self.begins())
        self.now += 9.1
        self.me.look(self.peer)
        self.end()
        self.assertIn("fencing b: failed, the command ended with -9", self.log)

    def test_a_command_that_is_not_there_is_logged(self):
        self.start("/nowhere/fence")
        self.fall_silent()
        self.assertFalse(self.begins())
        self.assertRegex(self.log[-1], r"^fencing b failed: .*/nowhere/fence")

    def test_without_a_command_nobody(self):
        self.me = fencing.Fencing({"node": "a", "peer": "b", "fencing": None})
        self.fall_silent()
        self.assertFalse(self.is_due())


if __name__ == "__main__":
    unittest.main()

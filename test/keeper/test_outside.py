"""How a program of the user's is started and ended, and what comes of it."""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path
from types import SimpleNamespace

import support
from keeper import outside
from keeper.ports import system


class Starts(support.TestCase):
    """systemd-run is not run."""

    def setUp(self):
        super().setUp()
        self.started, self.files, self.is_locked = [], {}, True
        self.starter = SimpleNamespace(poll=lambda: self.starter_code)
        self.starter_code = None
        self.patch(outside, "start", self.start)
        self.patch(outside, "read", self.files.get)
        self.patch(outside, "remove", lambda path: self.files.pop(path, None))
        self.patch(system, "nonce", lambda: b"\1\2")
        self.patch(system, "exists", lambda path: path.endswith("move.lock"))
        self.patch(system, "lock", lambda path: contextlib.nullcontext(not self.is_locked))
        self.file = f"{outside.FOLDER}/move"

    def start(self, command):
        self.started.append(command)
        return self.starter

    def make(self, command=("/move", "--now"), environment=None):
        return outside.Outside("move", list(command), 15, environment)

    def running(self):
        one = self.make()
        self.starter_code = 0
        self.assertIsNone(one.poll())
        self.now += outside.STARTS_WITHIN + 1
        self.assertIsNone(one.poll())
        return one

    def test_as_a_service_with_a_time_limit_and_its_environment(self):
        self.files[self.file] = "of an earlier one"
        self.make(environment={"EVENT": "acquire", "REASON": "a b"})
        self.assertEqual(
            self.started,
            [
                [
                    *("systemd-run", "--quiet", "--collect", "--unit=ha-load-balancer-pair-move-0102.service"),
                    *("--property=RuntimeMaxSec=20", "--property=KillSignal=SIGKILL", "--property=DefaultDependencies=no"),
                    *("--property=SyslogIdentifier=ha-load-balancer-pair", "--setenv=EVENT=acquire", "--setenv=REASON=a b"),
                    *("--", "/bin/sh", outside.SCRIPT, self.file, "/move", "--now"),
                ]
            ],
        )
        self.assertEqual(self.files, {})

    def test_with_each_dollar_as_it_is(self):
        self.make(["/move", "$HOME", "a$$"])
        self.assertEqual(self.started[0][-2:], ["$$HOME", "a$$$$"])

    def test_runs_until_its_code_is_in_the_file(self):
        one = self.running()
        self.files[self.file] = "3\n"
        self.assertEqual((one.poll(), self.files), (3, {}))

    def test_fails_where_systemd_does_not_start_it(self):
        one = self.make()
        self.assertIsNone(one.poll())
        self.starter_code = 1
        self.assertEqual(one.poll(), 1)

    def test_fails_where_it_ended_without_a_code(self):
        one = self.running()
        self.is_locked = False
        self.assertEqual(one.poll(), outside.KILLED)

    def test_is_not_taken_for_ended_before_it_has_the_lock(self):
        one = self.make()
        self.starter_code, self.is_locked = 0, False
        self.assertIsNone(one.poll())
        self.now += outside.STARTS_WITHIN - 0.1
        self.assertIsNone(one.poll())
        self.now += 0.2
        self.assertEqual(one.poll(), outside.KILLED)

    def test_is_killed_until_it_has_ended(self):
        one = self.running()
        one.kill()
        for _ in range(4):
            self.now += 0.3
            one.poll()
        kill = ["systemctl", "kill", "--signal=KILL", "ha-load-balancer-pair-move-*.service"]
        self.assertEqual(self.started[1:], [kill, kill, kill])

    def test_a_kill_that_cannot_be_started_is_logged_and_tried_again(self):
        one = self.running()

        def fail(_command):
            raise OSError("no memory")

        self.patch(outside, "start", fail)
        one.kill()
        self.assertEqual(self.log, ["killing ha-load-balancer-pair-move-*.service: no memory; trying again"])

    def test_ends_one_of_an_earlier_keeper_only_if_it_runs(self):
        self.is_locked = False
        outside.end_earlier("move")
        outside.end_earlier("never-run")
        self.assertEqual(self.started, [])
        self.is_locked = True
        outside.end_earlier("move")
        self.assertEqual(self.started, [["systemctl", "kill", "--signal=KILL", "ha-load-balancer-pair-move-*.service"]])


class Script(unittest.TestCase):
    """outside.sh, run by itself."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "move"

    def script(self, *command):
        one = subprocess.Popen(["sh", outside.SCRIPT, self.file, *command], start_new_session=True)
        self.addCleanup(self.end, one)
        return one

    @staticmethod
    def end(one):
        """Also the program that outside.sh leaves behind: it would keep the tests' output open."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(one.pid, signal.SIGKILL)
        one.wait()

    def test_leaves_the_exit_code_and_releases_the_lock(self):
        for command, code in (("true", 0), ("sh", 0), ("/nowhere/program", 127)):
            with self.subTest(command):
                self.script(command, *(["-c", "exit 0"] if command == "sh" else [])).wait()
                self.assertEqual(int(self.file.read_text()), code)
                self.assertFalse(outside.is_running(str(self.file)))

    def test_reports_a_program_that_was_ended_by_a_signal_as_failed(self):
        self.script("sh", "-c", "kill -TERM $$").wait()
        self.assertEqual(int(self.file.read_text()), 143)

    def test_leaves_no_code_where_it_was_killed_itself(self):
        one = self.script("sleep", "60")
        self.wait_until_it_runs()
        one.kill()
        one.wait()
        self.assertFalse(self.file.exists())
        self.assertFalse(outside.is_running(str(self.file)))

    def test_runs_one_at_a_time(self):
        self.script("sleep", "60")
        self.wait_until_it_runs()
        self.assertEqual(self.script("true").wait(), 75)
        self.assertFalse(self.file.exists())

    def test_does_not_count_what_the_program_leaves_running(self):
        self.script("sh", "-c", "sleep 3 >/dev/null 2>&1 &").wait()
        self.assertFalse(outside.is_running(str(self.file)))

    def wait_until_it_runs(self):
        while not outside.is_running(str(self.file)):
            time.sleep(0.01)


if __name__ == "__main__":
    unittest.main()

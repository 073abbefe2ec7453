"""What the keeper's tests share: its modules, and the time under control."""

import sys
import unittest
from pathlib import Path
from unittest import mock

LIBRARY = Path(__file__).resolve().parents[2] / "components" / "host" / "lib"
KEEPER = LIBRARY / "keeper"
sys.path.insert(0, str(LIBRARY))
sys.dont_write_bytecode = True


class TestCase(unittest.TestCase):
    """`self.now` is what the keeper's monotonic clock says."""

    def setUp(self):
        from keeper.ports import clock, system

        self.now = 1000.0
        self.patch(system, "monotonic", lambda: self.now)
        self.patch(system, "log", self.logged)
        self.log = []
        clock.advance(self.now)

    def logged(self, text):
        self.log.append(text)

    def patch(self, owner, name, value):
        patcher = mock.patch.object(owner, name, value)
        patcher.start()
        self.addCleanup(patcher.stop)

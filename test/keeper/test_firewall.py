"""Whether the pair's firewall is loaded again where another program has deleted it."""

import unittest

import support
from keeper import firewall
from keeper.ports import clock


class Loads(support.TestCase):
    def setUp(self):
        super().setUp()
        self.patch(firewall, "run", self.run_program)
        self.patch(firewall, "log", self.logged)
        self.commands = []
        self.tables = "table ip filter\ntable inet ha-load-balancer-pair"

    def run_program(self, command, _seconds):
        self.commands.append(" ".join(command[1:]))
        return self.tables if command[1] == "list" else ""

    def look_after(self, one, seconds):
        self.now += seconds
        clock.advance(self.now)
        self.commands = []
        one.look()
        return self.commands

    def test_looks_every_five_seconds(self):
        one = firewall.Firewall(True)
        self.assertEqual([self.look_after(one, each) for each in (0, 4.9, 0.2, 4.9, 0.2)], [[], [], ["list tables"], [], ["list tables"]])

    def test_loads_it_again_and_logs_why(self):
        one = firewall.Firewall(True)
        self.tables = "table ip filter\ntable inet ha-load-balancer-pair-of-another"
        self.assertEqual(self.look_after(one, 5), ["list tables", f"-f {firewall.FILE}"])
        self.assertEqual(self.log, [f"loading {firewall.FILE}: another program deleted its table"])

    def test_tries_again_a_minute_later(self):
        one = firewall.Firewall(True)
        self.tables = ""
        self.assertEqual([len(self.look_after(one, each)) for each in (5, 59, 1.1)], [2, 0, 2])

    def test_leaves_it_alone_where_nft_hangs(self):
        one = firewall.Firewall(True)
        self.tables = None
        self.assertEqual(self.look_after(one, 5), ["list tables"])

    def test_never_looks_where_there_is_to_be_none(self):
        self.assertEqual(self.look_after(firewall.Firewall(False), 60), [])


if __name__ == "__main__":
    unittest.main()

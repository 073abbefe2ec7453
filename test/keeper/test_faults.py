"""The verdicts on this host, by all witnesses of its network: the table of docs/high-availability.md."""

import unittest

import support  # noqa: F401 (the keeper's modules)
from keeper.decision.faults import why_cut_off, why_unfit

NO_CARRIER = "interface eth0 has no carrier"
LOST_TOGETHER = "the peer and the gateway were lost together"
NEVER = float("inf")


class Unfit(unittest.TestCase):
    fit = {"haproxy": None, "interface": None, "is_gateway_gone": False, "failing": []}

    def test_names_the_first_reason(self):
        failing = {"failing": ["192.0.2.9", "192.0.2.8"]}
        gateway = {**failing, "is_gateway_gone": True}
        interface = {**gateway, "interface": NO_CARRIER}
        haproxy = {**interface, "haproxy": "it does not answer"}
        for seen, reason in [
            ({}, None),
            (failing, "192.0.2.9 192.0.2.8 cannot be taken"),
            (gateway, "the gateway is lost"),
            (interface, NO_CARRIER),
            (haproxy, "it does not answer"),
        ]:
            with self.subTest(reason):
                self.assertEqual(why_unfit({**self.fit, **seen}), reason)


class CutOff(unittest.TestCase):
    # blind, seconds without the peer's keeper, its Heartbeat is heard, seconds without the gateway, a server is reachable, seconds cut off
    rows = [
        ("all is well", (None, None, True, None, None, None), None),
        ("the link fails, the peer is heard on another one", (NO_CARRIER, None, True, 5, None, None), None),
        ("the link fails, the peer's Heartbeat alone is heard", (NO_CARRIER, 5, True, 5, None, None), None),
        ("the link fails, the peer is silent", (NO_CARRIER, 0.5, False, None, None, None), NO_CARRIER),
        ("the link fails, the peer was never heard", (NO_CARRIER, NEVER, False, None, None, None), NO_CARRIER),
        ("the link fails for long", (NO_CARRIER, 60, False, 60, True, 60), NO_CARRIER),
        ("the peer dies", (None, 5, False, None, None, None), None),
        ("the peer's keeper dies", (None, 5, True, 5, None, None), None),
        ("the gateway dies", (None, None, True, 5, None, None), None),
        ("peer and gateway are lost together", (None, 2.0, False, 1.5, None, None), LOST_TOGETHER),
        ("the gateway 2.9 s before the peer", (None, 2.1, False, 5, None, None), LOST_TOGETHER),
        ("the gateway 3 s before the peer", (None, 2, False, 5, None, None), None),
        ("the peer 2.9 s before the gateway", (None, 5, False, 2.1, None, None), LOST_TOGETHER),
        ("the peer 3 s before the gateway", (None, 5, False, 2, None, None), None),
        ("the gateway, and the peer was never heard", (None, NEVER, False, 5, None, None), None),
        ("cut off, and the peer's silence looks longer by now", (None, 9, False, 5, None, 1), LOST_TOGETHER),
        ("cut off, and the gateway is back", (None, 9, False, None, None, 5), None),
        ("cut off, and the peer is back", (None, None, True, 5, None, 5), None),
        ("cut off for 10 s, servers are reachable", (None, 12, False, 11, True, 10), None),
        ("cut off for 10 s, servers are unknown", (None, 12, False, 11, None, 10), None),
        ("cut off for 10 s, no server is reachable", (None, 12, False, 11, False, 10), LOST_TOGETHER),
        ("cut off for 9.9 s, servers are reachable", (None, 12, False, 11, True, 9.9), LOST_TOGETHER),
    ]

    def test_judges_each_case_of_the_table(self):
        names = ("blind", "peer_silent_for", "hears_heartbeat", "gateway_lost_for", "reaches_servers", "cut_off_for")
        for title, seen, reason in self.rows:
            with self.subTest(title):
                self.assertEqual(why_cut_off(dict(zip(names, seen, strict=True))), reason)


if __name__ == "__main__":
    unittest.main()

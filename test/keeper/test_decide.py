"""What becomes of one virtual IP."""

import unittest

import support  # noqa: F401 (the keeper's modules)
from keeper.decision.decide import decide, loses, may_take, peer_serves

SIDE = {"held": "no", "age": 0, "wanted": False, "healthy": True, "heartbeat": True, "forced_for": None}
ME = {**SIDE, "isolated": False, "settled": True, "must_fence": False, "may_have_connections": False}
PEER = {**SIDE, "fresh": True, "hushed": False, "serves": True, "isolated": False, "hears": True}


def decided(me=None, peer=None, preferred=True):
    return decide({**ME, **(me or {})}, {**PEER, **(peer or {})}, preferred)


CASES = [
    # what is expected, what this host does, this host, its peer
    ("takes what Heartbeat wants here and no host has", "take", {"wanted": True}, {}),
    ("takes it from a silent peer", "take", {"wanted": True}, {"fresh": False, "held": "held"}),
    ("takes what the peer has released", "take", {"wanted": True}, {"held": "lingering"}),
    ("leaves what the peer holds", "nothing", {"wanted": True}, {"held": "held", "wanted": True}),
    ("does nothing before it knows of the peer", "nothing", {"wanted": True, "settled": False}, {}),
    ("renews what lingers before it knows of the peer", "linger", {"held": "lingering", "settled": False}, {}),
    ("leaves what Heartbeat does not want here", "nothing", {}, {}),
    ("takes nothing while it is cut off", "nothing", {"wanted": True, "isolated": True}, {"fresh": False}),
    ("drops while it is cut off", "drop", {"held": "held", "wanted": True, "isolated": True}, {"fresh": False}),
    ("fences a silent peer first", "fence", {"wanted": True, "must_fence": True}, {"fresh": False}),
    (
        "does not take what it cannot serve and the peer can",
        "nothing",
        {"wanted": True, "healthy": False},
        {"held": "lingering"},
    ),
    (
        "takes what it cannot serve where Heartbeat has ended on the peer",
        "take",
        {"wanted": True, "healthy": False},
        {"heartbeat": False},
    ),
    ("takes what neither host can serve", "take", {"wanted": True, "healthy": False}, {"healthy": False}),
    ("renews what lingers until the peer has it", "linger", {"held": "lingering"}, {}),
    ("lets what lingers expire when the peer has it", "nothing", {"held": "lingering"}, {"held": "held"}),
    (
        "renews what lingers for open connections",
        "linger",
        {"held": "lingering", "heartbeat": False, "may_have_connections": True},
        {"held": "held"},
    ),
    ("lets what lingers expire when Heartbeat has ended here", "nothing", {"held": "lingering", "heartbeat": False}, {}),
    (
        "lets it expire where it lingers on both and this host released it first",
        "nothing",
        {"held": "lingering", "age": 9},
        {"held": "lingering", "age": 2},
    ),
    (
        "renews it where it lingers on both and this host released it last",
        "linger",
        {"held": "lingering", "age": 2},
        {"held": "lingering", "age": 9},
    ),
    (
        "renews it for open connections where it lingers on both and this host released it first",
        "linger",
        {"held": "lingering", "age": 9, "may_have_connections": True},
        {"held": "lingering", "age": 2},
    ),
    (
        "renews what lingers where a silent peer may have it",
        "linger",
        {"held": "lingering"},
        {"fresh": False, "held": "held"},
    ),
    (
        "yields what it cannot serve to a healthy peer that wants it",
        "yield",
        {"held": "held", "wanted": True, "healthy": False},
        {"wanted": True},
    ),
    ("yields what only the peer wants", "yield", {"held": "held"}, {"wanted": True}),
    ("keeps what both want and both can serve", "nothing", {"held": "held", "wanted": True}, {"wanted": True}),
    ("keeps it while the peer that wants it is silent", "nothing", {"held": "held"}, {"wanted": True, "fresh": False}),
    (
        "keeps it while a peer that wants it has it as well, for that one may be releasing it",
        "nothing",
        {"held": "held", "age": 2},
        {"held": "held", "wanted": True, "age": 60},
    ),
    (
        "takes what an operator forces to this host, against every other reason",
        "take",
        {"forced_for": 9, "isolated": True, "healthy": False, "must_fence": True, "settled": False},
        {"held": "held", "wanted": True},
    ),
    (
        "keeps what an operator forces to this host",
        "nothing",
        {"forced_for": 9, "held": "held", "isolated": True, "healthy": False, "age": 60},
        {"held": "held", "wanted": True, "hears": False},
    ),
    (
        "keeps what an operator forced to the peer first and to this host last",
        "nothing",
        {"forced_for": 9, "held": "held"},
        {"forced_for": 60, "held": "held", "wanted": True},
    ),
    (
        "yields what an operator forced to this host first and to the peer last",
        "yield",
        {"forced_for": 60, "held": "held", "wanted": True},
        {"forced_for": 9, "held": "held"},
    ),
    (
        "keeps what an operator forces to this host where the peer's word is old",
        "nothing",
        {"forced_for": 60, "held": "held"},
        {"forced_for": 9, "held": "held", "fresh": False},
    ),
    ("yields what an operator forces to the peer", "yield", {"held": "held", "wanted": True}, {"held": "held", "forced_for": 9}),
    (
        "keeps it until the peer, to which an operator forces it, holds it",
        "nothing",
        {"held": "held", "wanted": True},
        {"forced_for": 9},
    ),
    (
        "drops it when the other holder does not hear this host",
        "drop",
        {"held": "held", "wanted": True, "age": 2},
        {"held": "held", "wanted": True, "age": 60, "hears": False},
    ),
    (
        "keeps it when the other holder can't serve",
        "nothing",
        {"held": "held", "wanted": True, "age": 60},
        {"held": "held", "wanted": True, "healthy": False, "hears": False},
    ),
    ("takes what the peer wants and no packet reaches there", "take", {}, {"wanted": True, "isolated": True}),
    ("takes what lingers there", "take", {}, {"wanted": True, "isolated": True, "held": "lingering"}),
    ("leaves it while the peer holds it", "nothing", {}, {"wanted": True, "isolated": True, "held": "held"}),
    ("leaves it where no host wants it", "nothing", {}, {"isolated": True}),
    ("leaves it by an old word of the peer", "nothing", {}, {"wanted": True, "isolated": True, "fresh": False}),
    ("leaves it while its own Heartbeat is stopped", "nothing", {"heartbeat": False}, {"wanted": True, "isolated": True}),
    ("leaves it while this host is cut off too", "nothing", {"isolated": True}, {"wanted": True, "isolated": True}),
    (
        "keeps it where the peer is no better",
        "nothing",
        {"held": "held", "wanted": True, "healthy": False},
        {"wanted": True, "healthy": False},
    ),
]


class Decides(unittest.TestCase):
    def test_cases(self):
        for title, action, me, peer in CASES:
            with self.subTest(title):
                self.assertEqual(decided(me, peer), action)

    def test_of_two_holders_exactly_one_lets_go(self):
        def holder(age, healthy=True):
            return {"held": "held", "wanted": True, "age": age, "healthy": healthy}

        for title, first, second, expected in [
            ("the one that took it first", holder(60), holder(2), ("drop", "nothing")),
            ("begun together, the one that is not preferred", holder(2), holder(2.3), ("nothing", "drop")),
            ("also where the preferred one is the older one", holder(2.3), holder(2), ("nothing", "drop")),
            ("the one that cannot serve", holder(2, healthy=False), holder(60), ("drop", "nothing")),
        ]:
            with self.subTest(title):
                self.assertEqual((decided(first, second, True), decided(second, first, False)), expected)


class Parts(unittest.TestCase):
    def test_a_peer_that_is_hushed_does_not_serve_what_lingers_there(self):
        me, peer = {**ME, "held": "lingering", "age": 9}, {**PEER, "held": "lingering", "age": 2}
        self.assertTrue(peer_serves(me, peer, True))
        self.assertFalse(peer_serves(me, {**peer, "hushed": True}, True))

    def test_a_peer_whose_hook_is_not_done_does_not_serve(self):
        me, peer = {**ME, "held": "lingering"}, {**PEER, "held": "held"}
        self.assertTrue(peer_serves(me, peer, True))
        self.assertFalse(peer_serves(me, {**peer, "serves": False}, True))
        self.assertEqual(decide(me, {**peer, "serves": False}, True), "linger")

    def test_a_silent_peer_serves_nothing(self):
        self.assertFalse(peer_serves(ME, {**PEER, "fresh": False, "held": "held"}, True))

    def test_a_peer_that_has_nothing_serves_nothing(self):
        self.assertFalse(peer_serves({**ME, "held": "lingering"}, PEER, True))

    def test_nothing_is_taken_from_a_holder(self):
        self.assertFalse(may_take(ME, {**PEER, "held": "held"}))

    def test_health_decides_before_age(self):
        self.assertTrue(loses({**ME, "healthy": False, "age": 1}, {**PEER, "age": 99}, True))
        self.assertFalse(loses({**ME, "age": 99}, {**PEER, "healthy": False, "age": 1}, False))


if __name__ == "__main__":
    unittest.main()

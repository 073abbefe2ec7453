"""What the keeper tells its peer of this host, and what it hands to the decision."""

from keeper_case import FIRST, SECOND, Host


class Tells(Host):
    def test_tells_the_peer_what_it_has(self):
        self.first.held, self.first.wish, self.first.is_serving = "held", True, True
        self.second.held, self.second.via, self.second.is_hushed = "lingering", "2001:db8::1", True
        self.second.forced_for = 4.0
        self.stopping.state = "waiting"
        self.step()
        self.assertEqual((len(self.stop_looks), self.stop_steps), (1, [True]))
        self.assertEqual(
            self.peer.told,
            [
                {
                    "healthy": True,
                    "doubtful": False,
                    "heartbeat": True,
                    "stops": "waiting",
                    "hears": True,
                    "question": None,
                    "answer": None,
                    "virtualIps": {
                        FIRST: {
                            "held": "held",
                            "serves": True,
                            "age": 7.0,
                            "wanted": True,
                            "via": None,
                            "hushed": False,
                            "forced_for": None,
                            "isolated": False,
                        },
                        SECOND: {
                            "held": "lingering",
                            "serves": False,
                            "age": 7.0,
                            "wanted": False,
                            "via": "2001:db8::1",
                            "hushed": True,
                            "forced_for": 4.0,
                            "isolated": False,
                        },
                    },
                }
            ],
        )

    def test_asks_for_a_hand_over_once_it_has_heard_the_peer_since_a_link_failed(self):
        self.keeper.unfit = "interface lan0 has no carrier"
        for title, failed, heard, reason in [
            ("no link has failed", {}, 0.0, self.keeper.unfit),
            ("a link has failed", {"lan0": 1.0}, 0.5, None),
            ("the peer was heard since", {"lan0": 1.0}, 1.5, self.keeper.unfit),
            ("another link has failed later", {"lan0": 1.0, "wan0": 2.0}, 1.5, None),
        ]:
            with self.subTest(title):
                self.peer.heard_at = heard
                for name, link in self.links.items():
                    link.failed_at = failed.get(name)
                self.assertEqual(self.keeper.why_hand_over(), reason)
        self.peer.heard_at = None
        self.assertIsNone(self.keeper.why_hand_over())

    def test_proves_by_the_word_of_a_peer_that_is_heard(self):
        self.step()
        self.peer.silent_for = 5.0
        self.step()
        self.assertEqual(self.proven_by, [self.peer.said, None])

    def test_tells_the_peer_through_interfaces_that_have_lost_their_routes_as_well(self):
        for has_lost, interfaces in [(False, []), (True, [2])]:
            with self.subTest(has_lost):
                self.links["lan0"].has_lost_routes = has_lost
                self.keeper.tell()
                self.assertEqual(self.peer.told_through, interfaces)

    def test_tells_the_peer_that_it_hears_it_and_what_it_cannot_serve(self):
        self.peer.silent_for = 5.0
        self.links["lan0"].blind = "interface lan0 has lost its own address"
        self.keeper.look()
        state = self.keeper.state(True)
        isolated = {address: one["isolated"] for address, one in state["virtualIps"].items()}
        self.assertFalse(state["hears"])
        self.assertEqual(isolated, {one.address: one.interface == "lan0" for one in self.keeper.virtual_ips})

    def test_tells_the_peer_that_it_is_doubtful_while_haproxy_is_or_the_gateway_does_not_answer(self):
        for title, doubtful, lost_for, expected in [
            ("neither", False, None, False),
            ("HAProxy", True, None, True),
            ("the gateway", False, 1.5, True),
        ]:
            with self.subTest(title):
                self.haproxy.doubtful, self.lost_for = doubtful, lost_for
                self.assertIs(self.keeper.state(True)["doubtful"], expected)

    def test_tells_the_peer_and_renews_each_veto_while_a_program_runs(self):
        self.keeper.tell_meanwhile()
        self.assertEqual(self.done, [("tell",), ("renew veto", FIRST, 0.5), ("renew veto", SECOND, 0.5)])

    def test_logs_nothing_when_it_starts_healthy_connected_and_without_a_peer(self):
        self.keeper.look()
        self.peer.silent_for = float("inf")
        self.keeper.report()
        self.assertEqual(self.log, [])

    def test_logs_once_what_has_changed(self):
        def unfit():
            self.keeper.unfit = "it does not answer"

        def fit():
            self.keeper.unfit = None

        def without_gateway():
            self.keeper.unfit = "the gateway is lost"

        def heard():
            self.peer.silent_for = 0.0

        def silent():
            self.peer.silent_for = 0.5

        def cut_off():
            self.keeper.cut_off = "the peer and the gateway were lost together"

        def connected():
            self.keeper.cut_off = None

        silent()
        for change, line in [
            (unfit, "this host can't serve: it does not answer"),
            (without_gateway, "this host can't serve: the gateway is lost"),
            (fit, "this host can serve again"),
            (heard, "hearing the keeper of b"),
            (silent, "no longer hearing the keeper of b: silent for more than 0.5 s"),
            (cut_off, "cut off: the peer and the gateway were lost together"),
            (connected, "no longer cut off"),
        ]:
            with self.subTest(line):
                self.log.clear()
                change()
                self.keeper.report()
                self.keeper.report()
                self.assertEqual(self.log, [line])


class Views(Host):
    """What the keeper decides by, of this host."""

    def view(self):
        return self.keeper.own_view(self.first)

    def test_decides_by_what_it_has_seen(self):
        self.first.held, self.first.is_recent, self.must_fence = "lingering", True, True
        self.isolate()
        self.keeper.look()
        self.assertEqual(
            self.view(),
            {
                "held": "lingering",
                "age": 7.0,
                "wanted": False,
                "may_have_connections": True,
                "healthy": False,
                "isolated": True,
                "heartbeat": True,
                "settled": True,
                "must_fence": True,
                "forced_for": None,
            },
        )

    def test_wants_what_heartbeat_wants(self):
        self.first.wish = True
        self.assertEqual([self.keeper.own_view(one)["wanted"] for one in (self.first, self.second)], [True, False])

    def test_wants_every_virtual_ip_after_the_death_of_a_silent_peer_where_heartbeat_runs(self):
        for title, runs, recent, silent_for, wanted in [
            ("it has just died", True, True, 0.5, True),
            ("it has not died, or Heartbeat has had its time", True, False, 0.5, False),
            ("its keeper is heard", True, True, 0.4, False),
            ("Heartbeat does not run here", False, True, 0.5, False),
        ]:
            with self.subTest(title):
                self.runs, self.death.recent, self.peer.silent_for = runs, recent, silent_for
                self.keeper.look()
                self.assertIs(self.view()["wanted"], wanted)

    def test_is_settled_once_the_peer_was_heard_or_has_been_silent_since_the_start_for_as_long_as_silence_is(self):
        self.assertTrue(self.view()["settled"])
        self.peer.heard_at = None
        settled = []
        for seconds in (0, 0.49, 0.02):
            self.now += seconds
            settled.append(self.view()["settled"])
        self.assertEqual(settled, [False, False, True])

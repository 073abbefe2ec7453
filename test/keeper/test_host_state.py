"""What the keeper finds out about this host: its services, links, gateway and virtual IPs."""

from keeper_case import FIRST, SECOND, Host
from keeper.ports import network
from keeper.ports.system import RUN


class Begins(Host):
    def test_makes_the_folders_and_the_pipe_that_it_shares_with_the_agent(self):
        self.assertEqual(self.folders, {"wanted", "held", "peer", "veto", "rules", "forced", "outside"})
        self.assertEqual(self.keeper.wake, f"{RUN}/keeper")

    def test_each_virtual_ip_knows_all_of_them_as_the_kernel_spells_them(self):
        for one in self.keeper.virtual_ips:
            self.assertEqual(one.everyone, {FIRST, SECOND})

    def test_does_not_claim_before_it_has_looked_that_heartbeat_runs(self):
        self.keeper.tell_meanwhile()
        self.assertIs(self.peer.told[-1]["heartbeat"], False)


class Looks(Host):
    def test_looks_at_each_of_its_parts_once_a_step(self):
        self.step()
        looks = self.did("ask HAProxy", "ask gateway", "look for death", "look at fencing", "look at firewall")
        self.assertEqual(looks, [("ask HAProxy",), ("ask gateway",), ("look for death",), ("look at fencing",), ("look at firewall",)])

    def test_reads_the_addresses_once_for_all_virtual_ips(self):
        self.keeper.look()
        self.assertEqual(self.did("look"), [("look", one.address, "present") for one in (self.first, self.second)])

    def test_asks_the_gateway_without_delay_when_the_peer_has_just_fallen_silent(self):
        self.step()
        self.assertEqual(self.did("hurry"), [])
        self.peer.silent_for = 0.5
        self.step()
        self.assertEqual(self.did("hurry", "ask gateway"), [("hurry",), ("ask gateway",)])
        self.step()
        self.assertEqual(self.did("hurry"), [])

    def test_does_not_hurry_for_a_peer_that_it_has_not_heard(self):
        self.peer.silent_for = float("inf")
        self.step()
        self.assertEqual(self.did("hurry"), [])

    def test_looks_at_each_interface_with_the_families_of_its_virtual_ips(self):
        self.step()
        self.assertEqual(
            self.did("look at interface"), [("look at interface", "lan0", "present"), ("look at interface", "wan0", "present")]
        )
        families = {name: one.families for name, one in self.links.items()}
        self.assertEqual(families, {"lan0": {network.INET}, "wan0": {network.INET6}})
        self.assertEqual(self.links["lan0"].virtual_ips, {FIRST, SECOND})

    def test_announces_the_virtual_ips_of_an_interface_whose_link_comes_up(self):
        self.links["wan0"].link_fault = "interface wan0 has no carrier"
        # The link comes up at the first look.
        looks = iter([True, False])
        self.links["wan0"].look = lambda entries: next(looks)
        self.keeper.look()
        self.keeper.look()
        self.assertEqual(self.did("begin to announce"), [("begin to announce", SECOND)])

    def test_reads_claims_and_knows_what_the_peer_holds(self):
        self.arrivals = [(self.now, "claims")]
        self.assertFalse(self.keeper.hear_all())
        (is_held_by_peer,) = self.claimed
        for silent_for, held, expected in [(0.0, "held", True), (0.0, "lingering", False), (5.0, "held", False)]:
            with self.subTest(silent_for=silent_for, held=held):
                self.peer.silent_for, self.peer.says = silent_for, {**self.peer.says, "held": held}
                self.assertIs(is_held_by_peer(self.first), expected)

    def test_is_cut_off_by_the_loss_of_peer_and_gateway_together_until_one_is_back(self):
        self.isolate()
        self.keeper.look()
        self.assertEqual(self.keeper.cut_off, "the peer and the gateway were lost together")
        for back in ("gateway", "peer"):
            with self.subTest(back):
                self.isolate()
                self.keeper.look()
                self.assertIsNotNone(self.keeper.cut_off)
                if back == "gateway":
                    self.lost_for = None
                else:
                    self.peer.silent_for = 0.0
                self.keeper.look()
                self.assertIsNone(self.keeper.cut_off)

    def test_asks_for_the_servers_only_while_it_is_cut_off_and_serves_alone_after_ten_seconds(self):
        self.keeper.look()
        self.assertEqual(self.did("ask for servers"), [])
        self.isolate()
        self.keeper.look()
        self.tick(9.9)
        self.keeper.look()
        self.assertEqual(self.did("ask for servers"), [("ask for servers",)])
        self.assertIsNotNone(self.keeper.cut_off)
        self.tick(0.2)
        self.keeper.look()
        self.assertIsNone(self.keeper.cut_off)
        self.servers.are_reachable = False
        self.keeper.look()
        self.assertIsNotNone(self.keeper.cut_off)

    def assert_second_is_isolated(self, rows):
        """rows: seconds for which the peer's keeper is silent, whether its Heartbeat is heard, whether the second virtual IP is isolated."""
        for silent, hears, isolated in rows:
            with self.subTest(silent=silent, hears=hears):
                self.peer.silent_for, self.hears_heartbeat = silent, hears
                self.keeper.look()
                self.assertIsNone(self.keeper.cut_off)
                self.assertEqual([self.keeper.own_view(one)["isolated"] for one in (self.first, self.second)], [False, isolated])

    def test_a_link_fault_isolates_the_virtual_ips_of_that_interface_while_it_does_not_hear_the_peers_heartbeat(self):
        self.links["wan0"].link_fault = "interface wan0 has no carrier"
        self.assert_second_is_isolated([(0.0, True, False), (2.0, True, False), (0.0, False, True), (2.0, False, True)])

    def test_a_link_that_has_just_come_up_isolates_its_virtual_ips_while_it_hears_nothing_of_the_peer(self):
        self.links["wan0"].blind = "interface wan0 has worked for less than 2 s"
        self.assert_second_is_isolated([(0.0, True, False), (2.0, True, False), (0.0, False, False), (2.0, False, True)])

    def test_is_cut_off_where_every_interface_is_blind(self):
        self.peer.silent_for = 2.0
        for faults, cut_off in [(("wan0",), None), (("lan0", "wan0"), "interface lan0 has no carrier")]:
            with self.subTest(faults):
                for name in faults:
                    self.links[name].link_fault = f"interface {name} has no carrier"
                self.keeper.look()
                self.assertEqual(self.keeper.cut_off, cut_off)

    def test_listens_before_it_acquires_anything_after_a_link_came_up(self):
        self.peer.silent_for, self.first.wish = 2.0, True
        self.links["lan0"].blind = "interface lan0 has worked for less than 2 s"
        self.step()
        self.assertEqual(self.did("take"), [])
        self.links["lan0"].blind = None
        self.step()
        self.assertEqual(len(self.did("take")), 1)

    def test_counts_ten_seconds_from_when_the_link_came_up(self):
        self.isolate()
        self.keeper.look()
        self.tick(9)
        looks = iter([True, False, False])
        self.links["lan0"].look = lambda entries: next(looks)
        self.keeper.look()
        self.tick(9)
        self.keeper.look()
        self.assertIsNotNone(self.keeper.cut_off)
        self.tick(1.1)
        self.keeper.look()
        self.assertIsNone(self.keeper.cut_off)

    def test_names_why_it_cannot_serve(self):
        def haproxy():
            self.haproxy.healthy, self.haproxy.reason = False, "it does not answer"

        def gateway():
            self.is_gone = True

        def failing():
            self.first.fails = self.second.fails = True

        def interface():
            self.links["wan0"].fault = "interface wan0 has no carrier"

        def stopping():
            self.stop_reason = "HAProxy is about to stop"

        self.assertIsNone(self.keeper.why_unfit())
        for cause, reason in [
            (failing, f"{FIRST} {SECOND} cannot be taken"),
            (gateway, "the gateway is lost"),
            (interface, "interface wan0 has no carrier"),
            (haproxy, "it does not answer"),
            (stopping, "HAProxy is about to stop"),
        ]:
            with self.subTest(reason):
                cause()
                self.assertEqual(self.keeper.why_unfit(), reason)

    def test_is_neither_unfit_nor_healthy_without_the_gateway_and_for_five_seconds_after(self):
        for title, cut_off in [("the gateway alone", self.lose_gateway), ("it is isolated", self.isolate)]:
            with self.subTest(title):
                self.make()
                seen = []
                cut_off()
                for seconds in (0, 60):
                    self.tick(seconds)
                    self.keeper.look()
                    seen.append((self.keeper.unfit, self.keeper.healthy()))
                self.lost_for, self.peer.silent_for = None, 0.0
                for seconds in (4.9, 0.2):
                    self.tick(seconds)
                    self.keeper.look()
                    seen.append((self.keeper.unfit, self.keeper.healthy()))
                self.assertEqual(seen, [(None, False), (None, False), (None, False), (None, True)])

    def test_is_not_healthy_for_five_seconds_after_a_fault_of_an_interface(self):
        self.links["lan0"].fault = "interface lan0 has no carrier"
        self.keeper.look()
        self.assertEqual((self.keeper.unfit, self.keeper.healthy()), ("interface lan0 has no carrier", False))
        self.links["lan0"].fault = None
        for seconds, healthy in ((4.9, False), (0.2, True)):
            self.tick(seconds)
            self.keeper.look()
            self.assertEqual((self.keeper.unfit, self.keeper.healthy()), (None, healthy))

    def test_is_not_healthy_while_it_is_unfit(self):
        self.haproxy.healthy, self.haproxy.reason = False, "it does not answer"
        self.keeper.look()
        self.assertFalse(self.keeper.healthy())

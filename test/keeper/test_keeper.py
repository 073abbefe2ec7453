"""What the keeper does, and in which order: with its virtual IPs, and with what it hears."""

from keeper_case import FIRST, SECOND, Host
from keeper.decision.decide import DROP, FENCE, LINGER, NOTHING, TAKE, YIELD
from keeper.ports import clock, system
from keeper.ports.system import RUN


class Steps(Host):
    def names(self, address):
        return [one[0] for one in self.done if address in one]

    def test_tells_the_agent_of_the_peer_before_it_calls_it_and_announces_before_it_tells_the_peer(self):
        self.first.wish, self.peer.former = True, {FIRST}
        self.peer.says["held"] = "lingering"
        self.step()
        self.assertEqual(self.names(FIRST), ["look", "write peer", "announce again", "take", "run hooks", "delete strays", "announce"])
        self.assertEqual(self.did("write peer"), [("write peer", FIRST, "lingering"), ("write peer", SECOND, "lingering")])
        self.assertEqual([one[-1] for one in self.did("announce again")], [True, False])
        self.assertEqual(self.done[-1], ("tell",))

    def test_decides_for_each_virtual_ip_by_itself(self):
        self.first.held, self.second.wish = "lingering", True
        self.step()
        self.assertEqual(self.did("linger", "take"), [("linger", FIRST), ("take", SECOND, "present by now")])

    def test_vetoes_whatever_it_would_not_take_itself_if_heartbeat_wanted_it(self):
        there = {"held": "no", "peer_held": "no", "lost_for": None, "must_fence": False, "heard_at": self.now}
        for title, changed, is_vetoed in [
            ("no host has it", {}, False),
            ("it is held here", {"held": "held"}, False),
            ("it lingers here", {"held": "lingering"}, False),
            ("it lingers on the peer", {"peer_held": "lingering"}, False),
            ("the peer holds it", {"peer_held": "held"}, True),
            ("this host is isolated", {"held": "held", "lost_for": 2.0}, True),
            ("the peer must be fenced first", {"must_fence": True}, True),
            ("the keeper has not settled yet", {"heard_at": None}, True),
        ]:
            with self.subTest(title):
                case = {**there, **changed}
                self.make()
                self.first.held, self.peer.says["held"] = case["held"], case["peer_held"]
                self.lost_for, self.peer.silent_for = case["lost_for"], case["lost_for"] or 0.0
                self.must_fence, self.peer.heard_at = case["must_fence"], case["heard_at"]
                self.step()
                # For no longer than its silence is to be taken for its end.
                self.assertEqual(self.first.vetoes, [(is_vetoed, 0.5)])

    def test_tends_connections_as_those_of_a_virtual_ip_that_the_peer_serves_only_where_it_lingers_here(self):
        for held, peer_held, serves in [
            ("lingering", "held", True),
            ("lingering", "no", False),
            ("held", "held", False),
            ("no", "held", False),
        ]:
            with self.subTest(f"{held} here, {peer_held} there"):
                self.first.held, self.peer.says["held"] = held, peer_held
                self.step()
                self.assertEqual(self.first.tended[-1], (peer_held, serves))

    def test_mends_and_moves_by_what_it_has_seen(self):
        self.haproxy.healthy, self.haproxy.reason, self.haproxy.doubtful = False, "it does not answer", True
        self.step()
        self.assertEqual(self.did("mend", "move"), [("mend", True, False), ("move", False, True, "it does not answer", True)])


class Acts(Host):
    def test_calls_the_agent_for_what_is_decided(self):
        for action, done in [
            (NOTHING, []),
            (TAKE, [("take", FIRST, "present by now")]),
            (LINGER, [("linger", FIRST)]),
            (DROP, [("drop", FIRST), ("look", FIRST, "present by now")]),
            (YIELD, [("release", FIRST), ("look", FIRST, "present by now")]),
        ]:
            with self.subTest(action):
                self.done.clear()
                self.keeper.act(self.first, action, self.peer.view(None))
                self.assertEqual(self.done, done)

    def test_fences_the_peer_and_renews_meanwhile_what_lingers(self):
        for held, held_too, done in [
            ("no", "no", [("fence", False)]),
            ("no", "held", [("fence", True)]),
            ("no", "lingering", [("fence", False)]),
            ("lingering", "no", [("fence", False), ("linger", FIRST)]),
            ("lingering", "held", [("fence", True), ("linger", FIRST)]),
        ]:
            with self.subTest(f"{held}, and the other one {held_too}"):
                self.done.clear()
                self.first.held, self.second.held = held, held_too
                self.keeper.act(self.first, FENCE, self.peer.view(None))
                self.assertEqual(self.done, done)


class Hears(Host):
    def arrive(self, *inputs):
        self.arrivals = [(self.now, sock) for sock in inputs]

    def test_acts_at_once_on_a_line_in_its_pipe_and_on_a_change_of_the_addresses_alone(self):
        wake = self.keeper.wake
        for sock, has_changed, is_urgent in [
            (wake, False, True),
            ("addresses", True, True),
            ("addresses", False, False),
            ("death", True, False),
            ("gateway", True, False),
        ]:
            with self.subTest(f"{sock}, {has_changed}"):
                self.has_changed = has_changed
                self.arrive(sock)
                self.assertIs(self.keeper.receive(sock), is_urgent)
                self.assertEqual(self.arrivals, [])

    def test_leaves_on_the_line_leave_alone_and_hands_each_line_on_to_death(self):
        self.lines = ["stopped", "dead b"]
        self.keeper.receive(self.keeper.wake)
        self.assertFalse(self.keeper.is_leaving)
        self.lines = ["leave", "started"]
        self.keeper.receive(self.keeper.wake)
        self.assertTrue(self.keeper.is_leaving)
        self.assertEqual([line for _, line in self.did("death is told")], ["stopped", "dead b", "leave", "started"])

    def test_asks_to_leave_by_its_own_pipe(self):
        self.patch(system, "write_line", lambda pipe, line: self.lines.append((pipe, line)))
        self.keeper.ask_to_leave()
        self.assertEqual(self.lines, [(f"{RUN}/keeper", "leave")])
        self.assertFalse(self.keeper.is_leaving)

    def test_acts_at_once_on_a_packet_of_the_peer_with_news_or_shortly_before_a_step_is_due(self):
        # Half an interval is 0.125 s.
        for title, hears, after, due_in, is_urgent in [
            ("nothing new, and the step is far", True, "before", 0.2, False),
            ("nothing new, and the step is not quite near", True, "before", 0.126, False),
            ("nothing new, and the step is near", True, "before", 0.124, True),
            ("its virtual IPs have changed", True, "after", 0.2, True),
            ("its virtual IPs have changed, and the step is near", True, "after", 0.1, True),
            ("it was not the peer's, and the step is near", False, "before", 0.1, False),
        ]:
            with self.subTest(title):
                self.peer.holding, self.peer.hears, self.peer.next = "before", hears, after
                self.keeper.due = clock.now() + due_in
                self.assertIs(self.keeper.receive("peer"), is_urgent)

    def test_reads_all_that_has_come_in_before_it_says_that_some_of_it_is_urgent(self):
        self.arrive("gateway", self.keeper.wake, "death", "addresses", "peer")
        self.assertTrue(self.keeper.hear_all())
        self.assertEqual(self.arrivals, [])

    def test_says_that_nothing_is_urgent_where_nothing_has_come_in_or_only_what_can_wait(self):
        self.assertFalse(self.keeper.hear_all())
        self.arrive("gateway", "death")
        self.assertFalse(self.keeper.hear_all())

    def test_does_not_read_a_flood_to_its_end(self):
        rounds = []
        self.patch(self.gateway, "hear", rounds.append)
        self.arrive("gateway")
        self.keeper.hear_all()
        self.assertEqual(len(rounds), 1000)

    def test_judges_by_the_moment_at_which_it_last_found_nothing_more_to_read(self):
        self.arrive("gateway")
        self.now += 0.1
        self.keeper.hear_all()
        self.assertEqual(clock.now(), self.now)

    def test_tells_death_and_mending_that_it_was_asleep_when_it_has_heard_nothing_for_more_than_two_intervals(self):
        for seconds, slept in [(0.25, []), (0.49, []), (0.51, ["death", "mending"]), (0.1, [])]:
            with self.subTest(seconds):
                self.slept.clear()
                self.now += seconds
                self.keeper.hear_all()
                self.assertEqual(self.slept, slept)

    def test_has_not_stood_still_for_mending_while_a_program_ran(self):
        self.now += 0.4
        self.keeper.tell_meanwhile()
        self.now += 0.2
        self.keeper.hear_all()
        self.assertEqual(self.slept, ["death"])

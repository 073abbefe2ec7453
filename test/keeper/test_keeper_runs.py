"""The keeper's main loop: how long it waits, what it needs, and how it ends."""

import unittest

from keeper_case import CONFIG, FIRST, SECOND, Host
from keeper.ports import system


class Runs(Host):
    def run_for(self, seconds, step=None):
        """When it steps, in seconds since its start; until it is told to leave."""
        began, steps = self.now, []

        def record():
            steps.append(self.now - began)
            self.done.append(("step",))
            if step:
                step()

        self.lines = ["leave"]
        self.arrivals.append((self.now + seconds, self.keeper.wake))
        self.patch(self.keeper, "step", record)
        self.keeper.run()
        return steps

    def test_steps_once_an_interval_and_once_more_when_it_is_told_to_leave(self):
        self.assertEqual(self.run_for(0.875), [0, 0.25, 0.5, 0.75, 0.875])

    def test_steps_at_once_on_what_is_urgent_and_counts_the_interval_from_there(self):
        self.arrivals = [(self.now + 0.375, "addresses")]
        self.assertEqual(self.run_for(0.75)[:4], [0, 0.25, 0.375, 0.625])

    def test_does_not_step_sooner_for_what_can_wait(self):
        self.arrivals = [(self.now + 0.1, "peer")]
        self.assertEqual(self.run_for(0.5)[:2], [0, 0.25])

    def test_steps_when_the_peer_is_due_to_be_dead(self):
        self.death.due_at = self.now + 0.375

        def look():
            if self.now >= self.death.due_at:
                self.death.due_at = float("inf")

        self.assertEqual(self.run_for(0.75, look)[:4], [0, 0.25, 0.375, 0.625])

    def test_is_ready_before_its_first_step_and_sees_to_it_that_the_peer_is_told_meanwhile(self):
        self.run_for(0.5)
        ready = [("notify", 1000.0, "READY=1"), ("while waiting", 0.25, self.keeper.tell_meanwhile), ("step",)]
        self.assertEqual(self.done[:3], ready)

    def test_notifies_the_watchdog_with_its_first_step_and_about_once_a_second(self):
        self.run_for(6)
        told = [at for _, at, text in self.did("notify") if text == "WATCHDOG=1"]
        self.assertEqual(told[0], 1000)
        for before, after in zip(told, [*told[1:], self.now], strict=True):
            self.assertLessEqual(after - before, 1.25)
        self.assertLessEqual(len(told), 6)

    def test_tries_again_and_again_to_open_what_it_could_not_open_for_the_peer(self):
        self.assertLessEqual(len(self.run_for(0.6)), self.peer.opened)


class Needs(Host):
    """What a host that shuts down still needs a virtual IP for."""

    def test_needs_what_lingers_until_the_peer_has_it_or_does_not_take_it_and_its_connections_are_closed(self):
        there = {"silent_for": 0.0, "peer_held": "no", "connections": False}
        for title, waited, changed, needed in [
            ("the peer is about to take it", 2.9, {}, True),
            ("the peer has not taken it within 3 s", 3.1, {}, False),
            ("the peer has let it linger", 2.9, {"peer_held": "lingering"}, True),
            ("the peer has it", 1.0, {"peer_held": "held"}, False),
            ("the peer is silent", 1.0, {"silent_for": 0.5}, False),
            ("the peer is silent, and last had it", 1.0, {"silent_for": 0.5, "peer_held": "held"}, False),
            ("the peer has it, and connections are open", 9.9, {"peer_held": "held", "connections": True}, True),
            ("the peer is silent, and connections are open", 9.9, {"silent_for": 0.5, "connections": True}, True),
            ("the peer has not taken it, and connections are open", 9.9, {"connections": True}, True),
            ("connections are open for more than 10 s", 10.1, {"connections": True}, False),
        ]:
            with self.subTest(title):
                case = {**there, **changed}
                self.first.held, self.first.connections = "lingering", case["connections"]
                self.peer.silent_for, self.peer.says["held"] = case["silent_for"], case["peer_held"]
                self.assertIs(self.keeper.is_needed(self.first, waited), needed)

    def test_waits_for_the_peer_for_two_seconds_more_than_deadtime_but_not_for_more_than_ten(self):
        self.first.held, self.peer.says["held"] = "lingering", "no"
        for deadtime, waited, needed in [(5.0, 6.9, True), (5.0, 7.1, False), (30.0, 9.9, True), (30.0, 10.1, False)]:
            with self.subTest(deadtime=deadtime, waited=waited):
                self.keeper.config = {**CONFIG, "deadtime": deadtime}
                self.assertIs(self.keeper.is_needed(self.first, waited), needed)

    def test_needs_nothing_that_does_not_linger(self):
        self.first.connections = True
        for held in ("held", "no"):
            with self.subTest(held):
                self.first.held = held
                self.assertFalse(self.keeper.is_needed(self.first, 0.0))


class Stops(Host):
    def stop(self):
        """For how long it waits, in seconds."""
        began = self.now
        self.done.clear()
        self.keeper.stop()
        return self.now - began

    def lingers_until(self, peer_takes_it_after):
        self.first.held = "lingering"
        began = self.now

        def view(virtual_ip):
            held = "held" if self.now - began >= peer_takes_it_after else "no"
            return {"fresh": True, "via": None, **self.peer.says, "held": held}

        self.patch(self.peer, "view", view)

    def test_says_farewell_at_once_where_nothing_lingers_here(self):
        self.assertEqual(self.stop(), 0)
        self.assertIs(self.peer.told[-1]["leaves"], True)
        self.assertEqual(len(self.peer.told), 1)

    def test_hands_over_first_where_haproxy_is_restarted_with_it_and_the_peer_can_serve(self):
        for name, case, waits in (
            ("both are restarted", {}, 5.1),
            ("the keeper alone", {"haproxy_has_job": False}, 0.1),
            ("an unfit peer", {"healthy": False}, 0),
            ("no Heartbeat there", {"heartbeat": False}, 0),
            ("no Heartbeat here", {"runs": False}, 0),
            ("nothing is held", {"held": "no"}, 0),
            ("an operator's hold", {"forced_for": 3.0}, 0),
        ):
            with self.subTest(name):
                self.make()
                self.haproxy_has_job, self.runs = case.get("haproxy_has_job", True), case.get("runs", True)
                self.peer.said = {"healthy": case.get("healthy", True), "heartbeat": case.get("heartbeat", True)}
                self.first.held, self.first.forced_for = case.get("held", "held"), case.get("forced_for")
                self.assertAlmostEqual(self.stop(), waits, delta=0.25 if waits > 5 else 0.001)
                self.assertEqual(len(self.did("give all")), int(waits > 5))

    def test_withdraws_its_vetoes(self):
        self.stop()
        self.assertEqual((self.first.vetoes, self.second.vetoes), ([(False, 0)], [(False, 0)]))

    def test_its_farewell_says_whether_heartbeat_has_a_process(self):
        for has_process in (True, False):
            with self.subTest(has_process):
                self.has_process = has_process
                self.stop()
                self.assertIs(self.peer.told[-1]["heartbeat"], has_process)

    def test_renews_what_lingers_alone_and_tells_the_peer_once_an_interval_until_the_peer_has_taken_it(self):
        self.lingers_until(1.0)
        self.assertEqual(self.stop(), 1.0)
        self.assertEqual(self.did("linger"), [("linger", FIRST)] * 4)
        told = [state.get("leaves", False) for state in self.peer.told]
        self.assertEqual(told, [False, False, False, False, True])

    def test_waits_three_seconds_for_a_peer_that_does_not_take_it(self):
        self.lingers_until(60)
        self.assertEqual(self.stop(), 3.0)

    def test_waits_ten_seconds_for_connections_and_tends_them_once_the_peer_has_it(self):
        self.lingers_until(1.0)
        self.first.connections = True
        self.assertEqual(self.stop(), 10.0)
        self.assertEqual(self.first.tended, [("no", False)] * 4 + [("held", True)] * 36)

    def test_renews_all_that_lingers_while_one_is_needed(self):
        self.lingers_until(0)
        self.second.held, self.second.connections = "lingering", True
        self.stop()
        self.assertEqual(self.did("linger")[:2], [("linger", FIRST), ("linger", SECOND)])

    def test_goes_by_what_the_kernel_has_when_it_begins_and_after_each_wait(self):
        began, self.first.held = self.now, "held"

        def look(present):
            self.first.held = "lingering" if self.now - began < 1 else "no"

        self.patch(self.first, "look", look)
        self.assertEqual(self.stop(), 1.0)

    def test_hears_the_peer_while_it_waits_for_it(self):
        self.lingers_until(1.0)
        self.arrivals = [(self.now + 0.1, "peer")]
        self.stop()
        self.assertEqual(self.arrivals, [])

    def test_releases_what_is_held_when_the_host_shuts_down_and_heartbeat_was_killed(self):
        for title, has_process, is_stopping, released in [
            ("Heartbeat was killed", False, True, [("linger", FIRST)]),
            ("Heartbeat runs", True, True, []),
            ("the host stays", False, False, []),
        ]:
            with self.subTest(title):
                self.done.clear()
                self.log.clear()
                self.has_process = has_process
                self.patch(system, "is_host_stopping", lambda is_stopping=is_stopping: is_stopping)
                self.first.held = "held"
                self.keeper.release_what_no_heartbeat_stops()
                self.assertEqual((self.did("linger"), len(self.log)), (released, len(released)))
                # What it has released lingers by now, and stop must know.
                self.assertEqual(bool(self.did("look")), bool(released))

    def test_waits_until_the_peer_has_taken_what_it_has_released_itself(self):
        self.lingers_until(1.0)
        self.first.held = "held"
        self.has_process = False
        self.patch(system, "is_host_stopping", lambda: True)
        self.patch(self.first, "linger", lambda: setattr(self.first, "held", "lingering"))
        self.assertEqual(self.stop(), 1.0)


if __name__ == "__main__":
    unittest.main()

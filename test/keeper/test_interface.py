"""When the interface of virtual IPs does not lead to clients."""

import unittest

from support import TestCase
from keeper.ports import clock, network
from keeper.ports.network import INET, INET6
from keeper.ports.types import Entry
from keeper.witnesses.interface import Interface

VIRTUAL, OWN, OWN6 = "192.0.2.10", "192.0.2.1", "2001:db8::1"
LAN, WAN = 2, 3


class Faults(TestCase):
    def setUp(self):
        super().setUp()
        self.state = network.UP
        self.routes = {INET, INET6}
        self.patch(network, "index_of", {"lan0": LAN}.get)
        self.patch(network, "link_state", lambda name: self.state)
        self.hardware_address = "02:00:00:00:00:01"
        self.patch(network, "hardware_address_of", lambda name: self.hardware_address)
        self.patch(network, "has_route", lambda name, family: family in self.routes)
        self.make(INET)

    def make(self, *families):
        self.interface = Interface("lan0", set(families), {VIRTUAL})

    def fault(self, *addresses, interface=LAN, after=0.0):
        self.now += after
        self.interface.look([Entry(address, 24, True, interface) for address in addresses])
        return self.interface.fault

    def test_reports_the_state_of_the_link_at_once(self):
        self.assertIsNone(self.fault(OWN))
        for state in (network.DOWN, network.NO_CARRIER, network.MISSING):
            with self.subTest(state):
                self.state = state
                self.assertEqual(self.fault(OWN), f"interface lan0 {state}")
                self.assertEqual(self.interface.link_fault, f"interface lan0 {state}")
        self.state = network.UP
        self.assertIsNone(self.fault(OWN))

    def test_is_blind_while_the_link_fails_and_for_two_seconds_after_it_came_up(self):
        self.fault(OWN)
        self.assertIsNone(self.interface.why_blind())
        self.state = network.NO_CARRIER
        self.fault(OWN)
        self.assertEqual(self.interface.why_blind(), "interface lan0 has no carrier")
        self.state = network.UP
        self.fault(OWN)
        self.now += 1.9
        self.fault(OWN)
        self.assertEqual(self.interface.why_blind(), "interface lan0 has worked for less than 2 s")
        self.now += 0.1
        self.assertIsNone(self.interface.why_blind())

    def test_reports_a_lost_own_address_after_a_second(self):
        for title, rest, interface in [
            ("no address", [], LAN),
            ("the virtual IP alone", [VIRTUAL], LAN),
            ("the address on another interface", [OWN], WAN),
            ("an address of the other family", [OWN6], LAN),
        ]:
            with self.subTest(title):
                self.make(INET)
                self.assertIsNone(self.fault(OWN))
                self.assertIsNone(self.fault(*rest, interface=interface))
                self.assertIsNone(self.fault(*rest, interface=interface, after=0.9))
                fault = self.fault(*rest, interface=interface, after=0.1)
                self.assertEqual(fault, "interface lan0 has lost its own address")
                self.assertIsNone(self.interface.link_fault)
                self.assertIsNone(self.fault(OWN))
                self.assertIsNone(self.fault(*rest, interface=interface, after=5))

    def test_reports_a_lost_route_after_a_second(self):
        self.assertIsNone(self.fault(OWN))
        self.routes = set()
        # The table was read just now.
        self.assertIsNone(self.fault(OWN, after=0.9))
        self.assertIsNone(self.fault(OWN, after=0.1))
        self.assertIsNone(self.fault(OWN, after=0.9))
        self.assertEqual(self.fault(OWN, after=0.1), "interface lan0 has lost its own route")

    def test_is_blind_without_any_route_and_listens_for_two_seconds_when_one_is_back(self):
        self.make(INET, INET6)
        self.fault(OWN, OWN6)
        self.routes = {INET6}
        self.fault()
        self.fault(OWN6, after=1)
        self.assertEqual((self.interface.has_lost_routes, self.interface.why_blind()), (False, None))
        self.routes = set()
        self.fault()
        self.fault(after=1)
        self.assertEqual(self.interface.index, LAN)
        self.assertTrue(self.interface.has_lost_routes)
        self.assertEqual(self.interface.why_blind(), "interface lan0 has lost its own address")
        self.routes = {INET}
        self.assertTrue(self.interface.look([Entry(OWN, 24, True, LAN)]))
        self.assertEqual(self.interface.why_blind(), "interface lan0 has worked for less than 2 s")
        self.assertFalse(self.interface.look([Entry(OWN, 24, True, LAN)]))
        self.now += 2
        self.assertIsNone(self.interface.why_blind())

    def test_neighbours_must_hear_of_another_hardware_address(self):
        heard = []
        for address in ("02:00:00:00:00:01", "02:00:00:00:00:02", None, "02:00:00:00:00:02", "02:00:00:00:00:03"):
            self.hardware_address = address
            heard.append(self.interface.look([Entry(OWN, 24, True, LAN)]))
        self.assertEqual(heard, [False, True, False, False, True])

    def test_knows_since_when_the_link_has_failed(self):
        self.fault(OWN)
        self.assertIsNone(self.interface.failed_at)
        self.state = network.NO_CARRIER
        began = self.now + 1
        clock.advance(began)
        self.fault(OWN)
        clock.advance(began + 1)
        self.state = network.DOWN
        self.fault(OWN)
        self.assertEqual(self.interface.failed_at, began)
        self.state = network.UP
        self.fault(OWN)
        self.assertIsNone(self.interface.failed_at)

    def test_a_link_that_fails_has_not_lost_its_routes(self):
        self.fault(OWN)
        self.routes, self.state = set(), network.NO_CARRIER
        self.fault()
        self.fault(after=1)
        self.assertFalse(self.interface.has_lost_routes)

    def test_does_not_miss_what_the_interface_never_had(self):
        self.routes = set()
        self.assertIsNone(self.fault(VIRTUAL))
        self.assertIsNone(self.fault(VIRTUAL, after=60))

    def test_an_ipv6_interface_needs_a_global_address(self):
        self.make(INET6)
        self.assertIsNone(self.fault("fe80::1"))
        self.assertIsNone(self.fault("fe80::1", after=60))
        self.assertIsNone(self.fault("fe80::1", OWN6))
        self.fault("fe80::1")
        self.assertEqual(self.fault("fe80::1", after=1), "interface lan0 has lost its own address")


if __name__ == "__main__":
    unittest.main()

"""What a holder does when it hears that another host claims its virtual IP."""

import socket
import struct
import unittest
from types import SimpleNamespace
from unittest import mock

from support import TestCase
from keeper.address import claims
from keeper.ports import network
from keeper.ports.network import Claim

ADDRESS, OTHER, LAN, WAN = "192.0.2.10", "192.0.2.11", 2, 3
MAC = "02:00:00:00:00:01"


class Hears(TestCase):
    def setUp(self):
        super().setUp()
        self.announced = []
        self.claim = Claim(ADDRESS, LAN, MAC)
        self.is_held_by_peer = False
        self.patch(network, "claims", lambda addresses: addresses)
        self.patch(network, "receive_claim", lambda sock: self.claim)
        self.patch(claims, "log", self.logged)
        one = SimpleNamespace(
            address=ADDRESS,
            is_held_on=lambda interface: interface == LAN,
            announcements=SimpleNamespace(begin=lambda: self.announced.append(self.now)),
        )
        self.claims = claims.Claims([one])

    def hear(self, after=0.0):
        self.now += after
        self.claims.hear("socket", lambda virtual_ip: self.is_held_by_peer)
        return len(self.announced)

    def test_listens_for_the_virtual_ips(self):
        self.assertEqual(self.claims.sockets, [ADDRESS])

    def test_announces_again_once_a_second_and_logs_once_a_minute(self):
        self.assertEqual([self.hear(), self.hear(0.9), self.hear(0.1), self.hear(58.9), self.hear(1)], [1, 1, 2, 3, 4])
        self.assertEqual(self.log, [f"announcing {ADDRESS} again: {MAC} claims it too"] * 2)

    def test_ignores_other_packets_other_addresses_other_interfaces_and_what_the_peer_holds(self):
        for claim, is_held_by_peer in [
            (None, False),
            (Claim(OTHER, LAN, MAC), False),
            (Claim(ADDRESS, WAN, MAC), False),
            (Claim(ADDRESS, LAN, MAC), True),
        ]:
            with self.subTest(claim):
                self.claim, self.is_held_by_peer = claim, is_held_by_peer
                self.assertEqual(self.hear(), 0)


class Packets(TestCase):
    """Which packets are claims, as the kernel delivers them."""

    def setUp(self):
        super().setUp()
        self.patch(network, "index_of", {"lan0": LAN}.get)
        self.patch(network, "hardware_address_of", lambda interface: "02:00:00:00:00:ff")

    def receive(self, protocol, packet):
        self.patch(network, "receive", mock.Mock(return_value=(packet, 0.0, ("lan0", protocol, 1, 1, bytes(6)))))
        return network.receive_claim("socket")

    def arp(self, mac):
        head = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 2)
        return head + bytes.fromhex(mac.replace(":", "")) + socket.inet_aton(ADDRESS) + bytes(10)

    def advertisement(self, mac, option=2):
        target = socket.inet_pton(socket.AF_INET6, "2001:db8::9")
        head = bytes(40) + struct.pack("!BBHI", 136, 0, 0, 0) + target
        return head + bytes([option, 1]) + bytes.fromhex(mac.replace(":", ""))

    def test_reads_the_sender_of_an_arp_packet(self):
        self.assertEqual(self.receive(0x0806, self.arp(MAC)), Claim(ADDRESS, LAN, MAC))

    def test_reads_the_target_of_a_neighbour_advertisement(self):
        self.assertEqual(self.receive(0x86DD, self.advertisement(MAC)), Claim("2001:db8::9", LAN, MAC))

    def test_ignores_this_hosts_own_packets_and_incomplete_ones(self):
        own = "02:00:00:00:00:ff"
        for protocol, packet in [
            (0x0806, self.arp(own)),
            (0x86DD, self.advertisement(own)),
            (0x0806, self.arp(MAC)[:27]),
            (0x86DD, self.advertisement(MAC)[:71]),
            (0x86DD, self.advertisement(MAC, option=1)),
        ]:
            with self.subTest(packet):
                self.assertIsNone(self.receive(protocol, packet))

    def test_has_nothing_where_nothing_was_received(self):
        self.patch(network, "receive", mock.Mock(side_effect=BlockingIOError))
        self.assertIsNone(network.receive_claim("socket"))


if __name__ == "__main__":
    unittest.main()

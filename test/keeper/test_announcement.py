"""What the keeper and the agent send to the neighbours of a virtual IP."""

import socket
import struct
import unittest
from unittest import mock

from support import TestCase
from keeper.ports import announcement, netlink

MAC = bytes.fromhex("020000000001")
IP4, IP6 = "192.0.2.9", "2001:db8::9"


class Announces(TestCase):
    def setUp(self):
        super().setUp()
        self.sent = []
        self.sock = mock.MagicMock()
        self.sock.__enter__.return_value = self.sock
        self.sock.sendto.side_effect = lambda packet, target: self.sent.append((packet, target))
        self.patch(announcement, "_mac", lambda interface: MAC)
        self.patch(announcement, "_packets", lambda: self.sock)

    def test_an_ipv4_address_to_everybody_as_an_arp_request_and_as_a_reply(self):
        announcement.announce(IP4, "eth0")
        raw = socket.inet_aton(IP4)
        head = b"\xff" * 6 + MAC + bytes.fromhex("0806000108000604")
        request = head + b"\x00\x01" + MAC + raw + bytes(6) + raw
        reply = head + b"\x00\x02" + MAC + raw + MAC + raw
        self.assertEqual(self.sent, [(request, ("eth0", 0x0806)), (reply, ("eth0", 0x0806))])

    def test_an_ipv6_address_to_all_nodes_with_the_flag_to_override_what_they_know(self):
        self.patch(socket, "socket", lambda *kind: self.sock)
        self.patch(socket, "if_nametoindex", lambda name: 7)
        announcement.announce(IP6, "eth0")
        head, flags = struct.unpack("!BBHI", self.sent[0][0][:8])[0::3]
        self.assertEqual((head, flags), (136, 0x20000000))
        self.assertEqual(self.sent[0][0][8:], socket.inet_pton(socket.AF_INET6, IP6) + b"\x02\x01" + MAC)
        self.assertEqual(self.sent[0][1], ("ff02::1", 0, 0, 7))
        self.sock.bind.assert_called_once_with((IP6, 0, 0, 7))
        # A neighbour drops an advertisement with another hop limit (RFC 4861, section 7.1.2).
        self.sock.setsockopt.assert_called_once_with(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)


class Program(TestCase):
    def setUp(self):
        super().setUp()
        self.announced = []
        self.patch(announcement, "announce", lambda *what: self.announced.append(what))
        self.patch(announcement.time, "sleep", lambda seconds: None)

    def run_with(self, found):
        self.patch(netlink, "addresses", lambda: found)
        announcement.main("2001:DB8:0:0::9", "eth0")
        return len(self.announced)

    def test_announces_at_once_and_after_each_pause_while_the_address_is_held(self):
        self.assertEqual(self.run_with([netlink.Entry(IP6, 128, True, 2)]), 1 + len(announcement.PAUSES))

    def test_announces_once_where_the_address_is_gone_by_then(self):
        self.assertEqual(self.run_with([]), 1)

    def test_announces_once_where_the_address_lingers_by_then(self):
        self.assertEqual(self.run_with([netlink.Entry(IP6, 128, False, 2)]), 1)


if __name__ == "__main__":
    unittest.main()

"""For how long the gateway has not answered."""

import struct
import unittest
from types import SimpleNamespace

from support import TestCase
from keeper.ports import clock, network
from keeper.witnesses import gateway


class Sock:
    family = network.INET

    def __init__(self):
        self.sent = []

    def sendto(self, packet, address):
        self.sent.append((packet, address))


class Silence(TestCase):
    def setUp(self):
        super().setUp()
        self.written = {}
        self.sock = Sock()
        self.patch(network, "echoes", lambda family: self.sock if family == network.INET else None)
        self.patch(gateway, "write", lambda path, text: self.written.update({path: text}))

    def make(self, answered="192.0.2.1", ping=("192.0.2.1",)):
        self.patch(gateway, "read", lambda path: answered)
        self.gateway = gateway.Gateway({"ping": list(ping), "virtualIps": [{"interface": "lan0"}]})
        self.gateway.look()

    def after(self, seconds, steps=1):
        for _ in range(steps):
            self.now += seconds / steps
            clock.advance(self.now)
            self.gateway.look()
        return round(self.gateway.lost_for() or 0, 1)

    def answer(self, identity=None, kind=0, nonce=None, source=None, question=-1):
        asked, address = self.sock.sent[question]
        own = struct.unpack_from("!H", asked, 4)[0] if identity is None else identity
        packet = bytes([0x45]) + bytes(19) + struct.pack("!BBHHH", kind, 0, 0, own, 1) + (nonce or asked[8:])
        self.patch(network, "receive", lambda sock: (packet, 0.0, (source, 0) if source else address))
        self.gateway.hear(self.sock)

    def test_counts_since_the_last_answer_once_that_is_overdue(self):
        self.make()
        self.assertEqual([self.after(1, 4), self.after(1, 4), self.after(2, 8)], [0, 2, 4])

    def test_does_not_count_the_time_in_which_a_frozen_host_did_not_ask(self):
        self.make()
        self.assertEqual([self.after(60), self.after(1, 4)], [0, 1.5])

    def test_of_a_host_that_asks_late_keeps_the_time_before(self):
        self.make()
        self.assertEqual([self.after(2, 8), self.after(1.5), self.after(1, 4)], [2, 2.5, 3.5])

    def test_a_gateway_that_never_answered_is_not_lost(self):
        self.make(answered=None)
        self.assertEqual(self.after(60, 120), 0)
        self.assertTrue(self.gateway.has_answered_since(self.now))

    def test_the_first_answer_is_remembered_across_a_restart(self):
        self.make(answered=None)
        self.answer()
        self.assertEqual(self.written, {gateway.ANSWERED: "192.0.2.1"})
        self.assertEqual(self.after(2, 8), 2)

    def test_an_answer_to_another_program_does_not_count(self):
        self.make()
        self.after(2, 8)
        self.answer(identity=1)
        self.assertEqual(self.after(0), 2)
        self.answer(kind=3)
        self.assertEqual(self.after(0), 2)
        self.answer()
        self.assertEqual(self.after(0), 0)

    def test_a_link_local_gateway_answers_without_its_scope(self):
        self.make(ping=("fe80::1%lan0",))
        self.gateway.sockets[network.INET6] = self.sock
        self.after(2, 8)
        self.assertEqual(self.sock.sent[-1][1], ("fe80::1%lan0", 0))
        asked = self.sock.sent[-1][0]
        packet = bytes([0x45]) + bytes(19) + struct.pack("!BBHHH", 0, 0, 0, struct.unpack_from("!H", asked, 4)[0], 1) + asked[8:]
        self.patch(network, "receive", lambda sock: (packet, 0.0, ("fe80::1", 0, 0, 2)))
        self.gateway.hear(self.sock)
        self.assertEqual(self.after(0), 0)

    def test_an_answer_counts_from_the_address_that_was_asked_with_the_nonce_of_one_of_the_last_three_questions(self):
        self.make()
        self.after(2, 8)
        self.answer(source="198.51.100.1")
        self.assertEqual(self.after(0), 2)
        self.answer(nonce=bytes(8))
        self.assertEqual(self.after(0), 2)
        self.answer(question=-4)
        self.assertEqual(self.after(0), 2)
        self.answer(question=-3)
        self.assertEqual(self.after(0), 0)

    def test_asks_twice_a_second_with_a_right_checksum(self):
        self.make()
        self.after(2, 20)
        self.assertEqual(len(self.sock.sent), 5)
        packet, address = self.sock.sent[0]
        self.assertEqual(address, ("192.0.2.1", 0))
        words = struct.unpack(f"!{len(packet) // 2}H", packet)
        total = sum(words)
        self.assertEqual((total & 0xFFFF) + (total >> 16), 0xFFFF)

    def test_hurries_when_asked_to(self):
        self.make()
        self.after(0.1)
        self.gateway.hurry()
        self.after(0.01)
        self.assertEqual(len(self.sock.sent), 2)

    def test_asks_the_default_gateways_where_none_is_declared(self):
        for title, gateways, asked in [
            ("on the interface of a virtual IP", [("198.51.100.1", "wan0"), ("192.0.2.1", "lan0")], ["192.0.2.1"]),
            ("on other interfaces", [("198.51.100.1", "wan0"), ("203.0.113.1", "wan1")], ["198.51.100.1", "203.0.113.1"]),
        ]:
            with self.subTest(title):
                self.sock.sent.clear()
                self.patch(network, "default_gateways", lambda gateways=gateways: gateways)
                self.make(answered="default of lan0", ping=())
                self.assertEqual([address for _, (address, _) in self.sock.sent], asked)

    def test_is_gone_when_it_is_silent_while_the_peer_is_heard_for_three_seconds(self):
        self.make()
        heard_for = [10.0]
        peer = SimpleNamespace(fresh_for=lambda: heard_for[0])
        self.after(2, 8)
        self.assertFalse(self.gateway.is_gone(peer))
        self.after(2, 8)
        self.assertTrue(self.gateway.is_gone(peer))
        heard_for[0] = 2.0
        self.assertFalse(self.gateway.is_gone(peer))

    def test_a_way_that_is_not_there_is_an_answer_that_stays_out(self):
        self.make()

        def sendto(packet, address):
            raise OSError

        self.sock.sendto = sendto
        self.assertEqual(self.after(2, 8), 2)


if __name__ == "__main__":
    unittest.main()

"""How the kernel's list of addresses is read. See rtnetlink(7)."""

import socket
import struct
import unittest

from support import TestCase
from keeper.ports import netlink
from keeper.ports.netlink import Entry

FOREVER = 0x80


def attribute(kind, data):
    padding = bytes(-len(data) % 4)
    return struct.pack("=HH", 4 + len(data), kind) + data + padding


def entry(*attributes, family=socket.AF_INET, flags=0, interface=2):
    return struct.pack("=BBBBI", family, 24, flags, 0, interface) + b"".join(attributes)


def message(kind, body=b""):
    padding = bytes(-len(body) % 4)
    return struct.pack("=IHHII", 16 + len(body), kind, 0, 1, 0) + body + padding


class Kernel:
    """A netlink socket with these answers."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.sent = []

    def send(self, request):
        self.sent.append(request)

    def recv(self, _size):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Addresses(TestCase):
    ip4, other4 = socket.inet_aton("192.0.2.9"), socket.inet_aton("192.0.2.1")
    ip6 = socket.inet_pton(socket.AF_INET6, "2001:db8::9")

    def addresses(self, *answers):
        self.patch(netlink, "_asking", [Kernel(*answers)])
        return netlink.addresses()

    def test_an_address_is_there_for_good_by_its_flag(self):
        permanent = message(20, entry(attribute(2, self.ip4), flags=FOREVER))
        lingering = message(20, entry(attribute(2, self.ip4)))
        done = message(netlink.NLMSG_DONE)
        self.assertEqual(self.addresses(permanent, done), [Entry("192.0.2.9", 24, True, 2)])
        self.assertEqual(self.addresses(lingering, done), [Entry("192.0.2.9", 24, False, 2)])

    def test_the_flags_of_32_bits_count_where_the_kernel_sends_them(self):
        body = entry(attribute(2, self.ip4), attribute(8, struct.pack("=I", 0)), flags=FOREVER)
        self.assertEqual(self.addresses(message(20, body), message(netlink.NLMSG_DONE)), [Entry("192.0.2.9", 24, False, 2)])

    def test_the_local_address_counts_before_the_one_of_the_other_end(self):
        body = entry(attribute(1, self.other4), attribute(3, b"eth0\0"), attribute(2, self.ip4))
        only_the_other = entry(attribute(1, self.ip6), family=socket.AF_INET6, interface=3)
        found = self.addresses(message(20, body) + message(20, only_the_other) + message(netlink.NLMSG_DONE))
        self.assertEqual(found, [Entry("192.0.2.9", 24, False, 2), Entry("2001:db8::9", 24, False, 3)])

    def test_an_address_on_two_interfaces_is_two_entries(self):
        permanent = message(20, entry(attribute(2, self.ip4), flags=FOREVER))
        lingering = message(20, entry(attribute(2, self.ip4), interface=3))
        done = message(netlink.NLMSG_DONE)
        both = [Entry("192.0.2.9", 24, True, 2), Entry("192.0.2.9", 24, False, 3)]
        self.assertEqual(self.addresses(permanent, lingering, done), both)

    def test_other_families_are_skipped(self):
        body = entry(attribute(2, self.ip4), family=socket.AF_PACKET, flags=FOREVER)
        self.assertEqual(self.addresses(message(20, body), message(netlink.NLMSG_DONE)), [])

    def test_an_error_of_the_kernel_is_raised(self):
        with self.assertRaises(OSError):
            self.addresses(message(netlink.NLMSG_ERROR))


class Changes(TestCase):
    def test_the_socket_hears_links_and_both_families_and_does_not_wait(self):
        sock = netlink.address_changes()
        self.addCleanup(sock.close)
        self.assertEqual(sock.getsockname()[1], 0x1 | 0x10 | 0x100)
        self.assertFalse(netlink.has_changed(sock))

    def test_more_changes_than_the_socket_holds_count_as_one(self):
        self.assertTrue(netlink.has_changed(Kernel(b"a change")))
        self.assertTrue(netlink.has_changed(Kernel(OSError("No buffer space available"))))
        self.assertFalse(netlink.has_changed(Kernel(BlockingIOError())))


if __name__ == "__main__":
    unittest.main()

"""The keeper's ports to the operating system, on this one: what the simulation's stand-ins must be like."""

import builtins
import io
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

import support
from keeper.ports import netlink, network, system


class Network(unittest.TestCase):
    def test_a_packet_is_stamped_when_it_comes_in_and_a_socket_without_one_does_not_wait(self):
        sock = network.udp(network.INET, 0)
        self.addCleanup(sock.close)
        with self.assertRaises(BlockingIOError):
            network.receive(sock)
        # The kernel's work queue turns the stamps on, a moment after the first socket has asked for them (net_enable_timestamp). A packet
        # that comes before that is stamped when it is read.
        time.sleep(0.1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.sendto(b"packet", ("127.0.0.1", sock.getsockname()[1]))
            time.sleep(0.1)
            packet, waited, source = network.receive(sock)
            self.assertEqual((packet, source[0]), (b"packet", "127.0.0.1"))
            self.assertGreaterEqual(waited, 0.1)
            self.assertLess(waited, 5)

    def test_addresses_are_those_of_the_kernel(self):
        lo = network.index_of("lo")
        self.assertEqual(lo, socket.if_nametoindex("lo"))
        self.assertIn(netlink.Entry("127.0.0.1", 8, True, lo), network.addresses())

    def test_an_address_has_one_spelling(self):
        self.assertEqual(network.canonical("2001:DB8:0:0::9"), "2001:db8::9")

    def test_haproxy_that_does_not_run_is_an_error(self):
        with mock.patch.object(network, "HEALTH_SOCKET", "/nowhere/health.sock"), self.assertRaises(OSError):
            network.ask_haproxy(b"GET / HTTP/1.0\r\n\r\n")

    def test_haproxy_is_asked_and_its_answer_not_waited_for(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as haproxy:
            path = f"{folder}/health.sock"
            haproxy.bind(path)
            haproxy.listen()
            with mock.patch.object(network, "HEALTH_SOCKET", path):
                sock = network.ask_haproxy(b"GET / HTTP/1.0\r\n\r\n")
            self.addCleanup(sock.close)
            with self.assertRaises(BlockingIOError):
                sock.recv(100)
            asked, _ = haproxy.accept()
            with asked:
                self.assertEqual(asked.recv(100), b"GET / HTTP/1.0\r\n\r\n")

    def test_a_port_that_is_taken_is_an_error(self):
        sock = network.udp(network.INET, 0)
        self.addCleanup(sock.close)
        with self.assertRaises(OSError):
            network.udp(network.INET, sock.getsockname()[1])

    def test_the_gateways_are_those_of_the_default_routes(self):
        zero = "0" * 32
        route = ["Iface Destination Gateway", "eth0 00000000 0100A8C0", "eth0 0000A8C0 00000000", "eth1 00000000 00000000"]
        route6 = [
            f"{zero} 00 {zero} 00 fe80{'0' * 27}1 00000400 00000001 00000000 00000003 eth1",
            f"{zero} 00 {zero} 00 20010db8{'0' * 23}1 00000400 00000001 00000000 00000003 eth0",
            f"20010db8{'0' * 24} 40 {zero} 00 {zero} 00000100 00000001 00000000 00000001 eth0",
            f"{zero} 00 {zero} 00 {zero} ffffffff 00000001 00000000 00200200 lo",
        ]
        self.files({"/proc/net/route": route, "/proc/net/ipv6_route": route6})
        expected = [("192.168.0.1", "eth0"), ("fe80::1%eth1", "eth1"), ("2001:db8::1", "eth0")]
        self.assertEqual(network.default_gateways(), expected)
        with mock.patch("builtins.open", side_effect=FileNotFoundError):
            self.assertEqual(network.default_gateways(), [])

    def files(self, content):
        patcher = mock.patch.object(builtins, "open", lambda path, **_: io.StringIO("\n".join(content[path])))
        patcher.start()
        self.addCleanup(patcher.stop)

    def test_a_route_through_an_interface_counts_if_it_is_up_and_in_ipv6_global(self):
        route = ["Iface Destination Gateway Flags", "eth0 0000A8C0 00000000 0001", "eth1 0000A8C0 00000000 0000"]
        zero = "0" * 32
        route6 = [
            f"fe80{'0' * 28} 40 {zero} 00 {zero} 00000100 00000001 00000000 00000001 eth0",
            f"ff00{'0' * 28} 08 {zero} 00 {zero} 00000100 00000001 00000000 00000001 eth0",
            f"20010db8{'0' * 22}99 80 {zero} 00 {zero} 00000000 00000003 00000000 80200001 eth0",
            f"20010db8{'0' * 24} 40 {zero} 00 {zero} 00000100 00000001 00000000 00000001 eth1",
        ]
        self.files({"/proc/net/route": route, "/proc/net/ipv6_route": route6})
        self.assertEqual([network.has_route(name, network.INET) for name in ("eth0", "eth1", "eth2")], [True, False, False])
        self.assertEqual([network.has_route(name, network.INET6) for name in ("eth0", "eth1", "eth2")], [False, True, False])

    def test_tells_the_state_of_a_link(self):
        self.assertEqual(network.link_state("lo"), network.UP)
        self.assertEqual(network.link_state("nowhere"), network.MISSING)
        for flags, carrier, state in [("0x1002", "0", network.DOWN), ("0x1003", "0", network.NO_CARRIER), ("0x1003", "1", network.UP)]:
            with self.subTest(state):
                self.files({"/sys/class/net/eth0/flags": [flags], "/sys/class/net/eth0/carrier": [carrier]})
                self.assertEqual(network.link_state("eth0"), state)


class Echoes(unittest.TestCase):
    """Only echo replies pass the filter: a bit that is set drops the type of its number."""

    def options(self, family):
        self.sock = mock.MagicMock()
        with mock.patch.object(socket, "socket", return_value=self.sock) as made:
            self.assertIs(network.echoes(family), self.sock)
        self.made = made.call_args.args
        return [call.args for call in self.sock.setsockopt.call_args_list]

    def test_of_icmp(self):
        options = self.options(network.INET)
        self.assertEqual(self.made, (network.INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))
        self.assertIn((255, 1, struct.pack("=I", 0xFFFFFFFE)), options)

    def test_of_icmpv6(self):
        options = self.options(network.INET6)
        self.assertEqual(self.made, (network.INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6))
        # Type 129 is the second bit of the fifth word.
        words = [0xFFFFFFFF] * 4 + [0xFFFFFFFD] + [0xFFFFFFFF] * 3
        self.assertIn((socket.IPPROTO_ICMPV6, 1, struct.pack("=8I", *words)), options)

    def test_of_a_family_that_the_host_has_not_are_none(self):
        with mock.patch.object(socket, "socket", side_effect=OSError):
            self.assertIsNone(network.echoes(network.INET6))


class System(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = str(Path(folder.name) / "file")

    def test_files(self):
        self.assertIsNone(system.read(self.path))
        self.assertIsNone(system.stamp(self.path))
        self.assertTrue(system.write(self.path, "text"))
        self.assertEqual(system.read(self.path), "text")
        before = system.stamp(self.path)
        self.assertTrue(system.write(self.path, "text"))
        self.assertNotEqual(system.stamp(self.path), before)
        system.remove(self.path)
        system.remove(self.path)
        self.assertFalse(system.exists(self.path))

    def test_a_file_that_cannot_be_written_is_an_answer_and_logged_once(self):
        with mock.patch.object(system, "log") as log:
            self.assertFalse(system.write("/nowhere/file", "text"))
            self.assertFalse(system.write("/nowhere/file", "text"))
        self.assertEqual(log.call_count, 1)

    def test_folders_are_made_once_and_closed_to_others(self):
        with mock.patch.object(system, "RUN", self.path):
            for _ in range(2):
                system.make_folders(("held", "veto"))
        self.assertEqual(sorted(os.listdir(self.path)), ["held", "veto"])
        self.assertEqual(os.stat(self.path).st_mode & 0o777, 0o700)

    def test_a_process_is_running_or_not(self):
        self.assertTrue(system.is_running(os.getpid()))
        with subprocess.Popen(["true"]) as ended:
            pass
        self.assertFalse(system.is_running(ended.pid))

    def test_systemd_is_notified_at_its_socket_in_the_file_system_or_abstract(self):
        for name, bound in ((self.path, self.path), (f"@halb-test-{os.getpid()}", f"\0halb-test-{os.getpid()}")):
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd, mock.patch.dict(os.environ, NOTIFY_SOCKET=name):
                systemd.bind(bound)
                system.notify("READY=1")
                self.assertEqual(systemd.recv(100), b"READY=1")

    def test_a_line_of_the_log_is_written_at_once(self):
        with mock.patch("builtins.print") as printed:
            system.log("a line")
        printed.assert_called_once_with("a line", flush=True)

    def test_what_a_program_writes_to_standard_error_is_logged_unless_it_is_not_wanted(self):
        for wanted, expected in (({}, None), ({"logs_errors": False}, subprocess.DEVNULL)):
            with mock.patch.object(subprocess, "Popen", side_effect=OSError) as started, mock.patch.object(system, "log"):
                system.run(["true"], 1, **wanted)
            self.assertEqual(started.call_args.kwargs["stderr"], expected)

    def test_a_systemd_that_does_not_read_is_not_waited_for(self):
        path = os.path.join(tempfile.mkdtemp(), "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd, mock.patch.dict(os.environ, NOTIFY_SOCKET=path):
            systemd.bind(path)
            # net.unix.max_dgram_qlen: 512 at most on usual hosts.
            for _ in range(2000):
                system.notify("WATCHDOG=1")
            self.assertEqual(systemd.recv(100), b"WATCHDOG=1")

    def test_the_host_is_stopping_by_the_word_of_systemd(self):
        for word, expected in (("stopping", True), ("running", False), (None, False)):
            with mock.patch.object(system, "run", return_value=word):
                self.assertEqual(system.is_host_stopping(), expected)

    def test_a_lock_that_another_one_has_is_not_waited_for(self):
        with system.lock(self.path) as first, system.lock(self.path) as second:
            self.assertEqual((first, second), (True, False))

    def test_a_pipe_carries_lines_and_is_written_to_only_while_it_is_read(self):
        self.assertFalse(system.write_to_pipe(self.path, "a line\n"))
        with mock.patch.object(os, "open", return_value=os.open("/dev/full", os.O_WRONLY)):
            self.assertFalse(system.write_to_pipe(self.path, "a line\n"))
        pipe = system.make_pipe(self.path)
        self.addCleanup(os.close, pipe)
        self.assertEqual(system.wait([pipe], 0), [])
        self.assertTrue(system.write_to_pipe(self.path, "one\ntwo\n"))
        system.write_line(pipe, "three")
        self.assertEqual(system.wait([pipe], 1), [pipe])
        self.assertEqual(system.read_lines(pipe), ["one", "two", "three"])

    def test_a_program_is_waited_for_and_others_are_told_meanwhile(self):
        told = []
        system.while_waiting(0.05, lambda: told.append(1))
        system.is_done()
        self.assertEqual(system.run(["sh", "-c", "sleep 0.3; echo out"], 5), "out")
        self.assertGreaterEqual(len(told), 3)
        system.while_waiting(1.0, lambda: None)

    def test_a_program_that_does_not_end_in_time_is_ended(self):
        began = time.monotonic()
        self.assertIsNone(system.run(["sleep", "20"], 0.2))
        self.assertLess(time.monotonic() - began, 0.9)

    def test_a_program_that_is_not_there_is_an_answer(self):
        self.assertIsNone(system.run(["/nowhere/program"], 1))

    def test_uptime_is_that_of_the_agent(self):
        with open("/proc/uptime", encoding="ascii") as file:
            seconds = float(file.read().split()[0])
        self.assertAlmostEqual(system.uptime() / 100, seconds, 1)


class Doors(unittest.TestCase):
    def test_only_the_ports_reach_for_the_operating_system(self):
        outside = {"os", "socket", "subprocess", "time", "select", "fcntl", "signal", "ctypes"}
        for file in support.KEEPER.rglob("*.py"):
            lines = file.read_text(encoding="utf-8").splitlines()
            imported = {line.split()[1] for line in lines if line.startswith(("import ", "from "))}
            with self.subTest(file.name):
                is_port = file.parent.name == "ports" or file.stem == "prove"
                self.assertEqual(set() if is_port else imported & outside, set())


class Kernel(unittest.TestCase):
    """In a network namespace of its own, in which lan0 and wan0 are the two ends of a cable."""

    def printed_by(self, program, commands):
        """What a program prints that runs after the commands; its first argument is the keeper's folder."""
        script = [
            "mount -t sysfs none /sys",
            "ip link add lan0 type veth peer name wan0",
            *(f"ip link set {name} up" for name in ("lo", "lan0", "wan0")),
            *commands,
            'exec "$0" -B -c "$1" "$2"',
        ]
        command = ["unshare", "--net", "--mount", "sh", "-ec", "\n".join(script), sys.executable, program, str(support.LIBRARY)]
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout.splitlines()

    def test_hears_the_claims_of_another_host_on_the_wire_and_not_its_own(self):
        program = """
import select, sys
sys.path.insert(0, sys.argv[1])
from keeper.ports import announcement
from keeper.ports import network
sockets = network.claims(["192.0.2.9", "2001:db8::9"])
for interface in ("lan0", "wan0"):
    announcement.announce("192.0.2.9", interface)
    announcement.announce("2001:db8::9", interface)
while ready := select.select(sockets, [], [], 0.3)[0]:
    for sock in ready:
        claim = network.receive_claim(sock)
        if claim:
            print(claim.address, claim.interface == network.index_of("lan0"), claim.hardware_address == network.hardware_address_of("wan0"))
"""
        commands = [
            "ip address add 192.0.2.9/32 dev lan0",
            *(f"ip address add 2001:db8::9/128 dev {name} nodad" for name in ("lan0", "wan0")),
            "until ip -6 address show dev wan0 scope link | grep -q fe80 && ! ip -6 address show tentative | grep -q .; do sleep 0.1; done",
        ]
        heard = self.printed_by(program, commands)
        for address in ("192.0.2.9", "2001:db8::9"):
            with self.subTest(address):
                self.assertIn(f"{address} True True", heard)

    def test_sends_through_an_interface_without_a_route(self):
        program = """
import socket, sys
sys.path.insert(0, sys.argv[1])
from keeper.ports import network
sock, destination = network.udp(network.INET, 695), ("192.0.2.2", 695)
try:
    sock.sendto(b"hello", destination)
except OSError as error:
    print(error.strerror)
cable = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
cable.bind(("wan0", 0x0800))
cable.settimeout(5)
network.send_through(sock, b"hello", destination, network.index_of("lan0"))
packet = cable.recv(2000)
print(socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20]), packet[28:].decode())
"""
        commands = [
            # The only other address of the host.
            "ip address add 198.51.100.1/32 dev wan0",
            "ip neighbour add 192.0.2.2 dev lan0 lladdr $(cat /sys/class/net/wan0/address)",
        ]
        printed = self.printed_by(program, commands)
        self.assertEqual(printed, ["Network is unreachable", "198.51.100.1 192.0.2.2 hello"])


if __name__ == "__main__":
    unittest.main()

"""The keeper's ports to the operating system, on this one: what the simulation's stand-ins must be like."""

import os
import socket
import tempfile
import time
import unittest
from pathlib import Path

import support  # noqa: F401 (the keeper's modules)

import network
import system


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
        self.assertEqual(network.addresses()["127.0.0.1"], (True, socket.if_nametoindex("lo")))

    def test_an_address_has_one_spelling(self):
        self.assertEqual(network.canonical("2001:DB8:0:0::9"), "2001:db8::9")

    def test_haproxy_that_does_not_run_is_an_error(self):
        with self.assertRaises(OSError):
            network.ask_haproxy(b"GET / HTTP/1.0\r\n\r\n")


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

    def test_a_file_that_cannot_be_written_is_an_answer(self):
        self.assertFalse(system.write("/nowhere/file", "text"))

    def test_a_lock_that_another_one_has_is_not_waited_for(self):
        with system.lock(self.path) as first, system.lock(self.path) as second:
            self.assertEqual((first, second), (True, False))

    def test_a_pipe_carries_lines_and_is_written_to_only_while_it_is_read(self):
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
        # announcement.py is a program of the agent's, too; netlink.py is its and network.py's way to the kernel.
        ports = {"system", "network", "netlink", "announcement", "__main__"}
        for file in support.KEEPER.glob("*.py"):
            lines = file.read_text(encoding="utf-8").splitlines()
            imported = {line.split()[1] for line in lines if line.startswith(("import ", "from "))}
            with self.subTest(file.name):
                self.assertEqual(set() if file.stem in ports else imported & outside, set())


if __name__ == "__main__":
    unittest.main()

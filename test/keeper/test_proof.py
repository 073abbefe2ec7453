"""Which program serves a connection to a virtual IP, by the kernel's word, and how verify.sh is answered."""

import os
import socket
import tempfile
import threading
import unittest
from types import SimpleNamespace

from support import TestCase
from keeper import proof, prove
from keeper.ports import system
from keeper.proof import HAPROXY, NO_PROGRAM, Proof
from keeper.protocol import packet

LOOPBACK, LOOPBACK6 = "127.0.0.1", "::1"
QUESTION = "192.0.2.9 80 192.0.2.2 40000"


def virtual_ip(address, held="held"):
    return SimpleNamespace(address=address, held=held)


class Connections(TestCase):
    """Of this process with itself."""

    def connect(self, bound, address, is_for_both_families=False):
        """The question for a connection that this process has accepted."""
        family = socket.AF_INET6 if ":" in bound else socket.AF_INET
        server = socket.create_server((bound, 0), family=family, dualstack_ipv6=is_for_both_families)
        client = socket.create_connection((address, server.getsockname()[1]), 5)
        served, _ = server.accept()
        for each in (server, client, served):
            self.addCleanup(each.close)
        own_address, own_port = client.getsockname()[:2]
        return f"{address} {server.getsockname()[1]} {own_address} {own_port}"

    def test_names_the_program(self):
        for title, connection in [
            ("IPv4", (LOOPBACK, LOOPBACK)),
            ("IPv6", (LOOPBACK6, LOOPBACK6)),
            ("IPv4 on a socket for both families", ("::", LOOPBACK, True)),
        ]:
            with self.subTest(title):
                question = self.connect(*connection)
                address = question.split()[0]
                program = proof._program(question, [virtual_ip(address)])
                self.assertRegex(program, rf"^\S+ \(process {os.getpid()}\)$")

    def test_reads_the_process_id_and_not_the_name_that_a_program_gives_itself(self):
        ends = "0 0 [::ffff:192.0.2.9]:80 192.0.2.2:40000"
        other = '0 0 [fe80::1]%eth0:80 [fe80::2]%eth0:40000 users:(("x",pid=9,fd=4))\n'
        for name in ("my program", 'x",pid=1,fd=2', "x"):
            with self.subTest(name):
                self.patch(system, "run", lambda *_, name=name: f'{other}{ends} users:(("{name}",pid=7,fd=9))\n')
                self.patch(system, "read", {"/proc/7/comm": f"{name}\n", "/proc/1/cgroup": "0::/system.slice/haproxy.service"}.get)
                self.assertEqual(proof._program(QUESTION, [virtual_ip("192.0.2.9")]), f"{name} (process 7)")

    def test_is_haproxy_by_its_service(self):
        question = self.connect(LOOPBACK, LOOPBACK)
        self.patch(system, "read", {f"/proc/{os.getpid()}/cgroup": "0::/system.slice/haproxy.service\n"}.get)
        self.assertEqual(proof._program(question, [virtual_ip(LOOPBACK)]), HAPROXY)

    def test_is_no_program_for_another_connection_and_for_what_is_no_virtual_ip(self):
        question = self.connect(LOOPBACK, LOOPBACK)
        address, port, source, source_port = question.split()
        for other in (
            f"{address} {port} 127.0.0.2 {source_port}",
            f"{address} {port} {source} {int(source_port) + 1}",
        ):
            with self.subTest(other):
                self.assertEqual(proof._program(other, [virtual_ip(LOOPBACK)]), NO_PROGRAM)
        self.assertEqual(proof._program(question, [virtual_ip("192.0.2.9")]), NO_PROGRAM)

    def test_is_no_program_before_the_connection_is_accepted(self):
        server = socket.create_server((LOOPBACK, 0))
        client = socket.create_connection(server.getsockname(), 5)
        for each in (server, client):
            self.addCleanup(each.close)
        question = f"{LOOPBACK} {server.getsockname()[1]} {LOOPBACK} {client.getsockname()[1]}"
        self.assertEqual(proof._program(question, [virtual_ip(LOOPBACK)]), NO_PROGRAM)


class Keepers(TestCase):
    def setUp(self):
        super().setUp()
        self.files, self.programs, self.asked = {}, [HAPROXY], []
        self.patch(system, "read", self.files.get)
        self.patch(system, "write", self.files.__setitem__)
        self.patch(proof, "_program", self.program)
        self.proof = Proof()

    def program(self, question, virtual_ips):
        self.asked.append(question)
        return self.programs.pop(0)

    def step(self, held="no", **said):
        self.proof.step([virtual_ip("192.0.2.9", held)], {**packet.state({}), **said})

    def test_asks_the_peer_and_writes_its_answer_once(self):
        self.files[proof.QUESTION] = QUESTION
        self.step()
        self.assertEqual((self.proof.question, self.asked), (QUESTION, []))
        self.step(answer=["192.0.2.9 80 192.0.2.2 39999", HAPROXY])
        self.assertNotIn(proof.ANSWER, self.files)
        self.step(answer=[QUESTION, HAPROXY])
        self.assertEqual(self.files.pop(proof.ANSWER), f"{QUESTION}\n{HAPROXY}")
        self.step(answer=[QUESTION, HAPROXY])
        self.assertNotIn(proof.ANSWER, self.files)

    def test_answers_itself_where_the_connection_does_not_leave_the_host(self):
        for held in ("held", "lingering"):
            with self.subTest(held):
                self.programs, self.proof = [HAPROXY], Proof()
                self.files[proof.QUESTION] = QUESTION
                self.step(held=held, answer=[QUESTION, "nginx (process 7)"])
                self.assertEqual(self.files.pop(proof.ANSWER), f"{QUESTION}\n{HAPROXY}")

    def test_answers_the_peer_until_haproxy_has_the_connection(self):
        self.programs = [NO_PROGRAM, HAPROXY]
        answers = []
        for _ in range(3):
            self.step(question=QUESTION)
            answers.append(self.proof.answer)
        self.assertEqual(answers, [[QUESTION, NO_PROGRAM], [QUESTION, HAPROXY], [QUESTION, HAPROXY]])
        self.step(question=None)
        self.assertIsNone(self.proof.answer)

    def test_asks_nothing_without_a_question(self):
        self.step(answer=[QUESTION, HAPROXY])
        self.assertEqual((self.proof.question, self.proof.answer, self.files, self.asked), (None, None, {}, []))


class Program(TestCase):
    """prove.py, with a keeper that answers each question in the same way."""

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.question, self.answer = f"{folder.name}/question", f"{folder.name}/answer"
        self.patch(prove, "QUESTION", self.question)
        self.patch(prove, "ANSWER", self.answer)
        self.patch(prove, "RUN", folder.name)
        self.patch(prove, "ANSWERS_WITHIN", 0.5)
        self.server = socket.create_server((LOOPBACK, 0))
        self.addCleanup(self.server.close)

    def prove(self, answer=None, does_close=False):
        def keeper():
            served, source = self.server.accept()
            if does_close:
                served.close()
                return
            self.addCleanup(served.close)
            while not system.exists(self.question):
                pass
            asked = system.read(self.question)
            self.assertEqual(asked.split(), [LOOPBACK, str(self.server.getsockname()[1]), LOOPBACK, str(source[1])])
            if answer:
                system.write(self.answer, f"{asked}\n{answer}")

        thread = threading.Thread(target=keeper)
        thread.start()
        result = prove.prove(*self.server.getsockname())
        thread.join()
        self.assertEqual([system.exists(path) for path in (self.question, self.answer)], [False, False])
        return result

    def test_says_what_the_keeper_answers(self):
        for answer in (HAPROXY, "nginx (process 7)"):
            with self.subTest(answer):
                self.assertEqual(self.prove(answer), answer)

    def test_says_that_no_keeper_answers(self):
        self.assertEqual(self.prove(), "no answer of the keeper that holds the address")

    def test_says_that_the_connection_is_closed(self):
        self.assertEqual(self.prove(does_close=True), "closed")

    def test_says_that_there_is_no_connection(self):
        address = self.server.getsockname()
        self.server.close()
        self.assertEqual(prove.prove(*address), "no connection: Connection refused")


if __name__ == "__main__":
    unittest.main()

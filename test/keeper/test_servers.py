"""Whether HAProxy reaches a server, by its statistics."""

import unittest

from support import TestCase
from keeper.ports import network
from keeper.witnesses.servers import Servers, is_any_up

HEAD = "# pxname,svname,status,check_status\n"


class Answer:
    """A socket with these pieces of an answer; None: nothing has come yet."""

    def __init__(self, *pieces):
        self.pieces = list(pieces)
        self.is_closed = False

    def recv(self, _size):
        piece = self.pieces.pop(0) if self.pieces else None
        if piece is None:
            raise BlockingIOError
        if isinstance(piece, Exception):
            raise piece
        return piece

    def close(self):
        self.is_closed = True


class Statistics(unittest.TestCase):
    def test_counts_checked_servers_that_are_up(self):
        for rows, expected in [
            ("web,FRONTEND,OPEN,\nweb,BACKEND,UP,\n", None),
            ("web,a,no check,\n", None),
            ("web,a,DOWN,L4CON\nweb,b,UP,L7OK\n", True),
            ("web,a,UP 1/3,L4CON\n", True),
            ("web,a,DOWN,L4CON\nweb,b,MAINT,L7OK\nweb,BACKEND,UP,\n", False),
        ]:
            with self.subTest(rows):
                self.assertIs(is_any_up(HEAD + rows), expected)


class Asks(TestCase):
    def setUp(self):
        super().setUp()
        self.asked = 0
        self.answer = Answer()
        self.patch(network, "ask_for_statistics", self.ask)
        self.servers = Servers()

    def ask(self):
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def look(self, after=0.0):
        self.now += after
        self.servers.look()
        return self.servers.are_reachable

    def test_reads_an_answer_in_pieces_and_asks_again_after_a_second(self):
        self.answer = Answer(HEAD.encode(), None, b"web,a,UP,L7OK\n", b"")
        self.assertEqual([self.look() for _ in range(3)], [None, None, True])
        self.assertTrue(self.answer.is_closed)
        self.assertEqual((self.look(0.9), self.asked), (True, 1))
        self.answer = Answer(HEAD.encode(), b"web,a,DOWN,L4CON\n", b"")
        self.assertEqual((self.look(0.1), self.asked), (True, 2))
        self.assertIs(self.look(), False)

    def test_knows_nothing_of_a_haproxy_that_does_not_run_breaks_off_or_does_not_answer_within_two_seconds(self):
        for title, answer, waits in [
            ("does not run", ConnectionRefusedError(), 1),
            ("breaks off", Answer(HEAD.encode(), ConnectionResetError()), 2),
            ("does not answer", Answer(), 2),
        ]:
            with self.subTest(title):
                self.servers.are_reachable, self.answer = True, answer
                self.now += 10
                self.look()
                self.assertIsNone(self.look(2 if waits == 2 else 0))
                self.servers.forget()

    def test_forgets_what_it_knew_and_what_it_has_asked(self):
        self.look()
        self.servers.are_reachable = True
        self.servers.forget()
        self.assertTrue(self.answer.is_closed)
        self.assertIsNone(self.servers.are_reachable)


if __name__ == "__main__":
    unittest.main()

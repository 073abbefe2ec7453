"""Whom the keeper believes."""

import contextlib
import json
import socket
import tempfile
import time
import unittest
from pathlib import Path

import support  # noqa: F401 (the keeper's modules)
from keeper.ports import clock, network, system
from keeper.protocol import exchange, peer


class Believes(unittest.TestCase):
    """One keeper that is its own peer, on a real socket."""

    def setUp(self):
        clock.advance(system.monotonic())
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self._set(peer, "KEYS_EVERY", 0)
        self._set(peer, "KEY_FILES", (str(self.folder / "authkeys"), str(self.folder / "authkeys.new")))
        self._set(peer, "FORMER_PEERS", str(self.folder / "former-peers"))
        for name in ("BOOT", "LAST_BOOT", "PEER_CLOCK"):
            self._set(exchange, name, str(self.folder / name))
        self._set(peer, "PEER_KEY", str(self.folder / "peer-key"))
        self.write("authkeys", "one")
        self.out = self.socket()
        self.config = {"node": "a", "peer": "a", "port": _free_port(), "peerAddresses": ["127.0.0.1"], "silence": 1}
        self.me = peer.Peer(self.config)
        self.sock = self.me.sockets[network.INET]
        self.addCleanup(self.sock.close)
        self.sock.setblocking(True)
        self.sock.settimeout(2)
        self.meet()

    def meet(self):
        """The first packet answers nothing, and is answered at once."""
        self.me.tell({})
        self.assertEqual([self.hear(), self.hear()], [False, True])

    def _set(self, owner, name, value):
        before = getattr(owner, name)
        self.addCleanup(setattr, owner, name, before)
        setattr(owner, name, value)

    def socket(self):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(sock.close)
        return sock

    def write(self, name, secret):
        time.sleep(0.005)
        (self.folder / name).write_text(f"auth 1\n1 sha1 {secret}\n")

    def packet(self):
        return self.me._packet({}, "a", self.me._exchange)

    def send(self, packet):
        self.out.sendto(packet, ("127.0.0.1", self.config["port"]))

    def grab(self):
        return self.sock.recvfrom(65536)[0]

    def hear(self):
        return self.me.hear(self.sock)

    def test_what_is_signed_with_the_secret(self):
        self.me.tell({})
        self.assertTrue(self.hear())

    def test_nothing_twice_and_nothing_that_was_changed_on_the_way(self):
        self.me.tell({})
        packet = self.grab()
        self.send(packet)
        self.assertTrue(self.hear())
        self.send(packet)
        self.assertFalse(self.hear())
        self.me.tell({})
        self.send(self.grab()[:-1] + b" ")
        self.assertFalse(self.hear())

    def test_nobody_with_another_secret_and_both_secrets_while_the_new_one_lies_ready(self):
        self.me.tell({})
        old = self.grab()
        self.write("authkeys", "two")
        self.send(old)
        self.assertFalse(self.hear())
        self.me.tell({})
        new = self.grab()
        self.write("authkeys", "one")
        self.write("authkeys.new", "two")
        self.send(new)
        self.assertTrue(self.hear())

    def test_logs_once_that_another_program_has_the_port_and_once_that_it_is_free(self):
        logged = []
        self._set(peer, "log", logged.append)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("", 0))
            port = other.getsockname()[1]
            me = peer.Peer({**self.config, "port": port})
            me.open()
            self.assertEqual(logged, [f"UDP port {port}: [Errno 98] Address already in use; trying again"])
        me.open()
        self.addCleanup(me.sockets[network.INET].close)
        self.assertEqual(logged[1:], [f"UDP port {port}: bound"])

    def test_notes_the_newest_secret_that_the_peer_signs_with(self):
        def noted():
            self.me.tell({})
            self.assertTrue(self.hear())
            return (self.folder / "peer-key").read_text()

        def of(name):
            state = (self.folder / name).stat()
            return f"{state.st_mtime_ns} {state.st_ino}\n"

        self.assertEqual(noted(), of("authkeys"))
        self.me.tell({})
        old = self.grab()
        self.write("authkeys.new", "two")
        self.send(old)
        self.assertTrue(self.hear())
        self.assertEqual((self.folder / "peer-key").read_text(), "none\n")
        self.assertEqual(noted(), of("authkeys.new"))

    def test_nobody_without_a_secret(self):
        (self.folder / "authkeys").write_text("")
        self.me.tell({})
        self.assertFalse(self.hear())

    def test_nothing_that_is_no_packet_at_all(self):
        for packet in (b"", b"\xff\xfe\n{", b"{}"):
            self.send(packet)
            self.assertFalse(self.hear())

    def test_nothing_of_another_form_though_it_is_signed(self):
        at = {"node": "a", "for": "a", "at": list(self.me._clock.stamp()), "answers": []}
        bodies = [json.dumps({**at, name: value}) for name, value in {"node": 1, "for": None, "at": 3}.items()]
        bodies += [json.dumps({**at, name: value}) for name in ("at", "answers") for value in (["x", 1], [1], [1, -1], [1, 1.5], 7, None)]
        bodies += [json.dumps({key: value for key, value in at.items() if key != name}) for name in at]
        for body in [text.encode() for text in bodies] + [b"[]", b"7", b"\xff", b"[" * 30000]:
            with self.subTest(body):
                self.send(b" ".join(self.me._signatures(body)) + b"\n" + body)
                self.assertFalse(self.hear())

    def test_a_newer_protocol_and_logs_it_once(self):
        logged = []
        self._set(peer, "log", logged.append)
        for _ in range(2):
            body = json.loads(self.packet().partition(b"\n")[2])
            text = json.dumps({**body, "protocol": 3, "zone": "x"}).encode()
            self.send(self.me._signatures(text)[0] + b"\n" + text)
            self.assertTrue(self.hear())
        self.assertEqual(logged, ["a has protocol 3, this keeper 2: their versions differ"])
        self.assertNotIn("zone", self.me.said)

    def test_not_another_node_and_nothing_for_another_node(self):
        own = json.loads(self.packet().partition(b"\n")[2])
        for other in ({"node": "b"}, {"for": "b"}):
            text = json.dumps({**own, **other}).encode()
            self.send(self.me._signatures(text)[0] + b"\n" + text)
            self.assertFalse(self.hear())

    def again(self):
        """The peer's keeper, once its host has booted."""
        (self.folder / "BOOT").unlink()
        (self.folder / "PEER_CLOCK").unlink(missing_ok=True)
        one = peer.Peer({**self.config, "port": _free_port()})
        for sock in one.sockets.values():
            self.addCleanup(sock.close)
        return one

    def test_a_peer_that_booted_after_its_clock_was_set_back_once_it_has_answered(self):
        self._set(system, "time_ns", lambda: self.me._clock.boot - 3_600_000_000_000)
        again = self.again()
        self.send(again._packet({}, "a", again._exchange))
        self.assertFalse(self.hear())
        again._exchange.believes(self.me._clock.stamp(), [], system.monotonic())
        # A boot takes longer than a packet lives.
        self.me._exchange._believed_at -= exchange.MAX_AGE
        self.send(again._packet({}, "a", again._exchange))
        self.assertTrue(self.hear())

    def test_answers_a_boot_at_once_and_once(self):
        again = self.again()
        self.out.settimeout(0.2)
        self.send(again._packet({}, "a", again._exchange))
        self.hear()
        answer = json.loads(self.out.recv(65536).partition(b"\n")[2])
        self.assertIn([again._clock.boot, again._clock._sent_at], answer["answers"])
        self.send(again._packet({}, "a", again._exchange))
        self.hear()
        with self.assertRaises(OSError):
            self.out.recv(65536)

    def test_no_recorded_packet_after_it_has_booted_itself(self):
        self.me.tell({})
        recorded = self.grab()
        self.me = self.again()
        self.send(recorded)
        self.assertFalse(self.hear())
        self.assertFalse(self.me.is_fresh())

    def test_logs_once_that_it_ignores_the_peer(self):
        logged = []
        self._set(peer, "log", logged.append)
        self.me = self.again()
        unheard = self.again()
        for _ in range(3):
            self.send(unheard._packet({}, "a", unheard._exchange))
            self.assertFalse(self.me.hear(self.sock))
            if self.me._ignored_since is not None:
                self.me._ignored_since -= peer.IGNORED_FOR
        self.assertEqual(logged, ["ignoring packets of a: they do not answer this host, or are older than 2 s"])

    def test_tells_it_through_interfaces_without_a_route_too(self):
        sent = []
        self._set(network, "send_through", lambda sock, packet, destination, interface: sent.append((destination, interface)))
        self.me.tell({}, [7])
        self.assertTrue(self.hear())
        self.assertEqual(sent, [(("127.0.0.1", self.config["port"]), 7)])

    def test_is_fresh_for_as_long_as_its_silence_says_and_for_how_long(self):
        unmet = self.again()
        self.assertFalse(unmet.is_fresh())
        self.assertEqual(unmet.fresh_for(), 0.0)
        self.me.tell({})
        self.hear()
        self.assertTrue(self.me.is_fresh())
        self.me.heard_at -= 1.1
        self.assertFalse(self.me.is_fresh())

    def test_what_it_says_of_a_virtual_ip(self):
        said = {
            "held": "held",
            "age": 3.0,
            "wanted": True,
            "via": None,
            "hushed": True,
            "forced_for": 9.0,
            "serves": False,
            "isolated": True,
        }
        self.me.tell({"healthy": True, "heartbeat": True, "hears": False, "virtualIps": {"v": said}})
        self.hear()
        view = self.me.view(type("VirtualIp", (), {"address": "v"}))
        self.assertAlmostEqual(view.pop("age"), said.pop("age"), 1)
        self.assertEqual(
            view,
            {**said, "fresh": True, "healthy": True, "heartbeat": True, "hears": True},
        )

    def test_tells_it_where_its_last_packet_came_from_too(self):
        self.out.bind(("127.0.0.2", 0))
        self.out.settimeout(0.2)
        declared = self.socket()
        for sock, is_told in [(declared, False), (self.out, True), (declared, False)]:
            with self.subTest(is_told=is_told):
                sock.sendto(self.packet(), ("127.0.0.1", self.config["port"]))
                self.assertTrue(self.hear())
                self.me.tell({})
                self.grab()
                heard = []
                with contextlib.suppress(OSError):
                    heard.append(self.out.recv(65536))
                self.assertEqual(len(heard), int(is_told))

    def test_tells_it_nowhere_else_once_a_packet_came_from_the_declared_address_too(self):
        self.out.bind(("127.0.0.2", 0))
        self.out.settimeout(0.2)
        packet = self.packet()
        self.out.sendto(packet, ("127.0.0.1", self.config["port"]))
        self.assertTrue(self.hear())
        self.send_from_declared(packet)
        self.assertFalse(self.hear())
        self.me.tell({})
        with self.assertRaises(OSError):
            self.out.recv(65536)

    def send_from_declared(self, packet):
        self.socket().sendto(packet, ("127.0.0.1", self.config["port"]))

    def test_counts_as_deaf_once_it_was_heard_for_longer_than_a_silence(self):
        self.me.tell({"hears": False})
        self.hear()
        one = type("VirtualIp", (), {"address": "v"})
        self.assertTrue(self.me.view(one)["hears"])
        self.me._fresh_since -= 1.01
        # On a busy machine the packet came some hundredths of a second after the clock was set.
        clock.advance(system.monotonic())
        self.assertFalse(self.me.view(one)["hears"])

    def test_that_it_has_left(self):
        self.assertFalse(self.me.has_left())
        self.me.tell({"leaves": True})
        self.hear()
        self.assertTrue(self.me.has_left())


class FormerPeers(Believes):
    """A former peer "b", which still takes "a" for its own."""

    def setUp(self):
        super().setUp()
        (self.folder / "former-peers").write_text("b\n")
        self.out.settimeout(2)
        self.out.bind(("", 0))
        sockets = [self.sock, self.out]
        self._set(network, "udp", lambda family, port: sockets.pop(0))
        self.me = peer.Peer({**self.config, "node": "a", "peer": "c"})
        self.former = peer.Peer({**self.config, "node": "b", "peer": "a"})

    @staticmethod
    def has(held):
        return {"virtualIps": {"v": {"held": held, "age": 1.0, "wanted": held == "held", "via": None}}}

    def ask(self, held):
        """What the former peer is answered while this host has so."""
        self.exchange(self.has(held), self.has("no"))
        return self.former.hear(self.out) and self.former.said["virtualIps"]["v"]["held"]

    def exchange(self, own, former):
        """Each tells the other; the former peer's answer at once is heard, too."""
        self.me.tell(own)
        self.grab()
        self.former.tell(former)
        self.assertFalse(self.hear())
        self.sock.settimeout(0)
        self.hear()
        self.sock.settimeout(2)

    def test_is_answered_that_the_virtual_ips_are_taken_where_they_are(self):
        self.assertEqual([self.ask(held) for held in ("held", "lingering", "no")], ["held", "held", "no"])

    def test_heeds_that_for_a_minute(self):
        self.ask("held")
        self.former.heard_at -= 50
        self.assertTrue(self.former.is_fresh())
        self.former.heard_at -= 20
        self.assertFalse(self.former.is_fresh())

    def test_what_it_holds_is_known_for_as_long_as_it_is_heard(self):
        self.exchange(self.has("held"), self.has("held"))
        self.assertFalse(self.me.former_holds("v"))
        self.assertTrue(self.former.hear(self.out))
        self.exchange(self.has("held"), self.has("held"))
        self.assertTrue(self.me.former_holds("v"))
        self.assertFalse(self.me.former_holds("w"))
        self.me._former["b"].heard_at -= 1.1
        self.assertFalse(self.me.former_holds("v"))

    def test_an_answer_for_another_one_and_a_question_that_comes_again_are_not_heeded(self):
        self.me.tell(self.has("held"))
        self.grab()
        self.former.tell(self.has("no"))
        question = self.grab()
        self.send(question)
        self.hear()
        answer = self.out.recv(65536)
        self._set(network, "udp", lambda family, port: self.out)
        other = peer.Peer({**self.config, "node": "c", "peer": "a"})
        self.out.sendto(answer, ("127.0.0.1", self.out.getsockname()[1]))
        self.assertFalse(other.hear(self.out))
        self.send(question)
        self.hear()
        self.out.settimeout(0.2)
        with self.assertRaises(OSError):
            self.out.recv(65536)


# Its own tests are about another peer.
for _name in [name for name in vars(Believes) if name.startswith("test_")]:
    setattr(FormerPeers, _name, None)


class Packets(unittest.TestCase):
    def test_are_small_json_behind_their_signatures(self):
        me = peer.Peer.__new__(peer.Peer)
        me._keys = type("Keys", (), {"get": staticmethod(lambda: [b"one", b"two"])})
        me._config, me._clock = {"node": "a"}, type("Clock", (), {"stamp": staticmethod(lambda: (7, 1))})
        signatures, _, text = me._packet({"healthy": True}, "b", type("Exchange", (), {"answers": lambda self: [(8, 2)]})()).partition(
            b"\n"
        )
        self.assertEqual(len(signatures.split()), 2)
        expected = {"healthy": True, "protocol": 2, "node": "a", "for": "b", "at": [7, 1], "answers": [[8, 2]]}
        self.assertEqual(json.loads(text), expected)


def _free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("", 0))
        return sock.getsockname()[1]


if __name__ == "__main__":
    unittest.main()

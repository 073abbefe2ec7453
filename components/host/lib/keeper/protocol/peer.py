"""What the two keepers tell each other, all the time and on every path: one signed UDP packet, a line of JSON behind its
signatures. It is signed with the secret of authkeys, and with the next one while that lies ready (see heartbeat.keyVersion).

A signature proves who wrote a packet, not when. A keeper believes a packet only if the peer wrote it a moment ago: see exchange.py."""

import hmac
import json
from collections.abc import Callable, Sequence
from typing import cast

from keeper.address.virtual_ip import VirtualIp
from keeper.config import Config
from keeper.decision.decide import HELD, NO, SaidOfVirtualIp, View
from keeper.ports import clock, network, system
from keeper.ports.arrival import receive
from keeper.ports.network import family_of
from keeper.ports.system import RUN, STATE, is_done, log, read, write
from keeper.ports.types import Socket, Source
from keeper.protocol import exchange
from keeper.protocol import packet as packet_form
from keeper.protocol.exchange import Clock, Exchange
from keeper.protocol.packet import Body, Told

KEY_FILES = ("/etc/ha.d/authkeys", f"{STATE}/authkeys.new")
# For the heartbeat step, which changes to a new secret only when the peer has it: the newest of KEY_FILES if the peer signs with its secret,
# by its time in nanoseconds and its inode; else "none".
PEER_KEY = f"{RUN}/peer-key"
# Hosts that were the peer until the pair was changed, a name a line (steps/sh/heartbeat.sh).
FORMER_PEERS = f"{STATE}/former-peers"

# After the pair's last packet a former peer acquires nothing for this time, in seconds: the sender may be busy, or boot.
FORMER_SILENCE = 60
# After so many seconds in which all packets were ignored the keeper logs it: in the first moments they are not answered yet.
IGNORED_FOR = 5
# How often the secrets are looked at, in seconds.
KEYS_EVERY = 0.5

# The form of the packets. Keepers of two forms work together: unknown fields are ignored, missing ones have a default. Since form 2 a packet
# has "for" and "answers": a keeper ignores packets of form 1, and the two hosts then rely on Heartbeat alone.
PROTOCOL = 2

_JSON = json.JSONEncoder(separators=(",", ":"))


class Keys:
    """The secrets, read again when their files change."""

    def __init__(self) -> None:
        self._looked_at = float("-inf")
        self._stamp: list[tuple[int, int] | None] | None = None
        self._keys: list[bytes] = []
        # Of the file with the last of them.
        self.newest_stamp: tuple[int, int] | None = None

    def get(self) -> list[bytes]:
        now = system.monotonic()
        if now - self._looked_at > KEYS_EVERY:
            self._looked_at = now
            stamp = [system.stamp(path) for path in KEY_FILES]
            if stamp != self._stamp:
                self._stamp = stamp
                found = [(_key(path), own) for path, own in zip(KEY_FILES, stamp, strict=True)]
                self._keys = [key for key, _ in found if key]
                self.newest_stamp = next((own for key, own in reversed(found) if key), None)
        return self._keys


def _key(path: str) -> bytes | None:
    """A key of our own, made of the secret, so that no packet of one kind can pass for one of the other."""
    words = (read(path) or "").split()
    return hmac.digest(words[-1].encode(), b"ha-load-balancer-pair keeper", "sha256") if words else None


class Former:
    """A host that was the peer until the pair was changed, and what was last heard of it."""

    def __init__(self, clock: Clock) -> None:
        self.exchange = Exchange(clock)
        self.heard_at = float("-inf")
        self.virtual_ips: dict[str, SaidOfVirtualIp] = {}

    def has(self, address: str) -> bool:
        return address in self.virtual_ips and self.virtual_ips[address]["held"] == HELD


class Peer:
    """The peer as this host hears it."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._keys = Keys()
        self._clock = Clock()
        self._exchange = Exchange(self._clock, exchange.PEER_CLOCK)
        # What was last heard of each former peer.
        former = set((read(FORMER_PEERS) or "").split()) - {config["peer"]}
        self._former = {name: Former(self._clock) for name in former}
        # The state that was sent last.
        self._told: Told | None = None
        # Since when its packets have been ignored; infinity where the log has it.
        self._ignored_since: float | None = None
        # The protocol of its last packet.
        self._protocol = PROTOCOL
        # What the keeper wrote to PEER_KEY last.
        self._noted_key: str | None = None
        self.heard_at: float | None = None
        self._fresh_since = float("-inf")
        self.said = packet_form.state({})
        # In the kernel's spelling, as that of a packet's source.
        self._declared = {network.canonical(address) for address in config["peerAddresses"]}
        # Where its last packet came from, if that is no declared address: a DHCP server has given it another one.
        self._other_source: tuple[Socket, Source] | None = None
        self.sockets: dict[int, Socket] = {}
        # By address family: why its port could not be bound, as the keeper logged it last.
        self._port_errors: dict[int, str] = {}
        self.open()

    def open(self) -> None:
        """Binds what is not bound yet: a Heartbeat that is about to move to another port may still have this one."""
        for address in self._config["peerAddresses"]:
            family = family_of(address)
            if family not in self.sockets:
                try:
                    self.sockets[family] = network.udp(family, self._config["port"])
                except OSError as error:
                    if self._port_errors.get(family) != str(error):
                        self._port_errors[family] = str(error)
                        log(f"UDP port {self._config['port']}: {error}; trying again")
                    continue
                if self._port_errors.pop(family, None):
                    log(f"UDP port {self._config['port']}: bound")

    def tell(self, state: Told, interfaces: Sequence[int] = ()) -> None:
        """interfaces: the indexes of interfaces without a route, through which the packet is sent as well, as Heartbeat does it: a peer
        that heard Heartbeat alone would not know that this host does not serve."""
        is_done()
        self._told = state
        packet = self._packet(state, self._config["peer"], self._exchange)
        for address in self._config["peerAddresses"]:
            sock, destination = self.sockets.get(family_of(address)), (address, self._config["port"])
            if sock is None:
                continue
            self._try_to_send(sock.sendto, packet, destination)
            if family_of(address) == network.INET:
                for interface in interfaces:
                    self._try_to_send(network.send_through, sock, packet, destination, interface)
        if self._other_source:
            sock, source = self._other_source
            self._try_to_send(sock.sendto, packet, source)

    @staticmethod
    def _try_to_send(send: Callable[..., object], *arguments: object) -> None:
        try:
            send(*arguments)
        except OSError:
            # The peer notices the silence.
            pass

    def _packet(self, state: Told, name: str, answered: Exchange) -> bytes:
        body = {
            **state,
            "protocol": PROTOCOL,
            "node": self._config["node"],
            "for": name,
            "at": self._clock.stamp(),
            "answers": answered.answers(),
        }
        text = _JSON.encode(body).encode()
        return b" ".join(self._signatures(text)) + b"\n" + text

    def hear(self, sock: Socket) -> bool:
        """Reads one packet; whether it was the peer's."""
        try:
            packet, came_at, source = receive(sock)
        except OSError:
            return False
        signatures, _, text = packet.partition(b"\n")
        signed_with = self._signed_with(signatures, text)
        if not any(signed_with):
            return False
        body = packet_form.parse(text)
        if body is None or body["receiver"] != self._config["node"]:
            return False
        if body["node"] in self._former:
            self._hear_former(sock, source, came_at, body)
        if body["node"] != self._config["peer"]:
            return False
        if body["at"] == self._exchange.newest and source[0] in self._declared:
            # The same packet arrived from its declared address, too.
            self._other_source = None
        has_just_booted = not self._exchange.has_heard_of(body["at"][0])
        is_believed = self._exchange.believes(body["at"], body["answers"], came_at)
        if has_just_booted and self._told is not None:
            # It believes nothing before it has an answer.
            self._try_to_send(sock.sendto, self._packet(self._told, self._config["peer"], self._exchange), source)
        if not is_believed:
            self._note_ignored(came_at)
            return False
        self._ignored_since = None
        if not self.is_fresh():
            self._fresh_since = came_at
        self.heard_at = came_at
        # Packets that leave an interface without a route come from any address.
        self._other_source = None if source[0] in self._declared else (sock, source)
        self._note_protocol(PROTOCOL if body["protocol"] is None else body["protocol"])
        self.said = body
        self._note_key(signed_with[-1])
        return True

    def _note_ignored(self, came_at: float) -> None:
        if self._ignored_since is None:
            self._ignored_since = came_at
        elif came_at - self._ignored_since > IGNORED_FOR:
            self._ignored_since = float("inf")
            log(f"ignoring packets of {self._config['peer']}: they do not answer this host, or are older than {exchange.MAX_AGE} s")

    def _note_protocol(self, protocol: int) -> None:
        if protocol != self._protocol:
            self._protocol = protocol
            log(f"{self._config['peer']} has protocol {protocol}, this keeper {PROTOCOL}: their versions differ")

    def _note_key(self, has_newest: bool) -> None:
        note = " ".join(map(str, self._keys.newest_stamp)) if has_newest and self._keys.newest_stamp else "none"
        if note != self._noted_key and write(PEER_KEY, f"{note}\n"):
            self._noted_key = note

    def _hear_former(self, sock: Socket, source: Source, came_at: float, body: Body) -> None:
        """Answers a former peer that the pair holds the virtual IPs, since just now. It hears no Heartbeat any more, and would acquire them."""
        former = self._former[body["node"]]
        if self._told is None or not former.exchange.is_news(body["at"]):
            return
        if former.exchange.believes(body["at"], body["answers"], came_at):
            former.heard_at, former.virtual_ips = came_at, body["virtualIps"]
        theirs = self.said["virtualIps"] if self.is_fresh() else {}
        # What is absent has the default of its form there.
        virtual_ips = {
            address: cast(
                "SaidOfVirtualIp", {"held": _held_by_any(own, theirs.get(address, own)), "age": 0.0, "wanted": False, "via": None}
            )
            for address, own in self._told["virtualIps"].items()
        }
        state: Told = {"healthy": True, "doubtful": False, "heartbeat": False, "virtualIps": virtual_ips, "former": True}
        self._try_to_send(sock.sendto, self._packet(state, body["node"], former.exchange), source)

    def former_holds(self, address: str) -> bool:
        """Whether one that is no longer of the pair has it as well."""
        return any(clock.now() - one.heard_at < self._config["silence"] and one.has(address) for one in self._former.values())

    def _signed_with(self, signatures: bytes, text: bytes) -> list[bool]:
        """For each key of this host, whether the packet is signed with it."""
        given = signatures.split()[:2]
        return [any(hmac.compare_digest(one, own) for one in given) for own in self._signatures(text)]

    def _signatures(self, text: bytes) -> list[bytes]:
        return [hmac.digest(key, text, "sha256").hex().encode() for key in self._keys.get()]

    def view(self, virtual_ip: VirtualIp) -> View:
        """What the peer is, and has of one virtual IP, by its last word."""
        said = self.said["virtualIps"].get(virtual_ip.address) or packet_form.of_virtual_ip({})
        return {
            **said,
            "fresh": self.is_fresh(),
            "age": said["age"] + system.monotonic() - (self.heard_at or 0.0),
            "healthy": self.said["healthy"],
            "heartbeat": self.said["heartbeat"],
            # Two that meet again say at first that they do not hear each other.
            "hears": self.said["hears"] or self.fresh_for() < self._config["silence"],
        }

    def holdings(self) -> dict[str, tuple[str, bool, bool, bool]]:
        return {
            address: (one["held"], one["wanted"], one["hushed"], one["forced_for"] is not None)
            for address, one in self.said["virtualIps"].items()
        }

    def silence(self) -> float:
        """For how long nothing was heard, in seconds; for ever where nothing ever was."""
        return float("inf") if self.heard_at is None else clock.now() - self.heard_at

    def fresh_for(self) -> float:
        """For how long it has been heard without a break, in seconds."""
        return clock.now() - self._fresh_since if self.is_fresh() else 0.0

    def has_left(self) -> bool:
        """Whether its keeper said that it ends: its silence says nothing then."""
        return self.said["leaves"]

    def is_fresh(self) -> bool:
        return self.silence() < (FORMER_SILENCE if self.said["former"] else self._config["silence"])


def _held_by_any(*views: SaidOfVirtualIp) -> str:
    """What lingers is about to be held."""
    return NO if all(one["held"] == NO for one in views) else HELD

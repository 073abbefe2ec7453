"""The form of the keepers' packets: what a keeper takes from the peer's.

A signature proves which host wrote a packet. The host may have another version, or somebody may have broken into it: what a packet says
reaches files and programs of this host. So each field has a form, and a field of another form counts as a missing one.

Used by peer.py.
"""

import json
from typing import Any, TypedDict

from keeper.decision.decide import HELD, LINGERING, NO, SaidOfVirtualIp
from keeper.ports.network import canonical
from keeper.protocol import exchange
from keeper.protocol.exchange import Stamp

# A larger number is no duration in seconds.
LONGEST = 1e9
# The longest name of a program and the longest question, by far.
LONGEST_TEXT = 200


class Said(TypedDict):
    """What a keeper says of its host."""

    protocol: int | None
    healthy: bool
    # It failed just now, and may be about to count as unfit.
    doubtful: bool
    # Heartbeat runs there.
    heartbeat: bool
    hears: bool
    # Its keeper ends.
    leaves: bool
    # The receiver is no longer of the pair.
    former: bool
    # How far an orderly stop of HAProxy is (stopping.py).
    stops: str | None
    # See proof.py.
    question: str | None
    answer: list[str] | None
    virtualIps: dict[str, SaidOfVirtualIp]


class Told(TypedDict, total=False):
    """What a keeper sends to its peer, or to a former peer. The receiver fills in absent fields (`state`)."""

    healthy: bool
    doubtful: bool
    heartbeat: bool
    hears: bool
    leaves: bool
    former: bool
    stops: str | None
    question: str | None
    answer: list[str] | None
    virtualIps: dict[str, SaidOfVirtualIp]


class Envelope(TypedDict):
    node: str
    receiver: str
    at: Stamp
    answers: list[Stamp]


class Body(Said, Envelope):
    """A whole packet."""


def parse(text: bytes) -> Body | None:
    """Returns the body of a packet. Returns None if it lacks what each packet has, or if it is no packet."""
    try:
        body = json.loads(text)
        node, receiver = body["node"], body["for"]
        at, answers = exchange.parse(body["at"]), [exchange.parse(stamp) for stamp in body["answers"]]
        if not isinstance(node, str) or not isinstance(receiver, str):
            return None
        return {"node": node, "receiver": receiver, "at": at, "answers": answers, **state(body)}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def state(body: dict[str, Any]) -> Said:
    """What a keeper says of its host; `{}`: it says nothing."""
    virtual_ips = body.get("virtualIps")
    return {
        "protocol": _whole(body.get("protocol")),
        "healthy": _flag(body.get("healthy"), False),
        "doubtful": _flag(body.get("doubtful"), False),
        "heartbeat": _flag(body.get("heartbeat"), False),
        # A keeper of an older version does not say it.
        "hears": _flag(body.get("hears"), True),
        "leaves": _flag(body.get("leaves"), False),
        "former": _flag(body.get("former"), False),
        "stops": _text(body.get("stops")),
        "question": _question(body.get("question")),
        "answer": _answer(body.get("answer")),
        "virtualIps": {
            address: of_virtual_ip(said)
            for address, said in (virtual_ips if isinstance(virtual_ips, dict) else {}).items()
            if isinstance(said, dict)
        },
    }


def of_virtual_ip(said: dict[str, Any]) -> SaidOfVirtualIp:
    """What the peer says of one virtual IP; `{}`: it says nothing."""
    held = said["held"] if said.get("held") in (HELD, LINGERING) else NO
    return {
        "held": held,
        "serves": _flag(said.get("serves"), held == HELD),
        "age": _duration(said.get("age")) or 0.0,
        "wanted": _flag(said.get("wanted"), False),
        "via": _address(said.get("via")),
        # A keeper of an older version does not say it. If both hosts answer, clients reach one; if neither does, they reach none.
        "hushed": _flag(said.get("hushed"), True),
        "forced_for": _duration(said.get("forced_for")),
        "isolated": _flag(said.get("isolated"), False),
    }


def _flag(value: object, default: bool) -> bool:
    return value if isinstance(value, bool) else default


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < exchange.LARGEST else None


def _duration(value: object) -> float | None:
    """In seconds. NaN is in no range."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LONGEST else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.isprintable() and len(value) <= LONGEST_TEXT else None


def _address(value: object) -> str | None:
    try:
        return canonical(value) if isinstance(value, str) else None
    except (OSError, ValueError):
        return None


def _question(value: object) -> str | None:
    """See proof.py: the two ends of a connection."""
    text = _text(value) or ""
    words = text.split()
    is_known = len(words) == 4 and all(map(_address, words[::2])) and all(map(_is_port, words[1::2]))
    return text if is_known else None


def _is_port(word: str) -> bool:
    return word.isascii() and word.isdigit() and 0 < int(word) < 65536


def _answer(value: object) -> list[str] | None:
    return value if isinstance(value, list) and len(value) == 2 and all(map(_text, value)) else None

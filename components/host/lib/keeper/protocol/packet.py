"""The form of the keepers' packets: what a keeper takes from the peer's.

A signature proves which host wrote a packet. The host may have another version, or somebody may have broken into it: what a packet says
reaches files and programs of this host. So each field has a form, and a field of another form counts as a missing one.

Used by peer.py.
"""

import json

from keeper.decision.decide import HELD, LINGERING, NO
from keeper.ports.network import canonical
from keeper.protocol import exchange

# A larger number is no duration in seconds.
LONGEST = 1e9
# The longest name of a program and the longest question, by far.
LONGEST_TEXT = 200


def parse(text):
    """Returns the body of a packet. Returns None if it lacks what each packet has, or if it is no packet."""
    try:
        body = json.loads(text)
        node, receiver = body["node"], body["for"]
        stamps = {"at": exchange.parse(body["at"]), "answers": [exchange.parse(stamp) for stamp in body["answers"]]}
        if not isinstance(node, str) or not isinstance(receiver, str):
            return None
        return {"node": node, "for": receiver, **stamps, **state(body)}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def state(body):
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


def of_virtual_ip(said):
    """What the peer says of one virtual IP; `{}`: it says nothing."""
    held = said.get("held")
    held = held if held in (HELD, LINGERING) else NO
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


def _flag(value, default):
    return value if isinstance(value, bool) else default


def _whole(value):
    return value if type(value) is int and 0 <= value < exchange.LARGEST else None


def _duration(value):
    """In seconds. NaN is in no range."""
    return value if type(value) in (int, float) and 0 <= value <= LONGEST else None


def _text(value):
    return value if isinstance(value, str) and value.isprintable() and len(value) <= LONGEST_TEXT else None


def _address(value):
    try:
        return canonical(value)
    except (OSError, TypeError, ValueError):
        return None


def _question(value):
    """See proof.py: the two ends of a connection."""
    words = (_text(value) or "").split()
    is_known = len(words) == 4 and all(map(_address, words[::2])) and all(map(_is_port, words[1::2]))
    return value if is_known else None


def _is_port(word):
    return word.isascii() and word.isdigit() and 0 < int(word) < 65536


def _answer(value):
    is_known = isinstance(value, list) and len(value) == 2 and all(map(_text, value))
    return value if is_known else None

"""The moment by which the keeper judges how long the others have been silent: all that came in before it has been heard.

A host that is frozen between that and what is done about it, and thaws, acts on what was true then. By the time of day it
would take its own sleep for the peer's silence."""

from keeper.ports import system

_now = [system.monotonic()]


def now() -> float:
    """By system.monotonic, in seconds."""
    return _now[0]


def advance(moment: float) -> None:
    _now[0] = moment

"""What becomes of one virtual IP: pure, from what both hosts are and have to what this host does next.

Each host says of a virtual IP:
  held       its kernel has the address for good
  lingering  it has the address for three seconds at a time: Heartbeat let it go, and nobody has taken it yet, or the
             peer has and passes on to this host what belongs to connections that are still open here
  no         it does not have it
"""

from typing import TypedDict

HELD, LINGERING, NO = "held", "lingering", "no"


class SaidOfVirtualIp(TypedDict):
    """What a host says of one virtual IP."""

    held: str
    # Clients reach it there.
    serves: bool
    # Seconds since it was acquired, or since it was released and lingers.
    age: float
    # Heartbeat wants it there.
    wanted: bool
    # The host's own address on the same interface.
    via: str | None
    # The host's kernel does not answer for it.
    hushed: bool
    # Seconds since an operator ran "VirtualIp ADDRESS hold" there; None: no operator forces it to that host.
    forced_for: float | None
    # Neither clients nor packets of the other host reach it there.
    isolated: bool


class View(SaidOfVirtualIp):
    """What the peer is, and has of one virtual IP, by its last word."""

    # It was heard just now.
    fresh: bool
    healthy: bool
    # Heartbeat runs there.
    heartbeat: bool
    # It hears this host.
    hears: bool


class Own(TypedDict):
    """What this host is, and has of one virtual IP."""

    held: str
    age: float
    # Heartbeat wants it here, or is about to.
    wanted: bool
    may_have_connections: bool
    healthy: bool
    isolated: bool
    heartbeat: bool
    # It has listened long enough to know whether there is a peer.
    settled: bool
    must_fence: bool
    forced_for: float | None


Forced = Own | View

TAKE = "take"  # hold it for good, and announce it
DROP = "drop"  # delete it now
YIELD = "yield"  # let it linger, so that the peer can take it
LINGER = "linger"  # keep it for three seconds more
FENCE = "fence"  # make sure that the peer is off before it is taken
NOTHING = "nothing"

# Holdings that began within this time count as begun together, in seconds.
TOGETHER = 0.5


def decide(me: Own, peer: View, preferred: bool) -> str:
    """The next action for a virtual IP."""
    if is_forced(me, peer if peer["fresh"] else None):
        return NOTHING if me["held"] == HELD else TAKE
    if not me["settled"]:
        return LINGER if me["held"] == LINGERING else NOTHING
    peer_has = peer["fresh"] and peer["held"] == HELD
    if me["held"] == HELD:
        if peer_has and loses(me, peer, preferred):
            # An operator moves it on purpose: clients that have not heard the peer's announcement still reach this host.
            return YIELD if is_forced(peer, me) else DROP
        # No client reaches this host, and the peer has acquired the address where clients do.
        if me["isolated"]:
            return DROP
        # If both Heartbeats want the address, they do not hear each other, and hb_standby cannot move it. This host does not yield to a
        # peer that also holds it: the peer may be releasing it at this moment.
        if peer["fresh"] and not peer_has and peer["wanted"] and peer["healthy"] and not (me["healthy"] and me["wanted"]):
            return YIELD
        return NOTHING
    if (me["wanted"] or is_left_to(me, peer)) and may_take(me, peer):
        return FENCE if me["must_fence"] else TAKE
    if me["held"] == LINGERING and (me["may_have_connections"] if peer_serves(me, peer, preferred) else me["heartbeat"]):
        return LINGER
    return NOTHING


def peer_serves(me: Own, peer: View, preferred: bool) -> bool:
    """Whether the peer serves an address that lingers here: it acquired it, or it released it later than this host. Not while the peer is
    hushed: then no host would answer the clients."""
    if not peer["fresh"]:
        return False
    lingers_there = peer["held"] == LINGERING and not peer["hushed"]
    # What the peer's hook has not moved yet, clients still reach here.
    return (peer["held"] == HELD and peer["serves"]) or (lingers_there and loses(me, peer, preferred))


def is_forced(one: Forced, other: Forced | None) -> bool:
    """Whether an operator forces the address to host `one`. If an operator forces it to both hosts, the later hold counts."""
    if one["forced_for"] is None:
        return False
    return other is None or other["forced_for"] is None or one["forced_for"] < other["forced_for"]


def is_left_to(me: Own, peer: View) -> bool:
    """Whether the peer released the address because no client reaches the peer. Heartbeat on this host may still hear the peer's Heartbeat.
    Then it does not want the address, and the keeper acquires it instead."""
    return me["heartbeat"] and peer["fresh"] and peer["isolated"] and peer["wanted"] and peer["held"] != HELD


def may_take(me: Own, peer: View) -> bool:
    """Whether a wanted virtual IP is to be taken: it answers nowhere else, and it is of more use here."""
    if me["isolated"]:
        return False
    if not peer["fresh"]:
        return True
    if peer["held"] == HELD:
        return False
    return me["healthy"] or not (peer["healthy"] and peer["heartbeat"])


def loses(me: Own, peer: View, preferred: bool) -> bool:
    """Whether this host, one of two holders, releases the address. The first rule that tells the two hosts apart decides which keeps it:
    1. the host to which an operator forces the address
    2. the host that can serve
    3. the peer, if it does not hear this host: the peer cannot know that it should release the address
    4. the host that acquired the address last: the other host was frozen or cut off at that moment, so clients use the last one
    If the address lingers on both hosts, rule 4 prefers the host that released it last."""
    if is_forced(peer, me):
        return True
    if me["healthy"] != peer["healthy"]:
        return not me["healthy"]
    if not peer["hears"]:
        return True
    if abs(me["age"] - peer["age"]) < TOGETHER:
        return not preferred
    return me["age"] > peer["age"]

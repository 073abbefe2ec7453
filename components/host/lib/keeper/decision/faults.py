"""Whether this host can serve, by all witnesses of its network: pure. docs/high-availability.md has the same cases as a table.

Two verdicts. Unfit: the keeper hands the virtual IPs over, if the peer can serve. Cut off: clients and peer do not reach this host, so it
releases its virtual IPs.
"""

from typing import TypedDict

# Losing the peer and the gateway within this time, in seconds, is one event: this host's cable, or a switch.
TOGETHER_WITHIN = 3
# Seconds after which a host with a working link serves although it lost peer and gateway together: both can have died with one
# hypervisor. HAProxy needs 6 s (inter 2s, fall 3) to report that it reaches no server, which would prove that this host is cut off.
SERVES_ALONE_AFTER = 10


class Unfitness(TypedDict):
    """What can make a host unfit to serve."""

    # Why HAProxy does not serve, or None.
    haproxy: str | None
    # Why clients do not reach this host through a virtual IP's interface, or None.
    interface: str | None
    # The gateway is lost, and the peer has been heard for long enough to know whether it has lost it too.
    is_gateway_gone: bool
    # Virtual IPs that this host tried to acquire and could not.
    failing: list[str]


class Isolation(TypedDict):
    """What can cut a host off."""

    # Why this host hears nothing on any interface of a virtual IP (Interface.why_blind), or None.
    blind: str | None
    # Seconds since the peer's keeper was heard; None while it is heard, infinity if it never was.
    peer_silent_for: float | None
    # Whether the peer's Heartbeat is heard.
    hears_heartbeat: bool
    # Seconds since the gateway's answer is overdue; None if it answers, or never did.
    gateway_lost_for: float | None
    # Whether HAProxy reaches a server; None if unknown.
    reaches_servers: bool | None
    # Seconds for which this host has counted as cut off; None if it has not.
    cut_off_for: float | None


def why_unfit(seen: Unfitness) -> str | None:
    """Why the peer should serve instead of this host; None if this host can serve."""
    if seen["haproxy"]:
        return seen["haproxy"]
    if seen["interface"]:
        return seen["interface"]
    if seen["is_gateway_gone"]:
        return "the gateway is lost"
    if seen["failing"]:
        return f"{' '.join(seen['failing'])} cannot be taken"
    return None


def why_cut_off(seen: Isolation) -> str | None:
    """Why neither clients nor the peer reach this host; None if they may reach it."""
    if seen["peer_silent_for"] is None or seen["hears_heartbeat"]:
        return None
    if seen["blind"]:
        return seen["blind"]
    if seen["gateway_lost_for"] is None:
        return None
    # A peer that was never heard cannot be lost.
    if seen["peer_silent_for"] == float("inf"):
        return None
    is_one_event = abs(seen["gateway_lost_for"] - seen["peer_silent_for"]) < TOGETHER_WITHIN
    if seen["cut_off_for"] is None and not is_one_event:
        return None
    if (seen["cut_off_for"] or 0) >= SERVES_ALONE_AFTER and seen["reaches_servers"] is not False:
        return None
    return "the peer and the gateway were lost together"

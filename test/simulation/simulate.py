"""Runs schedules on one pair: both hosts boot and settle, faults come, and the pair must settle again."""

import random

import faults
from pair import Pair
from watch import Violation, Watch

# Within how many seconds a pair must be at rest when the last fault is over, and for how long it must have been so: for longer than the
# 2 s after which a Heartbeat restarts that has met its peer again.
SETTLES_WITHIN, RESTS_FOR = 90.0, 2.5
# How many schedules follow one another on a pair: a boot takes as long as a schedule.
CHAIN = 10


class Failure(Exception):
    """A schedule under which an invariant did not hold. `log`: what both hosts said."""

    def __init__(self, reason, at, log):
        super().__init__(f"{reason} (at {at:.2f} s)")
        self.reason, self.log = reason, log


def generate(seed):
    """A chain of schedules for one pair: each begins where the one before has settled."""
    source = random.Random(seed)
    preferred = source.choice((("lb1",), ("lb1",), ("lb1", "lb2")))
    failback = source.random() < 0.85
    chain = [faults.schedule(source, first=i == 0) for i in range(CHAIN)]
    return {"preferred": preferred, "failback": failback, "chain": chain}


def run(seed, chain, preferred=("lb1",), failback=True, **limits):
    """`chain`: schedules, each its faults and whether they are planned. Raises Failure. Returns the simulated seconds."""
    return _run(Pair(seed, preferred, failback), chain, limits)


def reactions(seed, chain, slowest, preferred=("lb1",), failback=True, **limits):
    """What Heartbeat and its scripts log on each host after the first fault: pairs of seconds since then and text. Every program takes up
    to `slowest` times as long, by the seed, as on a busy machine."""
    pair = Pair(seed, preferred, failback)
    for host in pair.both:
        host.slowness = random.Random(f"{seed} {host.name}").uniform(1, slowest)
    _run(pair, chain, limits)
    began = pair.faults_at[0]
    return {
        name: [
            (round(at - began, 3), text.partition(": ")[2])
            for at, who, text in pair.world.log
            if who == name and at >= began and text.startswith(("heartbeat: ", "ResourceManager: "))
        ]
        for name in pair.hosts
    }


def _run(pair, chain, limits):
    world = pair.world
    settles_within = limits.pop("settles", SETTLES_WITHIN)
    watch = Watch(pair, **limits)
    try:
        for host in pair.both:
            world.after(world.random.random() * 1.5, host.power_on)
        for events, is_planned in chain:
            watch.begin(is_planned)
            _go_through(world, pair, watch, events, settles_within)
        return world.now
    except Violation as violation:
        raise Failure(str(violation), world.now, world.log) from None
    finally:
        pair.end()


def _go_through(world, pair, watch, events, settles_within):
    """All faults of a schedule, and until the pair has settled."""
    began = world.now
    for fault in events:
        world.at(began + fault.at, lambda fault=fault: fault.begin(pair))
    ends_at = began + max([_end_of(fault) for fault in events], default=14.0)
    world.run(ends_at)
    calm_since = None
    while calm_since is None or world.now - calm_since < RESTS_FOR:
        world.run(world.now + 0.25)
        why = watch.why_unsettled()
        calm_since = None if why else (world.now if calm_since is None else calm_since)
        if why and world.now - ends_at > settles_within:
            raise Violation(f"not at rest {settles_within:.0f} s after the last fault: {why}")


def _end_of(fault):
    more = fault.arguments.get("seconds", 0) + fault.arguments.get("apart", 0)
    return fault.at + more + (3 if fault.kind == "shutdown" else 0.5)

"""What can happen to a pair, and schedules of it."""

from service import CURRENT, NEWER, OLDER
from wire import BEAT, KEEPER

# When the first fault may come, in seconds: in the middle of the start; and when both hosts have settled, some 14 s after it, as an
# operator waits for.
FIRST, FIRST_PLANNED = 4.0, 17.0
# For how long after the first fault others begin; and the same for each fault of a schedule whose faults come close.
LASTS, CLOSE = 12.0, 2.0


class Fault:
    """One thing that happens: `kind` and `arguments` say what, so that it can be printed, and repeated."""

    def __init__(self, at, kind, **arguments):
        self.at, self.kind, self.arguments = at, kind, arguments

    def __str__(self):
        words = " ".join(f"{name}={value}" for name, value in self.arguments.items())
        return f"{self.at:6.2f} s  {self.kind} {words}".rstrip()

    def begin(self, pair):
        pair.world.say("fault", str(self))
        pair.faults_at.append(pair.world.now)
        KINDS[self.kind](pair, **self.arguments)


def _for(pair, seconds, begin, end):
    begin()
    pair.world.after(seconds, end)


def power_loss(pair, host, seconds):
    _for(pair, seconds, pair.hosts[host].power_off, pair.hosts[host].power_on)


def both_lose_power(pair, seconds, apart):
    for host, more in (("lb1", 0), ("lb2", apart)):
        power_loss(pair, host, seconds + more)


def shutdown(pair, host, seconds):
    def boot():
        if pair.hosts[host].is_on:
            # Still on its way down.
            pair.world.after(1, boot)
        else:
            pair.hosts[host].power_on()

    _for(pair, seconds, pair.hosts[host].shut_down, boot)


def freeze(pair, host, seconds):
    _for(pair, seconds, pair.hosts[host].freeze, pair.hosts[host].thaw)


def _set(name):
    def fault(pair, host, seconds, value, usually):
        def give(what):
            setattr(pair.hosts[host], name, what)
            pair.world.is_dirty = True

        _for(pair, seconds, lambda: give(value), lambda: give(usually))

    return fault


def _cut(name):
    def fault(pair, host, seconds):
        def give(has_carrier):
            machine = pair.hosts[host]
            setattr(machine, name, has_carrier)
            machine.tell_of_network()
            if machine.has_carrier:
                pair.wire.send_waiting(machine)

        _for(pair, seconds, lambda: give(False), lambda: give(True))

    return fault


def cable(pair, host, seconds):
    _cut("has_carrier")(pair, host, seconds)


def service_cable(pair, host, seconds):
    """Keepers and Heartbeats use another one."""
    _cut("has_service_carrier")(pair, host, seconds)


def own_address_gone(pair, host, seconds, has_second_link=False):
    machine = pair.hosts[host]
    machine.has_second_link = has_second_link
    # An older version does not say that nobody reaches it, so its peer does not take over.
    if machine.is_on and machine.keeper_version != OLDER:
        _for(pair, seconds, machine.flush, machine.restore_own_address)


def hypervisor_dies(pair, host, seconds):
    """The host and the gateway at the same moment."""
    power_loss(pair, host, seconds)
    gateway_down(pair, seconds)


def gateway_lost(pair, host, seconds):
    _set("has_lost_gateway")(pair, host, seconds, True, False)


def gateway_down(pair, seconds):
    _for(pair, seconds, lambda: setattr(pair.wire, "is_gateway_up", False), lambda: setattr(pair.wire, "is_gateway_up", True))


def _block(pair, ways, seconds):
    _for(pair, seconds, lambda: pair.wire.blocked.update(ways), lambda: pair.wire.blocked.subtract(ways))


def blocked(pair, source, target, packets, seconds):
    _block(pair, {(source, target, packets)}, seconds)


def beats_blocked(pair, seconds):
    _block(pair, {("lb1", "lb2", BEAT), ("lb2", "lb1", BEAT)}, seconds)


def partition(pair, seconds):
    _block(pair, {(a, b, kind) for a, b in (("lb1", "lb2"), ("lb2", "lb1")) for kind in (KEEPER, BEAT)}, seconds)


def haproxy_killed(pair, host):
    if pair.hosts[host].is_on and not pair.hosts[host].is_frozen:
        pair.hosts[host].kill_haproxy()


def haproxy_down(pair, host, seconds):
    machine = pair.hosts[host]

    def begin():
        machine.can_haproxy_start = False
        haproxy_killed(pair, host)

    def end():
        machine.can_haproxy_start = True
        if machine.is_on:
            machine.start_haproxy()

    _for(pair, seconds, begin, end)


def haproxy_restarted(pair, host, seconds):
    """In an orderly way. An older version does not know of it."""
    machine = pair.hosts[host]
    if machine.is_on and not machine.is_frozen and machine.keeper_version != OLDER:
        machine.restart_haproxy(seconds)


def both_haproxies_restarted(pair, first, apart, seconds):
    """As two unattended upgrades at the same time do it."""
    (second,) = [name for name in pair.hosts if name != first]
    if OLDER not in [host.keeper_version for host in pair.both]:
        haproxy_restarted(pair, first, seconds)
        pair.world.after(apart, lambda: haproxy_restarted(pair, second, seconds))


def haproxy_hangs(pair, host, seconds):
    machine = pair.hosts[host]
    _for(pair, seconds, lambda: machine.hang_haproxy(True), lambda: machine.hang_haproxy(False))


def keeper_killed(pair, host):
    machine = pair.hosts[host]
    if machine.is_on and not machine.is_frozen and machine.keeper:
        machine.keeper.be_killed()


def keeper_hangs(pair, host, seconds):
    machine = pair.hosts[host]
    if machine.is_on and machine.keeper and machine.keeper.is_running():
        process = machine.keeper.process
        _for(pair, seconds, lambda: process.hang(True), lambda: process.hang(False))


def heartbeat_killed(pair, host):
    machine = pair.hosts[host]
    if machine.is_on and not machine.is_frozen and machine.heartbeat:
        machine.heartbeat.be_killed()


def heartbeat_hangs(pair, host, seconds):
    machine = pair.hosts[host]
    if machine.is_on and machine.heartbeat and machine.heartbeat.is_alive():
        heartbeat = machine.heartbeat
        _for(pair, seconds, lambda: heartbeat.hang(True), lambda: heartbeat.hang(False))


def clock_jumps(pair, host, by):
    pair.hosts[host].time_offset += by


def disk_full(pair, host, seconds):
    _set("is_disk_full")(pair, host, seconds, True, False)


def slow(pair, host, factor, seconds):
    _set("slowness")(pair, host, seconds, factor, 1.0)


def lossy(pair, share, seconds):
    _for(pair, seconds, lambda: setattr(pair.wire, "loss", share), lambda: setattr(pair.wire, "loss", 0.0))


def disorderly(pair, jitter, duplicates, seconds):
    def give(some, share):
        pair.wire.jitter, pair.wire.duplicates = some, share

    _for(pair, seconds, lambda: give(jitter, duplicates), lambda: give(0.0005, 0.0))


def replay(pair, count, since=0.0, until=1e9, apart=0.0):
    pair.wire.replay(count, since, until, apart)


def forged_beats(pair, host, seconds):
    """Somebody sends what looks like the heartbeats of a host."""
    for i in range(round(seconds / 0.2)):
        pair.world.after(i * 0.2, lambda: pair.wire.forge_beat(pair.hosts[host]))


def _ask(pair, host, kind, holds):
    machine = pair.hosts[host]
    if machine.is_on and not machine.is_frozen and machine.heartbeat and machine.heartbeat.is_alive():
        machine.heartbeat.send_from_child(kind, holds=holds, info="me" if kind == "ask_resources" else None)


def standby(pair, host):
    _ask(pair, host, "ask_resources", 3)


def takeover(pair, host):
    _ask(pair, host, "hb_takeover", 1)


def _rolling(pair, first, apart, change):
    """A change of both hosts, as `pulumi up` does it: the second host follows once the first one is back."""

    def on_second():
        if pair.hosts[first].is_on and pair.hosts[first].heartbeat and pair.hosts[first].heartbeat.is_comm_up:
            change(pair.hosts["lb2" if first == "lb1" else "lb1"])

    change(pair.hosts[first])
    pair.world.after(apart, on_second)


def reconfigured(pair, first, deadtime, apart):
    """Other timings: the keeper is started anew, and Heartbeat reloads ha.cf."""

    def change(host):
        host.config = {**host.config, **pair.timings(deadtime)}
        keeper_killed(pair, host.name)
        if host.is_on and not host.is_frozen and host.heartbeat and not host.heartbeat.is_hung:
            host.heartbeat.reload()

    _rolling(pair, first, apart, change)


def upgraded(pair, first, version, apart):
    """Another version of the keeper."""

    def change(host):
        host.keeper_version = version
        keeper_killed(pair, host.name)

    _rolling(pair, first, apart, change)


def heartbeat_reloaded(pair, host):
    machine = pair.hosts[host]
    if machine.is_on and not machine.is_frozen and machine.heartbeat:
        machine.heartbeat.reload()


def address_deleted(pair, host):
    for address in pair.virtual_ips:
        pair.hosts[host].delete_address(address)


def forced(pair, host, seconds):
    """An operator makes the host hold every virtual IP, until a release."""
    machine = pair.hosts[host]

    def act(word):
        for address in pair.virtual_ips:
            if machine.is_on:
                machine.execute(["/VirtualIp", address, word])

    # On a frozen host both commands would wait, and go on in any order. An older version does not know them.
    if not machine.is_frozen and machine.keeper_version != OLDER:
        _for(pair, seconds, lambda: act("hold"), lambda: act("release"))


KINDS = {
    function.__name__: function
    for function in (
        power_loss,
        both_lose_power,
        shutdown,
        freeze,
        cable,
        service_cable,
        own_address_gone,
        hypervisor_dies,
        gateway_lost,
        gateway_down,
        blocked,
        beats_blocked,
        partition,
        haproxy_killed,
        haproxy_down,
        haproxy_hangs,
        haproxy_restarted,
        both_haproxies_restarted,
        keeper_killed,
        keeper_hangs,
        heartbeat_killed,
        heartbeat_hangs,
        clock_jumps,
        disk_full,
        slow,
        lossy,
        disorderly,
        replay,
        forged_beats,
        standby,
        takeover,
        address_deleted,
        forced,
        reconfigured,
        upgraded,
        heartbeat_reloaded,
    )
}
# What an operator does on purpose, or what moves nothing: no client may notice any of it.
PLANNED = (
    *("shutdown", "keeper_killed", "clock_jumps", "disk_full", "disorderly", "replay", "forged_beats", "standby", "takeover"),
    *("reconfigured", "upgraded", "heartbeat_reloaded", "haproxy_restarted"),
)


def _duration(random):
    """Mostly short: faults that end in the middle of what they have begun."""
    return round(random.choice((random.uniform(0.2, 2), random.uniform(1, 6), random.uniform(5, 20))), 2)


def one(random, kind, at):
    host = random.choice(("lb1", "lb2"))
    other = "lb2" if host == "lb1" else "lb1"
    seconds = _duration(random)
    choices = {
        "power_loss": {"host": host, "seconds": seconds},
        "both_lose_power": {"seconds": seconds, "apart": round(random.choice((0, random.uniform(0, 3), 15)), 2)},
        "shutdown": {"host": host, "seconds": seconds},
        "gateway_down": {"seconds": seconds},
        "blocked": {"source": host, "target": other, "packets": random.choice((KEEPER, BEAT)), "seconds": seconds},
        "beats_blocked": {"seconds": seconds},
        "partition": {"seconds": seconds},
        "haproxy_killed": {"host": host},
        "haproxy_restarted": {"host": host, "seconds": round(random.uniform(0.1, 1), 2)},
        "both_haproxies_restarted": {
            "first": host,
            "apart": round(random.uniform(0, 3), 2),
            "seconds": round(random.uniform(0.1, 1), 2),
        },
        "keeper_killed": {"host": host},
        "heartbeat_killed": {"host": host},
        "clock_jumps": {"host": host, "by": random.choice((-3600, -1, 1, 3600))},
        "slow": {"host": host, "factor": random.choice((3, 10)), "seconds": seconds},
        "lossy": {"share": random.choice((0.05, 0.3)), "seconds": seconds},
        "disorderly": {"jitter": random.choice((0.02, 0.3)), "duplicates": 0.2, "seconds": seconds},
        "replay": {
            "count": random.choice((1, 20, 100)),
            "since": round(random.uniform(0, 8), 1),
            "apart": random.choice((0.0, 0.2)),
        },
        "forged_beats": {"host": host, "seconds": seconds},
        "standby": {"host": host},
        "takeover": {"host": host},
        "address_deleted": {"host": host},
        "heartbeat_reloaded": {"host": host},
        "own_address_gone": {"host": host, "seconds": seconds, "has_second_link": random.random() < 0.5},
        "reconfigured": {"first": host, "deadtime": random.choice((1.0, 2.0)), "apart": round(random.uniform(3, 8), 2)},
        "upgraded": {
            "first": host,
            "version": random.choice((OLDER, CURRENT, NEWER)),
            "apart": round(random.uniform(1, 8), 2),
        },
    }
    return Fault(at, kind, **choices.get(kind, {"host": host, "seconds": seconds}))


def schedule(random, first):
    """Faults, by seconds from the schedule's start on, and whether all of them are planned: those come one at a time, as an operator
    does it. `first`: whether the hosts have yet to boot."""
    is_planned = random.random() < 0.2
    count = random.choice((1, 1, 2, 2, 3, 4, 5))
    if is_planned:
        begin = FIRST_PLANNED if first else 0.0
        times = [begin + 20 * i for i in range(min(count, 2))]
        kinds = [random.choice(PLANNED) for _ in times]
    else:
        # Somewhere between two steps of the keepers and two heartbeats.
        begin = (random.choice((FIRST, FIRST_PLANNED)) if first else 0.0) + random.uniform(0, 1)
        # Faults that come close behind one another meet what the first one has begun.
        lasts = random.choice((LASTS, CLOSE * count))
        times = [begin, *sorted(begin + random.uniform(0, lasts) for _ in range(count - 1))]
        kinds = [random.choice(list(KINDS)) for _ in times]
    return [one(random, kind, round(at, 2)) for kind, at in zip(kinds, times, strict=True)], is_planned

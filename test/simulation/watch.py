"""What must be true of a pair at any time, whatever happens to it. Looked at after each event that changes an address or a host."""

from paths import RUN
from service import OLDER
from wire import BEAT, KEEPER

# Of moving.py: there while the host's own virtual IPs are to come back to it.
DUE = f"{RUN}/due"

# For how long two hosts may both have one virtual IP, in seconds: while their keepers hear each other (docs/high-availability.md:
# "within a fraction of a second"), and while only their Heartbeats do: those restart 2 s after they have met again, and release it.
BOTH_FOR, BOTH_FOR_HEARTBEATS = 1.0, 8.0
# For how long a virtual IP may be unserved while a host could serve it, in seconds: after one fault, the time to detect it and to
# acquire the address; where the hosts had not settled, initdead (10 s) on top, and as long where a keeper of an older version does not say
# that no client reaches it; where faults overlap, the time until the keeper restarts a Heartbeat that does not settle.
NOBODY_FOR, NOBODY_FOR_UNSETTLED, NOBODY_FOR_FAULTS = 6.0, 16.0, 30.0
# A host that lost its peer and the gateway together serves after this time, in seconds: faults.SERVES_ALONE_AFTER, and what the keeper
# needs to notice the loss.
SERVES_ALONE_AFTER = 13.0
# A host that was cut off says that it can serve after this time, in seconds: keeper.RETURNS_IN, and a second to notice.
FIT_AGAIN_AFTER = 6.0
# Faults that begin within this time meet.
MEET_WITHIN = 25.0


class Violation(Exception):
    pass


def _since(began, now, is_so):
    """Since when something is so that was so since `began`; None if it is not."""
    if not is_so:
        return None
    return now if began is None else began


class Watch:
    def __init__(self, pair, gap=None, both=None, serves_from=None):
        """Limits in seconds: `gap`, for how long a virtual IP may be unserved once it was served; `both`, for how long both hosts may have
        it. From the moment `serves_from` on, it is served all the time."""
        self.pair, self.world = pair, pair.world
        self._gap = self.gap = gap
        self.both = both
        self.serves_from = serves_from
        self._both_since = dict.fromkeys(pair.virtual_ips)
        self._heartbeats_both_since = dict.fromkeys(pair.virtual_ips)
        # The same whatever the reason.
        self._any_both_since = dict.fromkeys(pair.virtual_ips)
        self._any_gap_since = dict.fromkeys(pair.virtual_ips)
        self._is_settled = self._was_settled = False
        self._nobody_since = dict.fromkeys(pair.virtual_ips)
        self._was_served = dict.fromkeys(pair.virtual_ips, False)
        self._fit_since = dict.fromkeys(pair.hosts)
        self._alone_since = dict.fromkeys(pair.hosts)
        self._last = {}
        pair.world.observers.append(self.look)
        self._tick()

    def begin(self, is_planned):
        """Begins another schedule. While all faults are planned, each virtual IP is served at every moment."""
        self.gap = 0.0 if is_planned else self._gap

    def _tick(self):
        self.world.is_dirty = True
        self.world.after(0.25, self._tick)

    def look(self):
        now = self.world.now
        # What was so before whatever is looked at now.
        self._was_settled, self._is_settled = self._is_settled, self.why_unsettled() is None
        for host in self.pair.both:
            is_alone = not self._reaches_gateway(host) and not any(other.is_on for other in self.pair.both if other is not host)
            self._alone_since[host.name] = _since(self._alone_since[host.name], now, is_alone)
            is_fit = self.is_fit(host)
            self._fit_since[host.name] = _since(self._fit_since[host.name], now, is_fit)
        for address in self.pair.virtual_ips:
            self._note(address)
            self._look_at(address, now)

    def _note(self, address):
        """One line in the log for each change of who has the address, and how."""
        having = [
            f"{host.name} {'holds' if host.is_held(address) else 'lingers'}{' hushed' if address in host.hushed else ''}"
            for host in self.pair.both
            if address in host.addresses
        ]
        text = f"{address}: {', '.join(having) or 'nobody'}"
        if self._last.get(address) != text:
            self._last[address] = text
            self.world.say("pair", text)

    def is_fit(self, host):
        """It could serve, and nothing keeps it from noticing that it should."""
        return (
            host.is_on
            and not host.is_frozen
            and not host.is_stopping
            and host.reaches_clients()
            and (self._reaches_gateway(host) or self._should_serve_alone(host))
            and host.haproxy == "running"
            and host.slowness < 5
            and self._has_keeper(host)
            and host.heartbeat is not None
            and host.heartbeat.is_alive()
            and not host.heartbeat.is_hung
        )

    def _reaches_gateway(self, host):
        return self.pair.wire.is_gateway_up and not host.has_lost_gateway

    def _should_serve_alone(self, host):
        since = self._alone_since[host.name]
        return since is not None and self.world.now - since > SERVES_ALONE_AFTER

    @staticmethod
    def _has_keeper(host):
        return host.keeper is not None and host.keeper.is_running() and not host.keeper.process.is_hung

    @staticmethod
    def serves(host, address):
        return (
            host.is_on
            and not host.is_frozen
            and host.reaches_clients()
            and host.haproxy == "running"
            and address in host.addresses
            and address not in host.hushed
        )

    def _look_at(self, address, now):
        hosts = self.pair.both
        holders = [host for host in hosts if host.reaches_clients() and host.is_held(address)]
        self._look_for_both(address, now, holders)
        is_served = any(self.serves(host, address) for host in hosts)
        self._was_served[address] |= is_served
        fit = [self._fit_since[host.name] for host in hosts if self._fit_since[host.name] is not None]
        self._look_for_gap(address, now, is_served, any(now - since > 1 for since in fit))
        if is_served or not fit:
            self._nobody_since[address] = None
            return
        if self._nobody_since[address] is None:
            self._nobody_since[address] = now, self._was_settled
        began, was_settled = self._nobody_since[address]
        faults = sum(began - at < MEET_WITHIN for at in self.pair.faults_at)
        is_quick = was_settled and not self._is_any_older()
        limit = NOBODY_FOR_FAULTS if faults > 1 else NOBODY_FOR if is_quick else NOBODY_FOR_UNSETTLED
        if now - max(began, min(fit)) > limit:
            raise Violation(f"{address} is unserved for {limit} s although a host could serve it")

    def _look_for_both(self, address, now, holders):
        is_anybody_absent = any(
            host.is_on and (host.is_frozen or not self._has_keeper(host) or host.slowness >= 5) for host in self.pair.both
        )
        wire = self.pair.wire
        do_keepers_hear_each_other = wire.hear_each_other(KEEPER)
        can_keepers_decide = do_keepers_hear_each_other or self._can_one_keeper_decide()
        # With one of an older version, keepers that hear each other in one direction only cannot decide, whatever Heartbeat hears.
        can_heartbeats_decide = wire.hear_each_other(BEAT) and (can_keepers_decide or not self._is_any_older())
        if self._is_any_forced() and (self._is_any_older() or not do_keepers_hear_each_other):
            # The other host does not know that an operator forces it.
            can_keepers_decide = can_heartbeats_decide = False
        for since, is_so, limit in (
            (self._both_since, len(holders) > 1 and can_keepers_decide and not is_anybody_absent, BOTH_FOR),
            (self._heartbeats_both_since, len(holders) > 1 and can_heartbeats_decide and not is_anybody_absent, BOTH_FOR_HEARTBEATS),
            (self._any_both_since, len(holders) > 1, self.both),
        ):
            since[address] = _since(since[address], now, is_so)
            if limit is not None and is_so and now - since[address] >= limit:
                raise Violation(f"both hosts have {address} for {limit} s")

    def _can_one_keeper_decide(self):
        """One that hears its peer, and that the peer does not hear it, releases; but not to a peer that can't serve, nor what an operator
        forces to it."""
        first, second = self.pair.both
        wire = self.pair.wire
        is_heard = wire.connects(first, second, KEEPER) or wire.connects(second, first, KEEPER)
        are_fit = all(since is not None and self.world.now - since > FIT_AGAIN_AFTER for since in self._fit_since.values())
        return is_heard and are_fit and not self._is_any_older() and not self._is_any_forced()

    def _is_any_forced(self):
        return any(host.is_forced_to() for host in self.pair.both)

    def _is_any_older(self):
        return any(host.keeper_version == OLDER for host in self.pair.both)

    def _look_for_gap(self, address, now, is_served, is_any_fit):
        """Of the plan's own limit. Without a host that could serve nothing is asked for."""
        since = self._any_gap_since
        is_so = self._was_served[address] and not is_served and is_any_fit
        since[address] = _since(since[address], now, is_so)
        gap = 0.0 if self.serves_from is not None and now > self.serves_from else self.gap
        if gap is not None and is_so and now - since[address] >= gap:
            raise Violation(f"{address} is unserved for {gap} s")

    def why_unsettled(self):
        """What is missing until the pair is at rest again; None where nothing is."""
        for host in self.pair.both:
            heartbeat = host.heartbeat
            if heartbeat is None or not heartbeat.is_alive() or not heartbeat.is_comm_up or heartbeat.is_shutting_down:
                return f"{host.name}: Heartbeat is not up"
            if heartbeat.resource_state() == "transition":
                return f"{host.name}: Heartbeat is in transition"
            if heartbeat.other.status != "active":
                return f"{host.name}: Heartbeat sees its peer as {heartbeat.other.status}"
            if self.pair.failback and DUE in host.run and self.is_fit(host):
                return f"{host.name}: its virtual IPs are to come back"
            if host.is_haproxy_asked:
                return f"{host.name}: HAProxy is to stop"
        for address in self.pair.virtual_ips:
            holders = [host.name for host in self.pair.both if host.is_held(address)]
            if len(holders) != 1:
                return f"{address} is held by {' and '.join(holders) or 'nobody'}"
        return None

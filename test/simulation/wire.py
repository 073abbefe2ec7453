"""The network between two hosts and their clients: delays, losses, cuts in either direction, and packets that come again."""

from collections import Counter

KEEPER, BEAT = "keeper", "beat"
# A kernel without carrier does not know the neighbour's hardware address, and keeps packets while it asks for it: three times, once a
# second (arp(7): mcast_solicit, retrans_time_ms, unres_qlen_bytes). They leave when the link is up again.
WAITS_FOR_NEIGHBOUR = 3.0


class Wire:
    def __init__(self, world):
        self.world = world
        self.hosts = {}
        # Share of packets that are lost, and come twice; and how long one takes at most beyond its usual 0.2 ms, in seconds.
        self.loss = 0.0
        self.duplicates = 0.0
        self.jitter = 0.0005
        # What does not get through, (from, to, kind), and how many faults see to that.
        self.blocked = Counter()
        self.is_gateway_up = True
        # Packets of the keepers, for those who replay them: when each was sent, and by whom.
        self.recorded = []

    def connects(self, source, target, kind):
        """Whether packets of a kind get from one host to the other."""
        return source.has_carrier and self.hears(target) and self.blocked[source.name, target.name, kind] == 0

    @staticmethod
    def hears(host):
        """Whether packets reach a host. One without its own address still sends: its sockets are bound to the interface, and the kernel
        takes another address for the source."""
        return host.has_carrier and host.has_address_for_peer()

    def hear_each_other(self, kind):
        first, second = self.hosts.values()
        return self.connects(first, second, kind) and self.connects(second, first, kind)

    def other(self, host):
        (other,) = [each for each in self.hosts.values() if each is not host]
        return other

    def send(self, source, kind, packet):
        """To the other host."""
        if not source.has_carrier:
            source.waiting_packets.append((self.world.now, kind, packet))
            return
        target = self.other(source)
        if kind == KEEPER and len(self.recorded) < 500:
            self.recorded.append((self.world.now, source, packet))
        copies = 2 if self.world.random.random() < self.duplicates else 1
        for _ in range(copies):
            if self.connects(source, target, kind) and self.world.random.random() >= self.loss:
                self.deliver(target, kind, packet)

    def send_waiting(self, source):
        """The link is up again."""
        waiting, source.waiting_packets = source.waiting_packets, []
        for at, kind, packet in waiting:
            if self.world.now - at < WAITS_FOR_NEIGHBOUR:
                self.send(source, kind, packet)

    def deliver(self, target, kind, packet):
        delay = 0.0002 + self.world.random.random() * self.jitter

        def arrive():
            if target.is_on and self.hears(target):
                target.receive(kind, packet)

        self.world.after(delay, arrive)

    def ping_gateway(self, source, answer):
        """Calls `answer` if the gateway answers."""
        if source.reaches_clients() and self.is_gateway_up and not source.has_lost_gateway:
            self.world.after(0.0003 + self.world.random.random() * self.jitter, answer)

    def forge_beat(self, source):
        """A heartbeat of this host without a valid signature: Heartbeat ignores it."""
        target = self.other(source)
        if target.is_on:
            target.hear_beat(source.name)

    def replay(self, count, since, until, apart):
        """Sends packets that were recorded at that time once more, each to whom it was sent: in the order in which they were recorded, so many
        seconds apart, or in any order at once."""
        some = [(source, packet) for at, source, packet in self.recorded if since <= at <= until]
        chosen = sorted(self.world.random.sample(range(len(some)), min(count, len(some))))
        for place, index in enumerate(chosen):
            source, packet = some[index]
            target = self.other(source)
            self.world.after(place * apart, lambda target=target, packet=packet: self.deliver(target, KEEPER, packet))

"""Whether the peer wrote a signed packet a moment ago. Somebody on the network can record packets and send them again later, or hold them back.

Each packet says when it was sent, by its sender's clock (`at`), and repeats the newest such stamp that its sender has heard from the
receiver (`answers`). The sender knows that stamp only after the receiver has sent it. So an answer limits by how much the two clocks can
differ, and the receiver knows from then on how old each packet of that sender is, also while the sender does not hear the receiver.
That holds until one of the two hosts boots: the clock goes on while a keeper is restarted.

Used by peer.py.
"""

import system
from system import RUN, STATE, read, write

# The number of this boot, and the last number of all: when the keeper was first started since, in nanoseconds since the epoch.
BOOT = f"{RUN}/boot"
LAST_BOOT = f"{STATE}/last-boot"
# The number of the peer's boot, and by how much its clock is behind this host's, at least, in nanoseconds: for the next keeper.
PEER_CLOCK = f"{RUN}/peer-clock"
# By how much that must change to be written again, in seconds.
WRITE_FROM = 0.1

# A packet that may be older than this is ignored, in seconds. A packet waits for the next step of a keeper (0.25 s at most), and a network
# under load delays it.
MAX_AGE = 2
# After so long without a newer packet, an older stamp counts as new, in seconds: the peer's clock went back, and its file LAST_BOOT is lost.
FORGET_AFTER = 10

NEVER = (0, 0)


class Clock:
    """The stamps of this host: the number of its boot, and the monotonic clock in nanoseconds. No stamp comes twice."""

    def __init__(self):
        self.boot = _number_of_boot()
        self._sent_at = 0

    def stamp(self):
        self._sent_at = max(self._sent_at + 1, round(system.monotonic() * 1e9))
        return (self.boot, self._sent_at)


def _number_of_boot():
    """Larger than that of each boot before it, although somebody may have set the clock back."""
    number = next(iter(_numbers_in(BOOT)), None)
    if number is None:
        number = max(system.time_ns(), *[last + 1 for last in _numbers_in(LAST_BOOT)], 1)
        write(LAST_BOOT, f"{number}\n")
        write(BOOT, f"{number}\n")
    return number


def _numbers_in(path):
    try:
        return [int(word) for word in (read(path) or "").split()]
    except ValueError:
        return []


class Exchange:
    """The packets of one other keeper. `file`: where this host keeps what it knows of that one's clock; None for nowhere."""

    def __init__(self, clock, file=None):
        self._clock = clock
        self._file = file
        # The newest stamp that was heard, whether its packet was believed or not, and when.
        self.newest = NEVER
        self._newest_at = float("-inf")
        # The boot of the other host whose keeper has answered, and the least by which this host's clock is ahead of that one's, in seconds.
        self._boot = self._ahead = None
        numbers = _numbers_in(file) if file else []
        if len(numbers) == 2:
            self._boot, self._ahead = numbers[0], numbers[1] / 1e9
        self._written = self._boot, self._ahead

    def is_new(self, at, came_at):
        return at > self.newest or came_at - self._newest_at > FORGET_AFTER

    def believes(self, at, answers, came_at):
        """Notes a new packet; whether the other keeper wrote it within MAX_AGE."""
        self.newest, self._newest_at = at, came_at
        boot, sent_at = at[0], at[1] / 1e9
        bounds = [self._ahead] if boot == self._boot else []
        if answers[0] == self._clock.boot:
            bounds.append(answers[1] / 1e9 - sent_at)
        if not bounds:
            return False
        # No packet arrives before it is sent.
        ahead = min(max(bounds), came_at - sent_at)
        if came_at - sent_at - ahead > MAX_AGE:
            return False
        self._boot, self._ahead = boot, ahead
        self._keep()
        return True

    def _keep(self):
        boot, ahead = self._written
        if self._file and (self._boot != boot or abs(self._ahead - ahead) > WRITE_FROM):
            self._written = self._boot, self._ahead
            write(self._file, f"{self._boot} {round(self._ahead * 1e9)}\n")


def parse(stamp):
    """A stamp of a packet; ValueError or TypeError where it is none."""
    boot, sent_at = stamp
    if not (isinstance(boot, int) and isinstance(sent_at, int) and boot >= 0 and sent_at >= 0):
        raise ValueError(stamp)
    return (boot, sent_at)

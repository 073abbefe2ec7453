"""Decides whether the peer's keeper wrote a signed packet within the last 2 s. An attacker on the network can record signed packets and replay
them later, or delay them.

Each packet says when it was sent, by its sender's clock (`at`), and repeats the newest such stamps that its sender has heard from the
receiver (`answers`). The sender knows a stamp only after the receiver has sent it. So an answer limits by how much the two clocks can
differ, and the receiver knows from then on how old each packet of that sender is, also while the sender does not hear the receiver.
That holds until one of the two hosts boots: the clock goes on while a keeper is restarted.

Used by peer.py.
"""

from collections.abc import Sequence

from keeper.ports import system
from keeper.ports.system import RUN, STATE, read, write

# A stamp: the number of a boot, and the clock in nanoseconds.
Stamp = tuple[int, int]

# The number of this boot: when the keeper first started after it, in nanoseconds since the epoch. LAST_BOOT keeps it across boots.
BOOT = f"{RUN}/boot"
LAST_BOOT = f"{STATE}/last-boot"
# The number of the peer's boot, and by how much its clock is behind this host's, at least, in nanoseconds: for the next keeper.
PEER_CLOCK = f"{RUN}/peer-clock"
# By how much that must change to be written again, in seconds.
WRITE_FROM = 0.1

# A packet that may be older than this is ignored, in seconds. A packet waits for the next step of a keeper (0.25 s at most), and a network
# under load delays it.
MAX_AGE = 2
# By how much the clocks of two hosts drift apart, in seconds a second, at most: counts since the last answer.
DRIFT = 0.001
# A packet answers the newest stamp of each of the other host's last boots, this many at most. An attacker who replays recordings of more boots
# delays the answer to a host that boots at that moment.
ANSWERED = 4

# A larger number is no time, and may not fit a float.
LARGEST = 2**63


class Clock:
    """The stamps of this host: the number of its boot, and the monotonic clock in nanoseconds. No stamp comes twice."""

    def __init__(self) -> None:
        self.boot = _number_of_boot()
        self._sent_at = 0

    def stamp(self) -> Stamp:
        self._sent_at = max(self._sent_at + 1, round(system.monotonic() * 1e9))
        return (self.boot, self._sent_at)


def _number_of_boot() -> int:
    """Returns the number of this boot. It is larger than the numbers of earlier boots, also if the time of day was set back."""
    number = next(iter(_numbers_in(BOOT)), None)
    if number is None:
        number = max(system.time_ns(), *[last + 1 for last in _numbers_in(LAST_BOOT)], 1)
        write(LAST_BOOT, f"{number}\n")
        write(BOOT, f"{number}\n")
    return number


def _numbers_in(path: str) -> list[int]:
    try:
        return [int(word) for word in (read(path) or "").split()]
    except ValueError:
        return []


class Exchange:
    """Judges the packets of one other keeper. `file` keeps that keeper's boot and clock for the next keeper on this host; None: no file."""

    def __init__(self, clock: Clock, file: str | None = None) -> None:
        self._clock = clock
        self._file = file
        # The newest stamp that was heard of each boot, whether its packet was believed or not; the boot that was heard last comes last.
        self._heard: dict[int, int] = {}
        # The stamp of the last packet that was believed, and when it came.
        self.newest: Stamp | None = None
        self._believed_at = float("-inf")
        # The boot of the other host whose keeper has answered, and the least by which this host's clock is ahead of that one's, in seconds.
        self._boot: int | None = None
        self._ahead = 0.0
        numbers = _numbers_in(file) if file else []
        if len(numbers) == 2:
            self._boot, self._ahead = numbers[0], numbers[1] / 1e9
        self._written = self._boot, self._ahead
        # When an answer came last.
        self._answered_at = system.monotonic()

    def answers(self) -> list[Stamp]:
        """The stamps that the next packet to the other keeper answers."""
        return list(self._heard.items())

    def has_heard_of(self, boot: int) -> bool:
        return boot in self._heard

    def is_news(self, at: Stamp) -> bool:
        """Whether no packet of that boot was heard that is as new."""
        return at[1] > self._heard.get(at[0], -1)

    def believes(self, at: Stamp, answers: list[Stamp], came_at: float) -> bool:
        """Whether the other keeper wrote the packet within MAX_AGE, and after each one that was believed before."""
        self._note(*at)
        boot, sent_at = at[0], at[1] / 1e9
        if self.newest is not None and not self._is_newer(at, self.newest, came_at):
            return False
        answered = [sent / 1e9 for own, sent in answers if own == self._clock.boot]
        bounds = [each - sent_at for each in answered] + ([self._ahead] if boot == self._boot else [])
        if not bounds:
            return False
        # No packet arrives before it is sent.
        ahead = min(max(bounds), came_at - sent_at)
        may_drift = DRIFT * (came_at - self._answered_at) if boot == self._boot else 0.0
        if came_at - sent_at - ahead > MAX_AGE + may_drift:
            return False
        self.newest, self._believed_at = at, came_at
        self._boot, self._ahead = boot, ahead
        if answered and came_at - max(answered) < MAX_AGE:
            self._answered_at = came_at
        self._keep()
        return True

    def _is_newer(self, at: Stamp, newest: Stamp, came_at: float) -> bool:
        """The number of a boot can be lower than that of an earlier one: a host that was rebuilt has lost LAST_BOOT, and its clock can be
        behind. But a boot takes longer than MAX_AGE."""
        is_lower = at[0] < newest[0] and came_at - self._believed_at > MAX_AGE
        return at > newest or is_lower

    def _note(self, boot: int, sent: int) -> None:
        sent = max(sent, self._heard.pop(boot, 0))
        for other in list(self._heard):
            if len(self._heard) >= ANSWERED and other != self._boot:
                del self._heard[other]
        self._heard[boot] = sent

    def _keep(self) -> None:
        boot, ahead = self._written
        if not self._file or (self._boot == boot and abs(self._ahead - ahead) <= WRITE_FROM):
            return
        if write(self._file, f"{self._boot} {round(self._ahead * 1e9)}\n"):
            self._written = self._boot, self._ahead


def parse(stamp: Sequence[int]) -> Stamp:
    """A stamp of a packet; ValueError or TypeError where it is none."""
    boot, sent = stamp
    if not all(isinstance(number, int) and 0 <= number < LARGEST for number in (boot, sent)):
        raise ValueError(stamp)
    return (boot, sent)

"""The keeper's way to the operating system: clocks, files, programs, and waiting. Its way to the network is network.py. No other
module of the keeper reaches for either; the simulation (test/simulation) puts its own in the place of both."""

import contextlib
import fcntl
import os
import select
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence

from keeper.ports.types import Process, Readable

RUN = "/run/ha-load-balancer-pair"
STATE = "/var/lib/ha-load-balancer-pair"

# Files whose last write failed.
_failing: set[str] = set()


def monotonic() -> float:
    """In seconds; never set back."""
    return time.monotonic()


def time_ns() -> int:
    """Nanoseconds since the epoch. An administrator or NTP may set this clock."""
    return time.time_ns()


def log(text: str) -> None:
    # systemd adds time and name.
    print(text, flush=True)


def read(path: str) -> str | None:
    """The content of a small file; None where there is none. Called many times a second: without Python's own file objects."""
    try:
        file = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        return os.read(file, 4096).decode("ascii", "replace")
    finally:
        os.close(file)


def write(path: str, text: str) -> bool:
    """Whether it was written. A full disk must not keep the keeper from taking a virtual IP."""
    try:
        file = os.open(f"{path}.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            os.write(file, text.encode())
        finally:
            os.close(file)
        os.rename(f"{path}.new", path)
    except OSError as error:
        if path not in _failing:
            log(f"{path} cannot be written: {error}")
        _failing.add(path)
        return False
    _failing.discard(path)
    return True


def remove(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def rename(path: str, to: str) -> None:
    os.rename(path, to)


def exists(path: str) -> bool:
    return os.path.exists(path)


def stamp(path: str) -> tuple[int, int] | None:
    """Differs when the file was written anew; None where there is none."""
    try:
        state = os.stat(path)
        return state.st_mtime_ns, state.st_ino
    except FileNotFoundError:
        return None


def make_folders(kinds: Sequence[str]) -> None:
    """RUN, and these below it. Mode 0700: any process that can open the agent's lock file could hold the lock forever."""
    os.makedirs(RUN, exist_ok=True)
    os.chmod(RUN, 0o700)
    for kind in kinds:
        os.makedirs(f"{RUN}/{kind}", exist_ok=True)


@contextlib.contextmanager
def lock(path: str) -> Iterator[bool]:
    """Whether this process has the lock, for as long as the block runs. Does not wait for it."""
    with open(path, "w", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _proc_uptime() -> int:
    seconds, _, hundredths = (read("/proc/uptime") or "").split()[0].partition(".")
    return int(seconds + hundredths)


def _boot_time() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 10_000_000


# A container's /proc/uptime need not be the kernel's; but both go on alike.
_BEHIND = _boot_time() - _proc_uptime()


def uptime() -> int:
    """Hundredths of a second since boot, by the clock that the agent has: /proc/uptime."""
    return _boot_time() - _BEHIND


class _Meanwhile:
    """What is done while programs run, how often, and when it is due, by monotonic."""

    def __init__(self) -> None:
        self.every = 1.0
        self.due = 0.0
        self.do: Callable[[], None] = lambda: None


_meanwhile = _Meanwhile()


def while_waiting(every: float, do: Callable[[], None]) -> None:
    """What is done every so many seconds while programs run, however many of them: a peer that hears nothing takes this host
    for dead."""
    _meanwhile.every = every
    _meanwhile.do = do


def is_done() -> None:
    """It was just done without a program."""
    _meanwhile.due = monotonic() + _meanwhile.every


def run(command: Sequence[str], seconds: float, logs_errors: bool = True) -> str | None:
    """What the program printed; None when it did not end in that time or could not be run. The time must be shorter than
    the watchdog's, which is notified before each. What the program writes to standard error goes to the log."""
    notify("WATCHDOG=1")
    ends_at = monotonic() + seconds
    errors = None if logs_errors else subprocess.DEVNULL
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    except OSError as error:
        log(f"{' '.join(command)}: {error}")
        return None
    with process:
        try:
            while True:
                pause = min(_meanwhile.due, ends_at) - monotonic()
                try:
                    return process.communicate(timeout=max(pause, 0.001))[0].strip()
                except subprocess.TimeoutExpired:
                    if monotonic() >= _meanwhile.due:
                        _meanwhile.do()
                        is_done()
                if monotonic() > ends_at:
                    log(f"{' '.join(command)}: did not end within {seconds} s")
                    return None
        finally:
            # After an error here, do not wait for the program.
            process.kill()


def start(command: Sequence[str]) -> Process:
    """A program that is not waited for: it has poll() and kill(). OSError where it cannot be started."""
    return subprocess.Popen(command, stdin=subprocess.DEVNULL)


def is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
        return True
    except OSError:
        return False


def is_host_stopping() -> bool:
    """Whether the host shuts down or reboots: see systemctl(1), is-system-running."""
    return run(["systemctl", "is-system-running"], 2, logs_errors=False) == "stopping"


def has_job(unit: str) -> bool:
    """Whether systemd is about to stop, start or restart a unit: see systemctl(1), show."""
    return run(["systemctl", "show", "-p", "Job", "--value", unit], 2, logs_errors=False) not in (None, "", "0")


_to_systemd = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
_to_systemd.setblocking(False)


def notify(text: str) -> None:
    """See sd_notify(3)."""
    path = os.environ.get("NOTIFY_SOCKET")
    if path:
        try:
            _to_systemd.sendto(text.encode(), "\0" + path[1:] if path[0] == "@" else path)
        except BlockingIOError:
            # systemd does not read at the moment, and has notifications of this keeper to read.
            pass


def nonce() -> bytes:
    """Eight random bytes."""
    return os.urandom(8)


def process_id() -> int:
    return os.getpid()


def make_pipe(path: str) -> int:
    """A pipe that programs write lines into. Open both ways, it does not end when one of them closes it."""
    if os.path.lexists(path):
        os.unlink(path)
    os.mkfifo(path, 0o600)
    return os.open(path, os.O_RDWR | os.O_NONBLOCK)


def read_lines(pipe: int) -> list[str]:
    return [line.decode() for line in os.read(pipe, 4096).splitlines()]


def write_line(pipe: int, line: str) -> None:
    os.write(pipe, f"{line}\n".encode())


def write_to_pipe(path: str, text: str) -> bool:
    """Whether a program reads the pipe and the text was written in one write. Does not wait."""
    try:
        pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        os.write(pipe, text.encode())
    except OSError:
        return False
    finally:
        os.close(pipe)
    return True


def wait(inputs: Sequence[Readable], seconds: float) -> list[Readable]:
    """Those of the sockets and pipes that can be read, as soon as there is one, or when the time is over."""
    return select.select(inputs, [], [], max(seconds, 0))[0]

"""The keeper on a simulated host: the service that systemd keeps running, and the ports that the real code gets.

Each process of the keeper has modules of its own, made from the real sources anew. Their `system` and `network` are
stand-ins for the two modules of the keeper that reach for the operating system; nothing else is replaced.
"""

import builtins
import collections
import contextlib
import struct
import types
from pathlib import Path

from paths import RUN, STATE
from wire import KEEPER
from world import Task

LIBRARY = Path(__file__).resolve().parents[2] / "components" / "host" / "lib"
# The modules that are replaced, and those that only the replaced ones and other programs import.
PORTS = ("keeper.ports.system", "keeper.ports.network")
UNUSED = ("keeper.ports.netlink", "keeper.ports.announcement", "keeper.prove")


def _dotted(path):
    return ".".join(path.relative_to(LIBRARY).with_suffix("").parts)


SOURCES = {_dotted(path): path for path in (LIBRARY / "keeper").rglob("*.py") if path.stem != "__init__"}
PACKAGES = {name.rpartition(".")[0] for name in SOURCES}
CODE = {
    name: compile(path.read_text(encoding="utf-8"), str(path), "exec") for name, path in SOURCES.items() if name not in (*PORTS, *UNUSED)
}

WATCHDOG_SEC, RESTART_SEC = 5, 0.2
GATEWAY = "192.168.0.1"
# The index of the only interface.
LAN = 2
# As the keeper's netlink has it.
Entry = collections.namedtuple("Entry", "address prefix is_permanent interface")


class Modules:
    """The keeper's modules, for one process."""

    def __init__(self, ports):
        self._loaded = dict(ports)

    def _import(self, name, globals_=None, locals_=None, fromlist=(), level=0):
        if name in PACKAGES:
            return types.SimpleNamespace(**{each: self.load(f"{name}.{each}") for each in fromlist})
        if name in CODE or name in self._loaded:
            return self.load(name)
        return __import__(name, globals_, locals_, fromlist, level)

    def load(self, name):
        if name not in self._loaded:
            module = types.ModuleType(name)
            module.__dict__["__builtins__"] = {**vars(builtins), "__import__": self._import}
            module.__dict__["__file__"] = str(SOURCES[name])
            self._loaded[name] = module
            exec(CODE[name], module.__dict__)
        return self._loaded[name]


class Sock:
    """What can be read: packets, with the time at which they came in."""

    # More than a kernel's buffer has room for is lost.
    ROOM = 250

    def __init__(self, process):
        self.process = process
        self.queue = []

    def put(self, data):
        if len(self.queue) < self.ROOM:
            self.queue.append((data, self.process.world.now))
            self.process.is_readable(self)

    def close(self):
        self.queue = []


class HaproxySock(Sock):
    def recv(self, _size):
        if not self.queue:
            if self.process.host.haproxy == "down":
                raise ConnectionResetError
            raise BlockingIOError
        return self.queue.pop(0)[0]


class UdpSock(Sock):
    family = 2

    def sendto(self, packet, _address):
        if not self.process.host.has_address_for_peer():
            raise OSError("no route")
        self.process.host.wire.send(self.process.host, KEEPER, packet)


class EchoSock(Sock):
    family = 2

    def sendto(self, packet, address):
        self.asked = address
        identity = struct.unpack_from("!H", packet, 4)[0]
        header = bytes([0x45]) + bytes(19)
        answer = header + struct.pack("!BBHHH", 0, 0, 0, identity, 1) + packet[8:]
        host, boots = self.process.host, self.process.host.boots
        host.wire.ping_gateway(host, lambda: host.is_on and host.boots == boots and self.put(answer))


# Versions of the keeper: an older one does not say what was added since, and a newer one says more.
OLDER, CURRENT, NEWER = "older", "current", "newer"
ADDED = ("doubtful", "via", "hushed", "forced_for", "hears", "isolated", "question", "answer")


def _said_by(version, state):
    """What a keeper of that version tells its peer."""
    if version == CURRENT:
        return state
    virtual_ips = state["virtualIps"].items()
    if version == NEWER:
        return {**state, "zone": "a", "virtualIps": {address: {**one, "weight": 1} for address, one in virtual_ips}}
    older = {address: {name: value for name, value in one.items() if name not in ADDED} for address, one in virtual_ips}
    return {**{name: value for name, value in state.items() if name not in ADDED}, "virtualIps": older}


class Process:
    """One process of the keeper."""

    def __init__(self, service):
        self.service, self.host, self.world = service, service.host, service.host.world
        self.is_hung = False
        self.alive = True
        self.watched_at = self.world.now
        self._waits_for = ()
        self._timer = None
        self._woken = False
        # How often it polled without a result at the same simulated moment.
        self._idle, self._idle_at = 0, -1.0
        system = System(self)
        self.keeper = None
        self._modules = Modules(dict(zip(PORTS, (system, Network(self)), strict=True)))
        self._task = Task(self.world, self._main)
        self.host.after(0.15 + self.world.random.random() * 0.1, self._resume)

    def _main(self):
        Keeper = self._modules.load("keeper.keeper").Keeper
        self.keeper = Keeper(self.host.config)
        tell, version = self.keeper.peer.tell, self.host.keeper_version
        self.keeper.peer.tell = lambda state, *interfaces: tell(_said_by(version, state), *interfaces)
        self.keeper.run()
        self.keeper.stop()
        self.alive = False
        self.service.ended(self)

    def _resume(self):
        if not self.alive:
            return
        if self.is_hung:
            self._woken = True
            return
        self._timer = None
        self._waits_for = ()
        self.world.go_on(self._task)

    def hang(self, hangs):
        self.is_hung = hangs
        if not hangs and self._woken:
            self._woken = False
            self.host.after(0.001, self._resume)

    def is_readable(self, sock):
        if sock in self._waits_for:
            self.wake()

    def wake(self):
        """Whatever it waits for: it is scheduled a moment later."""
        if self._timer:
            self.world.cancel(self._timer)
        self._waits_for = ()
        delay = self.world.random.random() * 0.0005 * self.host.slowness**2
        self._timer = self.host.after(delay, self._resume)

    def wait(self, inputs, seconds):
        """By the keeper's own thread."""
        ready = [each for each in inputs if each.queue]
        if ready or seconds <= 0:
            self._idle = 0 if ready or self._idle_at != self.world.now else self._idle + 1
            self._idle_at = self.world.now
            if self._idle > 1000:
                raise RuntimeError("the keeper polls in a loop without waiting")
            return ready
        self._waits_for = tuple(inputs)
        self._timer = self.host.after(seconds, self._resume)
        self._task.pause()
        return [each for each in inputs if each.queue]

    def kill(self):
        if self.alive:
            self.alive = False
            if self._timer:
                self.world.cancel(self._timer)
            for name, listeners in self.host.listeners.items():
                if isinstance(listeners, list):
                    self.host.listeners[name] = [each for each in listeners if each.process is not self]
            self._task.kill()


class System:
    """system.py of the keeper, for a simulated host."""

    RUN, STATE = RUN, STATE

    def __init__(self, process):
        self._process, self._host, self._world = process, process.host, process.host.world
        self._meanwhile = {"every": 1.0, "do": lambda: None, "due": 0.0}
        for name in ("read", "write", "remove", "uptime"):
            setattr(self, name, getattr(self._host, name))

    def monotonic(self):
        return self._world.now + self._host.uptime_offset

    def time_ns(self):
        return int((1.8e9 + self._world.now + self._host.time_offset) * 1e9)

    def log(self, text):
        self._host.say(text)

    def rename(self, path, to):
        self._host.disk[to] = self._host.disk.pop(path)

    def exists(self, path):
        return self._host.read(path) is not None

    def stamp(self, path):
        text = self._host.read(path)
        return None if text is None else (hash(text), 0)

    def make_folders(self, _kinds):
        pass

    @contextlib.contextmanager
    def lock(self, _path):
        is_free = self._host.lock_holder is None
        yield is_free

    def while_waiting(self, every, do):
        self._meanwhile.update(every=every, do=do)

    def is_done(self):
        self._meanwhile["due"] = self.monotonic() + self._meanwhile["every"]

    def run(self, command, seconds, logs_errors=True):
        self.notify("WATCHDOG=1")
        ends_at = self.monotonic() + seconds
        try:
            program = self._host.execute(command)
        except OSError as error:
            self.log(str(error))
            return None
        process = self._process
        program.on_end = lambda: process.alive and process.wake()
        try:
            while not program.is_over:
                process.wait((), max(min(self._meanwhile["due"], ends_at) - self.monotonic(), 0.001))
                if program.is_over:
                    break
                if self.monotonic() >= self._meanwhile["due"]:
                    self._meanwhile["do"]()
                    self.is_done()
                if self.monotonic() > ends_at:
                    self.log(f"{' '.join(command)}: did not end within {seconds} s")
                    return None
            return program.output.strip()
        finally:
            program.kill()

    def start(self, command):
        return self._host.execute(command)

    def is_running(self, process_id):
        heartbeat = self._host.heartbeat
        runs = [heartbeat.pid] if heartbeat is not None and heartbeat.is_alive() else []
        return process_id in [*runs, self._host.haproxy_pid]

    def has_job(self, _unit):
        return False

    def is_host_stopping(self):
        return self._host.is_stopping

    def notify(self, _text):
        self._process.watched_at = self._world.now

    def nonce(self):
        return self._world.random.randbytes(8)

    def process_id(self):
        return 4242

    def make_pipe(self, _path):
        pipe = self._host.listeners["pipe"] = Sock(self._process)
        return pipe

    def read_lines(self, pipe):
        lines, pipe.queue = [line for line, _ in pipe.queue], []
        return lines

    def write_line(self, pipe, line):
        pipe.put(line)

    def write_to_pipe(self, _path, text):
        heartbeat = self._host.heartbeat
        if not heartbeat or not heartbeat.is_alive() or not heartbeat.has_links:
            return False
        fields = dict(line.split("=") for line in text.split("\n") if "=" in line)
        holds = {"local": 1, "foreign": 2, "all": 3}[fields["rsc_hold"]]
        heartbeat.send_from_child(fields["t"], holds=holds, info=fields.get("info"))
        return True

    def wait(self, inputs, seconds):
        return self._process.wait(inputs, seconds)


class Network:
    """network.py of the keeper, for a simulated host. One interface, one address family."""

    INET, INET6 = 2, 10
    ECHO_REPLY = {2: 0, 10: 129}

    def __init__(self, process):
        self._process, self._host = process, process.host

    def _listen(self, name, kind):
        sock = kind(self._process)
        self._host.listeners.setdefault(name, []).append(sock)
        return sock

    @staticmethod
    def family_of(_address):
        return 2

    @staticmethod
    def canonical(address):
        return address

    def udp(self, _family, _port):
        return self._listen("keeper", UdpSock)

    @staticmethod
    def send_through(sock, packet, _destination, _interface):
        sock.process.host.wire.send(sock.process.host, KEEPER, packet)

    def heartbeats(self, _port):
        return self._listen("heartbeats", Sock)

    def echoes(self, family):
        return EchoSock(self._process) if family == 2 else None

    def receive(self, sock):
        if not sock.queue:
            raise BlockingIOError
        packet, at = sock.queue.pop(0)
        source = sock.asked if isinstance(sock, EchoSock) else (self._host.config["peerAddresses"][0], 695)
        return packet, self._process.world.now - at, source

    def address_changes(self):
        return self._listen("addresses", Sock)

    def has_changed(self, sock):
        if not sock.queue:
            return False
        sock.queue.pop(0)
        return True

    def addresses(self):
        own = [Entry(self._host.config["address"], 24, True, LAN)] if self._host.has_own_address else []
        return [*own, *(Entry(address, 32, expires is None, LAN) for address, expires in self._host.addresses.items())]

    @staticmethod
    def index_of(_interface):
        return LAN

    @staticmethod
    def hardware_address_of(_interface):
        return "02:00:00:00:00:01"

    UP, DOWN, NO_CARRIER, MISSING = "is up", "is down", "has no carrier", "does not exist"

    def link_state(self, _interface):
        return self.UP if self._host.has_carrier and self._host.has_service_carrier else self.NO_CARRIER

    def has_route(self, _interface, _family):
        return self._host.has_own_address

    def claims(self, _addresses):
        return [self._listen("claims", Sock)]

    def announce(self, address, _interface):
        self._host.announce(address)

    def default_gateways(self):
        return [(GATEWAY, "eth0")]

    def ask_for_statistics(self):
        if self._host.haproxy == "down":
            raise ConnectionRefusedError
        sock = HaproxySock(self._process)
        state = "UP" if self._host.reaches_clients() else "DOWN"
        text = f"# pxname,svname,status,check_status\nweb,FRONTEND,OPEN,\nweb,web1,{state},L7OK\n"
        if self._host.haproxy == "running":
            self._host.after(0.001, lambda: (sock.put(text.encode()), sock.put(b"")))
        return sock

    def ask_haproxy(self, _request):
        if self._host.haproxy == "down":
            raise ConnectionRefusedError
        sock = HaproxySock(self._process)
        if self._host.haproxy == "running":
            self._host.after(0.001, lambda: sock.put(b"HTTP/1.0 200 OK\r\n\r\n"))
        return sock


class KeeperService:
    """The unit ha-load-balancer-pair: restarted when it ends, and killed by its watchdog when it hangs."""

    def __init__(self, host):
        self.host = host
        self.process = None
        self._is_stopping = False
        self._look()

    def _look(self):
        """systemd's watchdog."""
        if self.is_running() and self.host.world.now - self.process.watched_at > WATCHDOG_SEC:
            self.host.say("the watchdog kills the keeper")
            self.be_killed()
        self.host.after(0.5, self._look)

    def start(self):
        if not self.is_running() and not self._is_stopping:
            self.process = Process(self)

    def is_running(self):
        return self.process is not None and self.process.alive

    def be_killed(self):
        if self.is_running():
            self.process.kill()
            self.host.after(RESTART_SEC, self.start)

    def ended(self, process):
        if process is self.process and not self._is_stopping:
            self.host.after(RESTART_SEC, self.start)

    def leave(self):
        self._is_stopping = True
        if self.is_running() and self.process.keeper:
            self.process.keeper.ask_to_leave()
        elif self.is_running():
            self.process.kill()

    def die(self):
        """With its host."""
        if self.is_running():
            self.process.kill()

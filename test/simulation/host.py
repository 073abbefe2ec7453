"""A simulated host: power, kernel, files, HAProxy, and the programs that run on it. The keeper on it is the real one."""

from agent import Agent
from heartbeat import Heartbeat
from membership import READS
from paths import RUN
from program import Program
from resources import NONE
from service import CURRENT, KeeperService
from wire import BEAT, KEEPER

HA_CF = "/etc/ha.d/ha.cf"
# A wait of a program up to so many seconds is work, and else a timer. On a host that is n times slower work takes n times as long, and
# every program is woken up to n - 1 times so many seconds late.
WORK, WOKEN_LATE = 0.1, 0.02


class Host:
    def __init__(self, world, wire, name, config):
        self.world, self.wire, self.name, self.config = world, wire, name, config
        wire.hosts[name] = self
        self.is_on = False
        self.is_frozen = False
        # All cables of the host; the cable of the service interface alone, while keepers and Heartbeats use another one; and the path from
        # the host to the gateway.
        self.has_carrier = True
        self.has_service_carrier = True
        self.has_lost_gateway = False
        # The host's own address on the service interface; without it no answer arrives there. Keepers and Heartbeats can have another link.
        self.has_own_address = True
        self.has_second_link = False
        # What survives a power loss.
        self.disk = {
            "/etc/ha.d/authkeys": "auth 1\n1 sha1 secret\n",
            HA_CF: "initdead 10",
        }
        self.is_disk_full = False
        self.generation = 0
        self.boots = 0
        # Of everything that takes time on it.
        self.slowness = 1.0
        # By how much its clocks are ahead of the world's.
        self.uptime_offset = world.random.random() * 1000
        self.time_offset = 0.0
        self._parked = []
        # Sent without carrier: when, of what kind, and what.
        self.waiting_packets = []
        self._heartbeat_reads_at = 0.0
        # HAProxy: running, hung, or down; whether it can start.
        self.haproxy = "down"
        self.can_haproxy_start = True
        # Which version of the keeper is installed (service.py).
        self.keeper_version = CURRENT
        self._off()

    def _off(self):
        self.is_on = False
        self.run = {}
        # The kernel's addresses: None for good, else the moment at which they expire.
        self.addresses = {}
        self.hushed = set()
        self.listeners = {}
        self.lock_holder = None
        self.heartbeat = None
        self.keeper = None
        self.haproxy = "down"
        self.haproxy_pid = None
        # Its unit waits for the keeper's word, or HAProxy is about to start again.
        self.is_haproxy_asked = False
        self.is_stopping = False
        self._parked = []
        self.waiting_packets = []
        self.world.is_dirty = True

    # Time.

    def after(self, delay, action, turn=None):
        """As world.after, for what runs on this host: not when it has lost power meanwhile, and not while it is frozen. `turn`: what
        Heartbeat does at a thaw it does in the order of its turns (heartbeat.py)."""
        boots = self.boots

        def do():
            if self.boots != boots or not self.is_on:
                return
            if self.is_frozen:
                self._parked.append((turn, do))
            else:
                action()

        return self.world.after(delay, do)

    def late(self, delay):
        """Seconds until a program of this host goes on that waits for so long where the host is not slow."""
        if self.slowness == 1:
            return delay
        takes = delay * self.slowness if delay <= WORK else delay
        return takes + self.world.random.random() * WOKEN_LATE * (self.slowness - 1)

    def kernel_after(self, delay, action):
        boots = self.boots
        return self.world.after(delay, lambda: self.boots == boots and self.is_on and action())

    def say(self, text):
        self.world.say(self.name, text)

    # Power.

    def power_on(self):
        if self.is_on:
            return
        self.say("power on")
        self.boots += 1
        self.is_on = True
        self.is_frozen = False
        self.booted_at = self.world.now
        self.has_own_address = True
        self.world.is_dirty = True
        random = self.world.random.random
        begin = 0.8 + random()
        self.after(begin, self.start_haproxy)
        self.after(begin + random() * 0.1, self._start_keeper)
        self.after(begin + 0.3 + random() * 0.3, self.start_heartbeat)

    def power_off(self):
        if not self.is_on:
            return
        self.say("power off")
        self.boots += 1
        if self.keeper:
            self.keeper.die()
        self._off()

    def shut_down(self):
        """An orderly end: Heartbeat, then the keeper, then HAProxy; then it is off."""
        if not self.is_on or self.is_stopping or self.is_frozen:
            return
        self.say("shutting down")
        self.is_stopping = True
        boots = self.boots

        def steps():
            for _ in range(600):
                if not self.heartbeat or not self.heartbeat.stop():
                    break
                yield 0.1
            if self.heartbeat:
                self.heartbeat.die()
            if self.keeper:
                self.keeper.leave()
            for _ in range(150):
                if not self.keeper or not self.keeper.is_running():
                    break
                yield 0.1
            self.haproxy = "down"
            self.world.is_dirty = True
            yield 0.5
            if self.boots == boots:
                self.world.after(0, self.power_off)

        Program(self, steps())

    def freeze(self):
        if self.is_on and not self.is_frozen:
            self.say("frozen")
            self.is_frozen = True
            self.world.is_dirty = True

    def thaw(self):
        """Whatever was to happen meanwhile happens now, in any order but for the turns."""
        if self.is_on and self.is_frozen:
            self.say("thaws")
            self.is_frozen = False
            self.world.is_dirty = True
            parked, self._parked = self._parked, []
            self.world.random.shuffle(parked)
            for turn, action in parked:
                moment = self.world.random.random()
                self.world.after(moment * 0.01 if turn is None else (turn + moment) * 0.003, action)

    # Services.

    def _start_keeper(self):
        if not self.is_stopping:
            self.keeper = KeeperService(self)
            self.keeper.start()

    def start_heartbeat(self, holds=NONE):
        """By systemd. One that is there already stays. `holds`: what one that was reloaded holds."""
        if not self.is_stopping and not (self.heartbeat and self.heartbeat.is_alive()):
            self.heartbeat = Heartbeat(self, holds)

    def start_haproxy(self):
        if self.haproxy == "down" and self.can_haproxy_start and not self.is_stopping:
            self.haproxy = "running"
            self.haproxy_pid = self.world.random.randrange(1000, 30000)
            self.is_haproxy_asked = False
            self.world.is_dirty = True

    def kill_haproxy(self):
        """systemd starts it again, where it can be started."""
        if self.haproxy != "down":
            self.haproxy = "down"
            self.haproxy_pid = None
            self.world.is_dirty = True
            self.after(0.15, self.start_haproxy)

    def restart_haproxy(self, seconds):
        """What systemd does (units.ts): the unit asks the keeper, waits for its word for 40 s at most, and starts HAProxy again so many seconds
        after its end."""
        pid = self.haproxy_pid
        if self.haproxy != "running" or self.is_stopping:
            return
        self.run[f"{RUN}/haproxy-stops"] = f"{pid}\n"
        self.tell_keeper("haproxy-stops")
        self.is_haproxy_asked = True
        ends_at = self.world.now + 40

        def look():
            if self.haproxy_pid != pid:
                self.is_haproxy_asked = False
                return
            has_keeper = self.keeper is not None and self.keeper.is_running()
            if has_keeper and self.run.get(f"{RUN}/haproxy-may-stop") != str(pid) and self.world.now < ends_at:
                self.after(0.1, look)
                return
            self.haproxy = "down"
            self.haproxy_pid = None
            self.world.is_dirty = True
            self.after(seconds, self.start_haproxy)

        self.after(0.02, look)

    def hang_haproxy(self, hangs):
        if self.haproxy == ("running" if hangs else "hung"):
            self.haproxy = "hung" if hangs else "running"
            self.world.is_dirty = True

    # The kernel.

    def set_address(self, address, lifetime):
        """`lifetime`: seconds; None for good."""
        expires = None if lifetime is None else self.world.now + lifetime
        self.addresses[address] = expires
        if lifetime is not None:
            self.kernel_after(lifetime, lambda: self._expire(address))
        self.tell_of_network()

    def _expire(self, address):
        expires = self.addresses.get(address, None)
        if expires is not None and expires <= self.world.now + 1e-9:
            self.delete_address(address)

    def delete_address(self, address):
        if address in self.addresses:
            del self.addresses[address]
            self.tell_of_network()

    def flush(self):
        """Every address of the interface goes, as with ifdown or netplan apply."""
        self.has_own_address = False
        self.addresses.clear()
        self.tell_of_network()

    def restore_own_address(self):
        self.has_own_address = True
        self.tell_of_network()

    def has_address_for_peer(self):
        """Without one, no answer of the peer's arrives."""
        return self.has_own_address or self.has_second_link

    def reaches_clients(self):
        return self.is_on and self.has_carrier and self.has_service_carrier and self.has_own_address

    def is_held(self, address):
        return address in self.addresses and self.addresses[address] is None

    def is_forced_to(self):
        """Whether an operator makes it hold a virtual IP."""
        return any(path.startswith(f"{RUN}/forced/") for path in self.run)

    def tell_of_network(self):
        """An address or a link has changed: the kernel tells the keeper."""
        self.world.is_dirty = True
        for sock in self.listeners.get("addresses", []):
            sock.put(b"")

    def receive(self, kind, packet):
        """From the network, whether the host is frozen or not."""
        if kind == KEEPER:
            for sock in self.listeners.get("keeper", []):
                sock.put(packet)
        elif kind == BEAT:
            self.hear_beat(packet["from"])
            if self.heartbeat and self.heartbeat.is_alive():
                heartbeat = self.heartbeat
                # Packets are read in the order in which they came.
                self._heartbeat_reads_at = max(self._heartbeat_reads_at, self.world.now + self.late(0.0002))
                self.after(self._heartbeat_reads_at - self.world.now, lambda: heartbeat.receive(packet), READS)

    def hear_beat(self, name):
        for sock in self.listeners.get("heartbeats", []):
            sock.put(f"6:(0)src={name},".encode())

    def announce(self, address):
        self.world.is_dirty = True

    # Files.

    def _place(self, path):
        return self.run if path.startswith("/run/") else self.disk

    def read(self, path):
        if path == "/run/haproxy.pid":
            return None if self.haproxy_pid is None else f"{self.haproxy_pid}\n"
        if path == "/run/heartbeat.pid":
            return f"{self.heartbeat.pid}\n" if self.heartbeat and self.heartbeat.is_alive() else self.run.get(path)
        if path.startswith("/proc/"):
            return f"1 (haproxy) {'T' if self.haproxy == 'hung' else 'S'} 1"
        return self._place(path).get(path)

    def write(self, path, text):
        if self.is_disk_full and not path.startswith("/run/"):
            return False
        self._place(path)[path] = text
        return True

    def remove(self, path):
        self._place(path).pop(path, None)

    def uptime(self):
        return int((self.world.now - self.booted_at + 5) * 100)

    def tell_keeper(self, line):
        pipe = self.listeners.get("pipe")
        if pipe:
            pipe.put(line)

    # Programs.

    def execute(self, command):
        """Starts a program by its command line. OSError where there is none."""
        name, *words = command
        if name.endswith("/VirtualIp"):
            return Program(self, Agent(self, words[0]).do(words[1]))
        if name == "cl_status":
            return Program(self, self._cl_status(words))
        if name.endswith("/ResourceManager"):
            return Program(self, self.take_group(words[1]))
        if name == "ss":
            return Program(self, self._no_connections())
        if name == "sh" and words[0].endswith("restart-patiently.sh"):
            return Program(self, self._restart_patiently())
        raise OSError(f"no program {name}")

    @staticmethod
    def _no_connections():
        yield 0.01

    def _cl_status(self, words):
        yield 0.005 + self.world.random.random() * 0.005
        heartbeat = self.heartbeat
        if not heartbeat or not heartbeat.is_alive() or not heartbeat.is_comm_up:
            return ""
        while heartbeat.is_hung:
            yield 0.1
        if words[0] == "nodestatus":
            return heartbeat.nodes[words[1]].status
        return heartbeat.resource_state()

    def take_group(self, group):
        """ResourceManager takegroup: starts what does not run. (A group here is one virtual IP.)"""
        agent = Agent(self, group.split("::")[1])
        yield 0.03
        self.say(f"ResourceManager: Acquiring resource group: {group}")
        state = yield from agent.do("status")
        if state != "running":
            yield from agent.do("start")

    def give_group(self, group):
        yield 0.03
        self.say(f"ResourceManager: Releasing resource group: {group}")
        yield from Agent(self, group.split("::")[1]).do("stop")

    def _restart_patiently(self):
        """As restart-patiently.sh and patience.sh do it."""
        yield 0.02
        declared = self.disk[HA_CF]
        self.disk[f"{HA_CF}.declared"] = declared
        self.disk[HA_CF] = "initdead 300"
        yield 0.03
        if self.heartbeat:
            self.heartbeat.die()
        for path in [path for path in self.run if path.startswith(f"{RUN}/wanted/")]:
            self.run[path] = "keeper\n"
        yield 0.05
        self.start_heartbeat()
        for _ in range(75):
            yield 0.2
            if self.heartbeat and self.heartbeat.has_links:
                break
        if f"{HA_CF}.declared" in self.disk:
            self.disk[HA_CF] = self.disk.pop(f"{HA_CF}.declared")

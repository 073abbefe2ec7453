"""A model of Heartbeat 3.0.6 with haresources: membership, and who has which resources.

Written after heartbeat.c and hb_resource.c: the names of states, messages and functions are theirs, and the words of the log.
Resources are two sets, as there: a node's own ("local") and the other one's ("foreign"). test/lab/model.test.ts compares what the
model logs with what Heartbeat does.
"""

from membership import ACTIVE, DEAD, INIT, POLLS, UP, Membership, Node
from program import Program
from resources import ALL, FOREIGN, ME, NONE, NOT, R_INIT, R_RSCRCVD, R_STABLE, R_STARTING, SWAPPED, Resources
from standby import Standby

POLL_INTERVAL = 0.25


class Heartbeat(Membership, Resources, Standby):
    """One process of it. `holds`: what one that was reloaded held, and goes on to hold."""

    def __init__(self, host, holds=NONE):
        self.host, self.world = host, host.world
        self.config = host.config
        self.pid = self.world.random.randrange(1000, 30000)
        self._alive = True
        self.is_hung = False
        self.has_links = False
        self.is_comm_up = False
        host.generation += 1
        self._generation = host.generation
        self._seq = 0
        self._history = {}
        now = self.world.now
        self.name, self.other_name = host.name, self.config["peer"]
        self.nodes = {name: Node(name, self.config["deadtime"], now) for name in (self.name, self.other_name)}
        self.me, self.other = self.nodes[self.name], self.nodes[self.other_name]
        self.initdead = float(host.disk["/etc/ha.d/ha.cf"].split()[1])
        self._extra_deadtime = 0.0
        # Resources.
        self.state = R_INIT
        self.holds = holds
        self.other_holds = NONE
        self.is_other_stable = False
        self.is_taking_over = False
        self.needs_failback = False
        self.standby = NOT
        self.standby_until = None
        self.standby_type = ALL
        self._takeover_at = None
        self._children = 0
        self._programs = set()
        self._requests = []
        self._needs_shutdown = False
        self.is_shutting_down = False
        self._restarts = False
        self._says_goodbye = False
        self._parked = []
        # On real hosts 0.05 s (a fast one) to 0.7 s: a restart may be over before the peer takes this node for dead.
        self._after(0.04 + self.world.random.random() ** 3 * 0.66, self._begin)

    def _log(self, text):
        self.host.say(f"heartbeat: {text}")

    # The process.

    def is_alive(self):
        return self._alive

    def _after(self, delay, action, turn=POLLS):
        def do():
            if not self._alive:
                return
            if self.is_hung:
                self._parked.append((turn, do))
            else:
                action()

        return self.host.after(self.host.late(delay), do, turn)

    def hang(self, hangs):
        self.is_hung = hangs
        if not hangs:
            parked, self._parked = self._parked, []
            for turn, action in parked:
                self.host.after((turn + self.world.random.random()) * 0.001, action, turn)

    def die(self):
        """Killed, with its scripts. Who starts it again decides elsewhere."""
        self._alive = False
        self.has_links = False
        for program in list(self._programs):
            program.kill()

    def be_killed(self):
        """systemd starts it again after a second."""
        if self._alive:
            self.host.say("Heartbeat killed")
            self.die()
            self.host.after(1.0 + self.world.random.random() * 0.1, self.host.start_heartbeat)

    def stop(self):
        """Asks it to end in order; whether it is still there."""
        if not self.is_shutting_down and not self._needs_shutdown:
            self._says_goodbye = True
            if self.is_comm_up:
                self._give_up_resources()
            else:
                self.die()
        return self._alive

    def reload(self):
        """SIGHUP after ha.cf has changed: it ends within a second, and executes itself anew with what it holds."""
        if self._alive and self.is_comm_up and not self.is_shutting_down:
            self.is_shutting_down = True
            self._extra_deadtime = 30.0
            self._send_status()
            self._after(1.0, self._execute_anew)

    def _execute_anew(self):
        self._log(f"{self.name} Heartbeat shutdown complete.")
        self._log("Performing heartbeat restart exec.")
        self.die()
        self.host.start_heartbeat(self.holds)

    def _begin(self):
        self.has_links = True
        self._extra_deadtime = 2.0
        self._after(5.0, self._pop_deadtime)
        for node in self.nodes.values():
            node.heard_at = self.world.now
        self._set_status(INIT)
        self._set_status(UP)
        self._beat()
        self._after(POLL_INTERVAL, self._poll)

    def _pop_deadtime(self):
        if not self._restarts:
            self._extra_deadtime = 0.0

    def _poll(self):
        self._after(POLL_INTERVAL, self._poll)
        now = self.world.now
        for node in self.nodes.values():
            deadtime = node.deadtime if self.is_comm_up else self.initdead
            if now - node.heard_at > deadtime and node.status != DEAD:
                self._mark_dead(node)
        for seq, asked_at in self.other.missing.items():
            if now - asked_at > 0.5:
                self._ask_again(seq)
        self._check_comm_up()
        if self.state == R_RSCRCVD and self._takeover_at is not None and now > self._takeover_at:
            self.state = R_STABLE
            self._request_own(False)
            self._send_resources(True)

    def _check_comm_up(self):
        if not self.is_comm_up and all(node.has_been_heard or node.status == DEAD for node in self.nodes.values()):
            self.is_comm_up = True
            # The list of nodes is asked for first: one way there, one back.
            self._after(0.001 if self.other.status == DEAD else 0.01, self._comm_now_up)

    def _comm_now_up(self):
        self._set_status(ACTIVE)
        self._send("starting")
        self.state = R_STARTING

    def _restart(self):
        """cause_shutdown_restart."""
        self._restarts = True
        self._give_up_resources()

    def _end(self):
        restarts = self._restarts and not self._says_goodbye
        self._log(f"{self.name} Heartbeat shutdown complete.")
        if not restarts:
            self.die()
            return
        # "Make sure they notice we're dead": restart_heartbeat sleeps for deadtime, in whole seconds, and one more.
        self._log("Performing heartbeat restart exec.")
        self.has_links = False
        self.die()
        self.host.after(int(self.config["deadtime"] + 0.999) + 1, self.host.start_heartbeat)

    # Messages.

    def send_from_child(self, kind, **fields):
        """A script writes to the pipe that Heartbeat reads."""
        self._after(0.003, lambda: self._send(kind, **fields))

    def _process(self, node, message):
        kind = message["type"]
        if kind == "status":
            self._status(node, message)
        elif not self.is_comm_up:
            return
        elif kind in ("starting", "resources"):
            self._process_resources(kind, node, message)
        elif kind == "shutdone":
            self._shutdone(node)
        elif kind == "ask_resources":
            self._ask_for_resources(node, message)
        elif kind == "hb_takeover":
            self._queue(lambda: self._hb_takeover(node, message))
        elif kind == "ip-request-resp" and node is self.me:
            self._queue(lambda: self.host.take_group(message["group"]))

    # Scripts: one at a time where they are queued.

    def _child(self, steps):
        """A program of Heartbeat's that manages resources."""
        self._children += 1
        program = Program(self.host, steps)
        self._programs.add(program)

        def end():
            self._programs.discard(program)
            self._after(0.001, self._child_died)

        program.on_end = end

    def _child_died(self):
        self._children -= 1
        self._start_next()
        self._shut_down_if_needed()

    def _queue(self, steps):
        self._requests.append(steps)
        self._start_next()

    def _start_next(self):
        if self._children == 0 and self._requests:
            self._child(self._requests.pop(0)())

    def _harc_status(self, name, status):
        yield 0.01 + self.world.random.random() * 0.02
        if status == DEAD:
            self.host.tell_keeper(f"dead {name}")
            yield 0.03
            for group in self.config["groups"].get(name, []):
                yield from self.host.take_group(group)
            self.send_from_child("resources", holds=FOREIGN, info="mach_down")
        yield 0.01

    def _hb_takeover(self, node, message):
        yield 0.02
        if node is not self.me:
            asked = SWAPPED[message["holds"]]
            self.send_from_child("ask_resources", holds=asked, info=ME)

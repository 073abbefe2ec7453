"""A model of Heartbeat 3.0.6 with haresources: membership, and who has which resources.

Written after heartbeat.c and hb_resource.c: the names of states, messages and functions are theirs, and the words of the log.
Resources are two sets, as there: a node's own ("local") and the other one's ("foreign"). test/lab/model.test.ts compares what the
model logs with what Heartbeat does.
"""

from agent import Agent
from program import Program
from wire import BEAT

INIT, UP, ACTIVE, DEAD = "init", "up", "active", "dead"
NONE, LOCAL, FOREIGN, ALL = 0, 1, 2, 3
NAMES = ["none", "local", "foreign", "all"]
R_INIT, R_BOTHSTARTING, R_RSCRCVD, R_STARTING, R_SHUTDOWN, R_STABLE = range(6)
NOT, ME, OTHER, DONE = "not", "me", "other", "done"

POLL_INTERVAL = 0.25
RQSTDELAY = 10
STANDBY_INIT_TO = 10
STANDBY_RSC_TO = 3600
# What Heartbeat does first when it goes on after a pause: the priorities of its main loop (PRI_SENDSTATUS, PRI_READPKT, then all else).
SENDS, READS, POLLS = range(3)
# What is known to be in the history that lost packets are sent from again.
HISTORY = 200


class Node:
    """What a node knows of one node."""

    def __init__(self, name, deadtime, now):
        self.name = name
        self.status = INIT
        self.deadtime = deadtime
        self.heard_at = now
        # local_lastupdate: when the last status of this generation came.
        self.updated_at = None
        self.has_been_heard = False
        self.generation = 0
        self.status_seq = 0
        self.last_seq = 0
        self.missing = {}


class Heartbeat:
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
        # On real hosts 0.15 s to 0.7 s: a restart may be over before the peer takes this node for dead.
        self._after(0.15 + self.world.random.random() * 0.55, self._begin)

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

        return self.host.after(delay * self.host.slowness, do, turn)

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

    def _beat(self):
        self._send_status()
        self._after(self.config["keepalive"], self._beat, SENDS)

    def _set_status(self, status):
        self.me.status = status
        if status != INIT:
            self._log(f"Local status now set to: '{status}'")
        self._send_status()

    def _send_status(self):
        self._send("status", status=self.me.status, deadtime=self.config["deadtime"] + self._extra_deadtime)

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

    # Messages.

    def _send(self, kind, **fields):
        self._seq += 1
        message = {"from": self.name, "type": kind, "seq": self._seq, "generation": self._generation, **fields}
        self._history[self._seq] = message
        self._history.pop(self._seq - HISTORY, None)
        self._process(self.me, message)
        if self._alive:
            self.host.wire.send(self.host, BEAT, message)

    def send_from_child(self, kind, **fields):
        """A script writes to the pipe that Heartbeat reads."""
        self._after(0.003, lambda: self._send(kind, **fields))

    def receive(self, message):
        if self.is_hung:
            self._parked.append((READS, lambda: self.receive(message)))
            return
        if not self._alive or not self.has_links:
            return
        self._expire_standby()
        node = self.other
        if message["type"] == "again":
            again = self._history.get(message["wanted"])
            if again:
                self.host.wire.send(self.host, BEAT, again)
            return
        node.has_been_heard = True
        if self._is_to_be_dropped(node, message):
            return
        self._process(node, message)
        self._check_comm_up()

    def _is_to_be_dropped(self, node, message):
        """should_drop_message."""
        seq, generation = message["seq"], message["generation"]
        if generation < node.generation:
            return True
        if message["type"] == "status":
            if generation == node.generation and node.status == DEAD:
                if seq <= node.status_seq:
                    return True
                self._log(f"Cluster node {node.name} returning after partition.")
                self._send_status()
                self._after(2.0, self._restart)
                node.missing = {}
                node.last_seq = seq
                return False
            if generation > node.generation:
                if node.generation > 0:
                    self._log(f"Heartbeat restart on node {node.name}")
                node.status_seq = 0
                node.last_seq = 0
                node.missing = {}
                node.updated_at = None
            node.generation = generation
        if node.last_seq == 0 or seq == node.last_seq + 1:
            node.last_seq = seq
            return False
        if seq > node.last_seq:
            for lost in range(max(node.last_seq + 1, seq - HISTORY), seq):
                node.missing[lost] = self.world.now
                self._ask_again(lost)
            node.last_seq = seq
            return False
        if seq in node.missing:
            del node.missing[seq]
            return False
        return True

    def _ask_again(self, seq):
        if self.other.missing:
            self.other.missing[seq] = self.world.now
        self.host.wire.send(self.host, BEAT, {"from": self.name, "type": "again", "wanted": seq})

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

    def _status(self, node, message):
        if message["seq"] < node.status_seq:
            return
        now = self.world.now
        if node is not self.me and node.updated_at is not None and now - node.updated_at > node.deadtime:
            # "Late heartbeat: Node lb1: interval 5270 ms (> deadtime)". It is dead for as long as it takes to read this message.
            self._mark_dead(node)
        node.updated_at = now
        if node.status != message["status"] and node is not self.me:
            self._log(f"Status update for node {node.name}: status {message['status']}")
            node.status = message["status"]
            self._queue(lambda: self._harc_status(node.name, message["status"]))
        if node is not self.me:
            node.deadtime = message["deadtime"]
        node.heard_at = self.world.now
        node.has_been_heard = True
        node.status_seq = message["seq"]

    def _mark_dead(self, node):
        if node is self.me:
            self._restart()
            return
        self._log(f"node {node.name}: is dead")
        node.status = DEAD
        self._recover_dead_resources()
        node.has_been_heard = False
        node.last_seq = 0
        node.missing = {}

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
            asked = {LOCAL: FOREIGN, FOREIGN: LOCAL, ALL: ALL}[message["holds"]]
            self.send_from_child("ask_resources", holds=asked, info=ME)

    # Resources: hb_resource.c.

    def resource_state(self):
        return NAMES[self.holds] if self._is_stable() else "transition"

    def _is_stable(self):
        if self.is_shutting_down and self.state == R_INIT:
            return True
        return (
            self.is_other_stable
            and not self.is_taking_over
            and self.standby == NOT
            and self.standby_until is None
            and self._children == 0
            and self.state in (R_STABLE, R_SHUTDOWN, R_INIT)
        )

    def _send_resources(self, stable, info=None):
        self._send("resources", holds=self.holds, full=True, stable=stable, info=info)

    def _recover_dead_resources(self):
        if self.standby != NOT:
            self.standby = NOT
            self.standby_until = None
            if not self.is_other_stable and self.holds == ALL:
                self.is_other_stable = True
            self._shut_down_if_needed()
        if self.is_shutting_down:
            if self.state not in (R_SHUTDOWN, R_STABLE):
                self._give_up_resources()
            return
        self.needs_failback = True
        if self.other.has_been_heard and self.other_holds == NONE:
            if self.holds == ALL:
                self.is_other_stable = True
                return
            if not self.holds & LOCAL:
                self._request_own(True)
            if not self.holds & FOREIGN:
                self._take_over()
        else:
            self._take_over()

    def _take_over(self):
        if self.is_shutting_down:
            self._shut_down_if_needed()
            return
        self._queue(lambda: self._harc_status(self.other_name, DEAD))
        self.holds |= FOREIGN
        self.other_holds = NONE
        self.is_other_stable = True
        self.is_taking_over = True
        self._request_own(True)

    def _request_own(self, anyway):
        """req_our_resources."""
        if self.is_shutting_down:
            return
        if (self.other_holds & FOREIGN or self.holds & LOCAL) and not anyway and self.standby == NOT:
            return
        self.holds |= LOCAL
        self._child(self._request_own_child())

    def _request_own_child(self):
        yield 0.03 + self.world.random.random() * 0.02
        for group in self.config["groups"].get(self.name, []):
            yield 0.02
            state = yield from Agent(self.host, group.split("::")[1]).do("status")
            if state != "running":
                self.send_from_child("ip-request-resp", group=group)
        self.send_from_child("resources", holds=self.holds, full=True, stable=True, info="req_our_resources()")

    def _process_resources(self, kind, node, message):
        self._shut_down_if_needed()
        new = self.state
        if kind == "starting" and node is not self.me:
            if self.state == R_STARTING:
                new = R_BOTHSTARTING
            elif self.state not in (R_RSCRCVD, R_STABLE, R_SHUTDOWN):
                return
            self.is_other_stable = False
            self._send_resources(self.state == R_STABLE)
        if kind == "resources":
            if self.state in (R_BOTHSTARTING, R_STARTING):
                new = R_RSCRCVD
            elif self.state == R_INIT:
                return
            full = message.get("full")
            if node is not self.me:
                self.other_holds = _updated(full, self.other_holds, message["holds"])
                if "stable" in message:
                    if message["stable"]:
                        if not self.is_other_stable:
                            self.is_other_stable = True
                            self._send_resources(self.state == R_STABLE)
                            self._fail_back()
                    else:
                        self.is_other_stable = False
                if self.state not in (R_STABLE, R_SHUTDOWN) and self.is_other_stable:
                    self._request_own(False)
                    self.state = new = R_STABLE
                    self._send_resources(True)
                    self._fail_back()
            else:
                self.holds = _updated(full, self.holds, message["holds"])
                if message.get("info") == "mach_down":
                    self._log("mach_down takeover complete.")
                    self.is_taking_over = False
                    self.holds |= FOREIGN
                    self.needs_failback = True
                    self.is_other_stable = True
                elif message.get("info") == "shutdown":
                    self.state = new = R_SHUTDOWN
        if self.state != R_SHUTDOWN:
            self.state = new
        if self.state == R_RSCRCVD and self._takeover_at is None:
            self._takeover_at = self.world.now + RQSTDELAY
        self._shut_down_if_needed()

    def _fail_back(self):
        """PerformAutoFailback."""
        if self.is_shutting_down or not self.holds & FOREIGN or not self.needs_failback or not self.config["failback"]:
            self.needs_failback = False
            self._shut_down_if_needed()
            return
        if self.standby != NOT or not self.is_other_stable or self.state != R_STABLE:
            self._after(1.0, self._fail_back)
            return
        self.standby_type = FOREIGN
        self.needs_failback = False
        self._send("ask_resources", holds=FOREIGN, info=ME)

    def _shutdone(self, node):
        if node is self.me:
            self.state = R_SHUTDOWN
            self.holds = NONE
            self._after(1.0, self._final_shutdown)
            return
        self._log(f"Received shutdown notice from '{node.name}'.")
        self.is_other_stable = True
        self.other_holds = NONE
        if self.holds != ALL and not self.is_shutting_down:
            wanted = {FOREIGN: LOCAL, LOCAL: FOREIGN, NONE: ALL}[self.holds]
            self.standby = DONE
            self._go_standby(OTHER, wanted)
        self.is_other_stable = False
        self.other_holds = NONE
        self._take_over()

    def _final_shutdown(self):
        if self._restarts:
            self._extra_deadtime = 30.0
            self._send_status()
        self._after(1.0, self._end)

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

    def _restart(self):
        """cause_shutdown_restart."""
        self._restarts = True
        self._give_up_resources()

    def _shut_down_if_needed(self):
        if self._needs_shutdown:
            self._give_up_resources()

    def _give_up_resources(self):
        if not self._is_stable():
            self._needs_shutdown = True
            return
        self._needs_shutdown = False
        if self.is_shutting_down:
            return
        self.is_shutting_down = True
        self.holds = NONE
        self.state = R_SHUTDOWN
        self._send_resources(False, "shutdown")
        self._child(self._give_up_child())

    def _give_up_child(self):
        self._log("Giving up all HA resources.")
        yield 0.03
        for groups in self.config["groups"].values():
            for group in groups:
                yield from self.host.give_group(group)
        self._log("All HA resources relinquished.")
        self.send_from_child("shutdone")

    # Standby: ask_for_resources.

    def _expire_standby(self):
        if self.standby_until is not None and self.world.now >= self.standby_until:
            self.standby_until = None
            self.is_other_stable = True
            self.standby = NOT
            self._shut_down_if_needed()

    def _ask_for_resources(self, node, message):
        is_mine = node is self.me
        info, wanted = message["info"], message["holds"]
        if self.state == R_SHUTDOWN:
            return
        self._expire_standby()
        if self.standby_until is not None and info == ME:
            return
        if self.standby == NOT:
            if not self.is_other_stable or self.state != R_STABLE:
                return
            self.standby_type = wanted
            if info == ME:
                self._log(f"{node.name} wants to go standby [{NAMES[wanted]}]")
                self.is_other_stable = False
                if is_mine:
                    self.standby_until = self.world.now + STANDBY_INIT_TO
                    self.standby = ME
                else:
                    self.standby = OTHER
                    self._send("ask_resources", holds=self.standby_type, info=OTHER)
                    self.standby_until = self.world.now + STANDBY_RSC_TO
        elif self.standby == ME:
            if not is_mine:
                self.standby_type = wanted
                self.standby_until = self.world.now + STANDBY_RSC_TO
                if info == OTHER:
                    self._log(f"standby: {node.name} can take our {NAMES[wanted]} resources")
                    self._go_standby(ME, wanted)
            elif info == DONE:
                self._log(f"Local standby process completed [{NAMES[wanted]}].")
                self.standby = DONE
                self.holds &= ~self.standby_type
                self.standby_until = self.world.now + STANDBY_RSC_TO
        elif self.standby == OTHER:
            self.standby_type = wanted
            if info == DONE:
                self.standby_until = self.world.now + STANDBY_RSC_TO
                if not is_mine:
                    self._log(f"standby: acquire [{NAMES[wanted]}] resources from {node.name}")
                    self._go_standby(OTHER, wanted)
                    self.standby = DONE
        elif info == DONE:
            self.standby_type = wanted
            self.standby_until = None
            self.standby = NOT
            if is_mine:
                self._log(f"Standby resource acquisition done [{NAMES[wanted]}].")
                self.holds |= {LOCAL: FOREIGN, FOREIGN: LOCAL, ALL: ALL, NONE: NONE}[wanted]
            else:
                self._log(f"Other node completed standby takeover of {NAMES[wanted]} resources.")
            self._send_resources(True)
        self._shut_down_if_needed()

    def _go_standby(self, who, wanted):
        if who == ME:
            self.is_other_stable = False
            self.holds &= ~wanted
            self._send_resources(False, "standby")
        self._child(self._go_standby_child(who, wanted))

    def _go_standby_child(self, who, wanted):
        # What the peer asked for last, or all of it: not always what this child acts on (send_standby_msg).
        told = self.standby_type
        yield 0.03 + self.world.random.random() * 0.02
        acts_on = {LOCAL: FOREIGN, FOREIGN: LOCAL, ALL: ALL}[wanted] if who == OTHER else wanted
        groups = self.config["groups"]
        own, foreign = groups.get(self.name, []), groups.get(self.other_name, [])
        chosen = (own if acts_on & LOCAL else []) + (foreign if acts_on & FOREIGN else [])
        for group in chosen:
            if who == ME:
                yield from self.host.give_group(group)
            else:
                yield from self.host.take_group(group)
        self.send_from_child("ask_resources", holds=told, info=DONE)


def _updated(full, current, new):
    """HB_UPD_RSC."""
    return new if full else NONE if new == NONE else new | current

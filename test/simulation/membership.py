"""Who is there: heartbeats, their order, and what a node knows of the other one. What heartbeat.c does of it."""

from wire import BEAT

INIT, UP, ACTIVE, DEAD = "init", "up", "active", "dead"
# What Heartbeat does first when it goes on after a pause: the priorities of its main loop (PRI_SENDSTATUS, PRI_READPKT, then all else).
SENDS, READS, POLLS = range(3)
# Heartbeat sends a lost packet again where it is among its own last 200 packets.
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


class Membership:
    """This part of a Heartbeat. Its state is set in heartbeat.py."""

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

    def _send(self, kind, **fields):
        self._seq += 1
        message = {"from": self.name, "type": kind, "seq": self._seq, "generation": self._generation, **fields}
        self._history[self._seq] = message
        self._history.pop(self._seq - HISTORY, None)
        self._process(self.me, message)
        if self._alive:
            self.host.wire.send(self.host, BEAT, message)

    def receive(self, message):
        if self.is_hung:
            self._parked.append((READS, lambda: self.receive(message)))
            return
        if not self._alive or not self.has_links:
            return
        self._expire_standby()
        node = self.other
        # process_clustermsg looks whether the links are up at each packet, also at one that it drops or that asks for another again.
        node.has_been_heard = True
        self._check_comm_up()
        if message["type"] == "again":
            again = self._history.get(message["wanted"])
            if again:
                self.host.wire.send(self.host, BEAT, again)
            return
        if not self._is_to_be_dropped(node, message):
            self._process(node, message)

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

"""Who has which resources: what hb_resource.c does when the peer comes, dies or shuts down."""

from agent import Agent
from membership import DEAD

NONE, LOCAL, FOREIGN, ALL = 0, 1, 2, 3
# One node's local resources are the other node's foreign ones.
SWAPPED = {NONE: NONE, LOCAL: FOREIGN, FOREIGN: LOCAL, ALL: ALL}
R_INIT, R_BOTHSTARTING, R_RSCRCVD, R_STARTING, R_SHUTDOWN, R_STABLE = range(6)
NOT, ME, OTHER, DONE = "not", "me", "other", "done"
NAMES = ["none", "local", "foreign", "all"]
RQSTDELAY = 10


class Resources:
    """This part of a Heartbeat. Its state is set in heartbeat.py, and planned hand-overs are in standby.py."""

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


def _updated(full, current, new):
    """HB_UPD_RSC."""
    return new if full else NONE if new == NONE else new | current

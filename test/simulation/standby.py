"""Planned hand-overs: what hb_resource.c does for hb_standby, hb_takeover and automatic failback."""

from resources import DONE, FOREIGN, LOCAL, ME, NAMES, NOT, OTHER, R_SHUTDOWN, R_STABLE, SWAPPED

STANDBY_INIT_TO = 10
STANDBY_RSC_TO = 3600


class Standby:
    """This part of a Heartbeat: ask_for_resources. Its state is set in heartbeat.py."""

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
                self.holds |= SWAPPED[wanted]
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
        # send_standby_msg names what the peer asked for last. That can differ from what this child acts on.
        announced = self.standby_type
        yield 0.03 + self.world.random.random() * 0.02
        acts_on = SWAPPED[wanted] if who == OTHER else wanted
        groups = self.config["groups"]
        own, foreign = groups.get(self.name, []), groups.get(self.other_name, [])
        chosen = (own if acts_on & LOCAL else []) + (foreign if acts_on & FOREIGN else [])
        for group in chosen:
            if who == ME:
                yield from self.host.give_group(group)
            else:
                yield from self.host.take_group(group)
        self.send_from_child("ask_resources", holds=announced, info=DONE)

"""The keeper: sees to it that each virtual IP is on exactly one host, and on one that can serve.

Heartbeat decides which host should hold a virtual IP, and calls the agent (VirtualIp), which acquires or releases the address. The keeper
adds what Heartbeat lacks: it exchanges state with the peer's keeper over UDP, vetoes the acquisition of an address that the peer still
holds, keeps a released address until the peer has acquired it, and checks HAProxy and the gateway.

systemd restarts the keeper when it ends, and systemd's watchdog kills a keeper that hangs. Without a keeper, Heartbeat and the agent move
the virtual IPs alone; with fencing the agent then acquires none (needs_keeper in VirtualIp).

Keeper and agent share the files of virtual_ip.py and the pipe RUN/keeper. Each line in the pipe starts a step at once: "dead NODE":
Heartbeat declared NODE dead (steps/sh/keeper.sh); "started" and "stopped": the agent started or stopped a virtual IP; "haproxy-stops":
HAProxy's unit is about to stop (stopping.py); "leave": this keeper must end.
"""

from keeper.address.claims import Claims
from keeper.address.virtual_ip import VirtualIp
from keeper.config import Config
from keeper.decision.decide import DROP, FENCE, HELD, LINGER, LINGERING, NO, NOTHING, TAKE, View, decide, peer_serves
from keeper.host_state import HostState, Reported
from keeper.moves import heartbeat
from keeper.moves.mending import Mending
from keeper.moves.moving import Moving
from keeper.ports import clock, system
from keeper.ports.system import RUN, log, notify, while_waiting
from keeper.ports.types import Readable, Socket

# Packets of each socket to read before a step: more than a socket's buffer holds, so that a frozen host misses none, and bounded, so that
# a flood does not block the keeper.
AT_ONCE = 1000
# In seconds; the unit's WatchdogSec is 5.
TELL_WATCHDOG_EVERY = 1
# Seconds. FINISH_WITHIN: a host that shuts down waits at most this long for open requests. TAKEN_AFTER_DEADTIME: it waits deadtime and
# this much for the peer to acquire its virtual IPs, because Heartbeat was seen to declare its peer dead 0.72 s after deadtime. The unit's
# TimeoutStopSec is 15.
FINISH_WITHIN = 10
TAKEN_AFTER_DEADTIME = 2
# Seconds that a stopping keeper waits until Heartbeat has released the virtual IPs that it should hand over.
HANDS_OVER_WITHIN = 5


class Keeper(HostState):
    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.claims = Claims(self.virtual_ips)
        self.mending = Mending(config, self.virtual_ips, self.peer)
        self.moving = Moving(config, self.virtual_ips, self.peer)
        # When the next step is due, by system.monotonic.
        self.due = 0.0
        # When a program that this keeper waits for was last found running.
        self.awake_at = float("-inf")
        self.wake = system.make_pipe(f"{RUN}/keeper")
        self.is_leaving = False

    def step(self) -> None:
        self.look()
        for virtual_ip in self.virtual_ips:
            peer = self.peer.view(virtual_ip)
            me = self.own_view(virtual_ip)
            # Before the agent is called, which reads it.
            virtual_ip.write_peer(peer)
            # Before the peer is given it.
            virtual_ip.announce_again(peer, self.peer.former_holds(virtual_ip.address))
            self.act(virtual_ip, decide(me, peer, virtual_ip.preferred), peer)
            virtual_ip.run_hooks(peer)
            as_if = decide({**me, "held": NO, "wanted": True, "forced_for": None}, peer, virtual_ip.preferred)
            virtual_ip.write_veto(as_if != TAKE, self.config["silence"])
            self.tend_connections(virtual_ip, peer)
            virtual_ip.delete_strays()
            virtual_ip.announce()
        self.mending.step(self.heartbeat_runs, self.cut_off is not None)
        self.moving.step(self.healthy(), self.haproxy.is_doubtful(), self.why_hand_over(), self.heartbeat_runs)
        self.stopping.step(self.heartbeat_runs)
        self.proof.step(self.virtual_ips, self.peer.said if self.peer.is_fresh() else None)
        self.report()
        self.tell()

    def tend_connections(self, virtual_ip: VirtualIp, peer: View) -> None:
        # Several times a second, and mostly there is nothing to tend.
        serves = virtual_ip.held == LINGERING and peer_serves(self.own_view(virtual_ip), peer, virtual_ip.preferred)
        virtual_ip.tend_connections(peer, serves)

    def tell(self) -> None:
        without_routes = [one.index for one in self.interfaces.values() if one.has_lost_routes and one.index is not None]
        self.peer.tell(self.state(self.heartbeat_runs), without_routes)

    def tell_meanwhile(self) -> None:
        self.awake_at = system.monotonic()
        self.tell()
        for virtual_ip in self.virtual_ips:
            virtual_ip.renew_veto(self.config["silence"])

    def act(self, virtual_ip: VirtualIp, action: str, peer: View) -> None:
        if action == NOTHING:
            return
        if action == TAKE:
            virtual_ip.reason = why_taken(virtual_ip, peer)
            virtual_ip.take(self.addresses.look_again)
        elif action == LINGER:
            virtual_ip.linger()
        elif action == FENCE:
            self.fencing.begin(self.peer, any(one.held == HELD for one in self.virtual_ips))
            if virtual_ip.held == LINGERING:
                virtual_ip.linger()
        else:
            virtual_ip.reason = self.cut_off or f"{self.config['peer']} {'holds' if peer['held'] == HELD else 'wants'} the address"
            (virtual_ip.drop if action == DROP else virtual_ip.release)()
            virtual_ip.look(self.addresses.look_again())

    def report(self) -> None:
        """One line in the log for what changed."""
        now = Reported(self.unfit, self.peer.is_fresh(), self.cut_off is not None)
        before, self.reported = self.reported, now
        if now.unfit != before.unfit:
            log(f"this host can't serve: {self.unfit}" if self.unfit else "this host can serve again")
        if now.is_fresh != before.is_fresh:
            peer, silence = self.config["peer"], self.config["silence"]
            log(
                f"hearing the keeper of {peer}"
                if now.is_fresh
                else f"no longer hearing the keeper of {peer}: silent for more than {silence} s"
            )
        if now.is_isolated != before.is_isolated:
            log(f"cut off: {self.cut_off}" if self.cut_off else "no longer cut off")

    def ask_to_leave(self) -> None:
        """Handles SIGTERM: wakes the main loop, which ends after one more step at most. It never interrupts a step."""
        system.write_line(self.wake, "leave")

    def run(self) -> None:
        told_at = 0.0
        notify("READY=1")
        while_waiting(self.config["interval"], self.tell_meanwhile)
        while not self.is_leaving:
            self.peer.open()
            system.wait(self.wakes(), min(self.due, self.death.due()) - system.monotonic())
            if self.hear_all():
                self.due = 0.0
            if clock.now() >= min(self.due, self.death.due()):
                self.due = clock.now() + self.config["interval"]
                self.step()
                if clock.now() - told_at > TELL_WATCHDOG_EVERY:
                    told_at = clock.now()
                    notify("WATCHDOG=1")

    def wakes(self) -> list[Readable]:
        """What this program wakes up for."""
        return [self.wake, self.addresses.changes, *self.peer.sockets.values()]

    def hear_all(self) -> bool:
        """All that has come in, before anything is done: a host that was frozen has missed nothing then. Whether any of it is
        to be acted on at once."""
        is_urgent = False
        inputs = [*self.wakes(), *self.gateway.sockets.values(), self.death.socket, *self.claims.sockets]
        for _ in range(AT_ONCE):
            now = system.monotonic()
            ready = system.wait(inputs, 0)
            if not ready:
                break
            # A list: any() over a generator would leave packets unread behind the first urgent one.
            is_urgent |= any([self.receive(sock) for sock in ready])  # noqa: C419
        if now - clock.now() > 2 * self.config["interval"]:
            self.death.was_asleep()
        # A keeper that waits for a program has not stood still.
        if now - max(clock.now(), self.awake_at) > 2 * self.config["interval"]:
            self.mending.was_asleep()
        clock.advance(now)
        return is_urgent

    def receive(self, sock: Readable) -> bool:
        """Reads what has come in; whether it is to be acted on at once."""
        if sock == self.wake:
            for line in system.read_lines(self.wake):
                self.is_leaving |= line == "leave"
                self.death.is_told(line)
            return True
        if sock == self.addresses.changes:
            return self.addresses.hear()
        if sock == self.death.socket:
            self.death.hear()
            return False
        if sock in self.claims.sockets:
            self.claims.hear(sock, self.is_held_by_peer)
            return False
        if isinstance(sock, int):
            return False
        if sock in self.gateway.sockets.values():
            self.gateway.hear(sock)
            return False
        return self.hears_news(sock)

    def is_held_by_peer(self, virtual_ip: VirtualIp) -> bool:
        peer = self.peer.view(virtual_ip)
        return peer["fresh"] and peer["held"] == HELD

    def hears_news(self, sock: Socket) -> bool:
        """Whether the peer's virtual IPs are not as they were: that is acted on at once. So is what comes shortly before a step is due
        anyway: two keepers that step together wake up less often."""
        before = self.peer.holdings()
        if not self.peer.hear(sock):
            return False
        return self.peer.holdings() != before or self.due - clock.now() < self.config["interval"] / 2

    def stop(self) -> None:
        """Ends the keeper: it keeps lingering addresses until the peer has acquired them and their open connections have ended, at most
        for FINISH_WITHIN, withdraws the vetoes, and tells the peer that this keeper leaves."""
        began = system.monotonic()
        self.look()
        self.release_what_no_heartbeat_stops()
        hands_over = self.hand_over_before_haproxy()
        while any(self.is_needed(one, system.monotonic() - began, hands_over) for one in self.virtual_ips):
            for virtual_ip in self.virtual_ips:
                if virtual_ip.held == LINGERING:
                    virtual_ip.linger()
                    self.tend_connections(virtual_ip, self.peer.view(virtual_ip))
            self.tell()
            system.wait(self.wakes(), self.config["interval"])
            self.hear_all()
            self.look()
        for virtual_ip in self.virtual_ips:
            virtual_ip.write_veto(False, 0)
        self.peer.tell({**self.state(heartbeat.has_process()), "leaves": True})

    def release_what_no_heartbeat_stops(self) -> None:
        """Heartbeat in transition does not stop: systemd kills it when TimeoutStopSec is over, and the virtual IPs are still held."""
        if heartbeat.has_process() or not system.is_host_stopping():
            return
        for virtual_ip in self.virtual_ips:
            if virtual_ip.held == HELD:
                log(f"releasing {virtual_ip.address}: the host shuts down, and Heartbeat was killed before it released it")
                virtual_ip.linger()
        self.look()

    def hand_over_before_haproxy(self) -> bool:
        """Asks Heartbeat to hand over if systemd is about to stop HAProxy, too; whether it did so. If both are restarted together (needrestart),
        systemd stops the keeper first, and before-haproxy-stops.sh finds no keeper to ask."""
        said = self.peer.said
        is_peer_fit = self.peer.is_fresh() and said["healthy"] and said["heartbeat"]
        if not is_peer_fit or not self.heartbeat_runs or all(one.held != HELD or one.forced_for is not None for one in self.virtual_ips):
            return False
        # systemctl asks for the keeper's restart first, and for HAProxy's right after it.
        system.wait([], 0.1)
        if system.is_host_stopping() or not system.has_job("haproxy"):
            return False
        return self.moving.give_all("HAProxy is about to stop")

    def is_needed(self, virtual_ip: VirtualIp, waited: float, hands_over: bool = False) -> bool:
        """Whether the peer is about to acquire it, or requests are open here. This host answers open requests whichever host is the next holder, also
        while the peer is silent. `hands_over`: whether Heartbeat was asked to release what is held."""
        if virtual_ip.held == HELD:
            return hands_over and virtual_ip.forced_for is None and waited < HANDS_OVER_WITHIN
        if virtual_ip.held != LINGERING:
            return False
        peer = self.peer.view(virtual_ip)
        taken_within = min(self.config["deadtime"] + TAKEN_AFTER_DEADTIME, FINISH_WITHIN)
        if waited < taken_within and peer["fresh"] and peer["held"] != HELD:
            return True
        return waited < FINISH_WITHIN and virtual_ip.has_connections()


def why_taken(virtual_ip: VirtualIp, peer: View) -> str:
    if virtual_ip.forced_for is not None:
        return "an operator forces it to this host"
    if not peer["fresh"]:
        return "the peer is silent"
    return "the peer released it" if peer["held"] == LINGERING else "no host held it"

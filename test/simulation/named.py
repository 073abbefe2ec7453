"""Schedules with a name: what once went wrong, in a lab or here, and what the availability table has. Each is run with several seeds,
which differ in every delay."""

from faults import Fault
from wire import BEAT, KEEPER

# How many seeds, from 1 on.
SEEDS = 4


# `gap` and `both` are limits in seconds (watch.py), as the events of the lab have them (lab/events); `settles` is one on the
# time from the end of the last fault until the pair is at rest (simulate.py).
def _plan(*faults, is_planned=False, **limits):
    return {"chain": [(list(faults), is_planned)], **limits}


def _dead_holder(seconds, *faults):
    """The holder loses power for so long, and the other host serves in its place whatever else happens."""
    return _plan(Fault(17, "power_loss", host="lb1", seconds=seconds), *faults, gap=2.5, both=0, serves_from=19.4)


NAMED = {
    "the holder loses power and returns": _plan(Fault(17, "power_loss", host="lb1", seconds=10), gap=2.5, both=0),
    "the standby loses power and returns": _plan(Fault(17, "power_loss", host="lb2", seconds=10), gap=0, both=0),
    "both lose power at once": _plan(Fault(17, "both_lose_power", seconds=3, apart=0), gap=4, both=0),
    "both lose power, and the preferred one returns late": _plan(Fault(17, "both_lose_power", seconds=3, apart=15), gap=14, both=0),
    "the holder is shut down and boots": _plan(Fault(17, "shutdown", host="lb1", seconds=12), is_planned=True),
    # Nobody answered for 0.05 s: it lingered on both hosts, and each took the other one for the one that serves. The host that took it handed
    # it back at once, for the hand-over before that had been put off.
    "the holder hands over, and is handed back at once": _plan(
        Fault(17, "heartbeat_hangs", host="lb2", seconds=1.0), Fault(21, "standby", host="lb1"), gap=0
    ),
    # A takeover that is asked for while one Heartbeat has settled and the other has not leaves one in transition for an hour. It does not
    # stop: somebody kills it, the keeper after 15 s or systemd after 60, and the virtual IP was still held when the host went down.
    "the holder is shut down while Heartbeat is in transition": _plan(
        *[Fault(round(13.4 + 0.03 * i, 2), "takeover", host="lb1") for i in range(50)],
        Fault(16, "shutdown", host="lb1", seconds=80),
        gap=0,
        both=0,
    ),
    "the holder hands over and takes back": _plan(Fault(17, "standby", host="lb1"), Fault(37, "takeover", host="lb1"), is_planned=True),
    # 31 requests lost in 1 of 12 thaws: at a thaw each host dropped the address because the other one had it.
    "the holder freezes for 5 s": _plan(Fault(17, "freeze", host="lb1", seconds=5), gap=2.5),
    "the holder freezes for just longer than deadtime": _plan(Fault(17, "freeze", host="lb1", seconds=1.3), gap=2.5),
    # Both hosts had it for 1.5 s: the agent waited for the next keeper's veto with the lock that this keeper needed first, for the rules of
    # the hand-over before, which had expired meanwhile.
    "a holder that had taken back its address freezes until the rules of that have expired": _plan(
        Fault(17, "freeze", host="lb1", seconds=1.75), Fault(48, "freeze", host="lb1", seconds=10.3), preferred=("lb1", "lb2")
    ),
    # The keeper on the holder waited 2 s for the answer of a Heartbeat that hung, and did not hear that the other host had taken the address.
    "the hosts are cut off from each other for a second while the holder's Heartbeat hangs": _plan(
        Fault(17, "heartbeat_hangs", host="lb1", seconds=5.6), Fault(17.8, "partition", seconds=1.1)
    ),
    "the standby freezes for 5 s": _plan(Fault(17, "freeze", host="lb2", seconds=5), gap=0),
    "the heartbeats are blocked for 2 s": _plan(Fault(17, "beats_blocked", seconds=2), gap=0, both=0),
    "the heartbeats are blocked for 5 s": _plan(Fault(17, "beats_blocked", seconds=5), gap=0, both=0),
    "the heartbeats are blocked for 30 s": _plan(Fault(17, "beats_blocked", seconds=30), gap=0, both=0),
    "the holder is deaf to heartbeats for 10 s": _plan(
        Fault(17, "blocked", source="lb2", target="lb1", packets=BEAT, seconds=10), gap=0, both=0
    ),
    "the standby is deaf to heartbeats for 10 s": _plan(
        Fault(17, "blocked", source="lb1", target="lb2", packets=BEAT, seconds=10), gap=0, both=0
    ),
    "the keepers do not hear each other for 10 s": _plan(
        Fault(17, "blocked", source="lb1", target="lb2", packets=KEEPER, seconds=10),
        Fault(17, "blocked", source="lb2", target="lb1", packets=KEEPER, seconds=10),
        gap=0,
        both=0,
    ),
    # A healed partition cost 229 requests in 1 of 5 runs.
    "the hosts are cut off from each other for 10 s": _plan(Fault(17, "partition", seconds=10), gap=0),
    # Heartbeat's request to hand over waited in the kernel until the link was up again. The peer answered what this host had cancelled, and
    # both waited for each other: it took the keepers 35 to 70 s to restart them.
    **{
        f"the holder's cable is cut for {seconds} s": _plan(Fault(17, "cable", host="lb1", seconds=seconds), gap=2.5, settles=30)
        for seconds in (1.25, 1.5, 1.75)
    },
    # The virtual IP stayed where it was for good: a hand-over that was asked for without need was forgotten.
    "the holder's cable is cut for 8 s": _plan(Fault(17, "cable", host="lb1", seconds=8), gap=2.5),
    # Nothing moved: nobody looked at the carrier.
    "the holder's service cable is cut for 8 s while keepers and Heartbeats use another one": _plan(
        Fault(17, "service_cable", host="lb1", seconds=8), gap=1.5
    ),
    "the standby's service cable is cut for 8 s while keepers and Heartbeats use another one": _plan(
        Fault(17, "service_cable", host="lb2", seconds=8), gap=0, both=0
    ),
    "the holder's own address is gone for 0.3 s": _plan(Fault(17, "own_address_gone", host="lb1", seconds=0.3), gap=1),
    "the holder's own address is gone for 2 s": _plan(Fault(17, "own_address_gone", host="lb1", seconds=2), gap=2.5),
    "the holder's own address is gone for 10 s": _plan(Fault(17, "own_address_gone", host="lb1", seconds=10), gap=2.5),
    "the holder's own address is gone for 10 s while keepers and Heartbeats use another link": _plan(
        Fault(17, "own_address_gone", host="lb1", seconds=10, has_second_link=True), gap=2
    ),
    # The keepers went on to hear each other, and this host asked its Heartbeat in vain to hand over.
    "the holder's own address is gone for 10 s while the keepers alone use another link": _plan(
        Fault(17, "own_address_gone", host="lb1", seconds=10, has_second_link=True),
        Fault(17, "blocked", source="lb2", target="lb1", packets=BEAT, seconds=10),
        gap=2.5,
    ),
    # The survivor took itself for the one that is cut off, and did not serve.
    "the holder and the gateway die together": _plan(Fault(17, "hypervisor_dies", host="lb1", seconds=40), serves_from=32),
    "the standby and the gateway die together": _plan(Fault(17, "hypervisor_dies", host="lb2", seconds=40), serves_from=32),
    "the holder alone loses the gateway for 10 s": _plan(Fault(17, "gateway_lost", host="lb1", seconds=10), gap=0, both=0),
    "the gateway is down for 10 s": _plan(Fault(17, "gateway_down", seconds=10), gap=0, both=0),
    # 3 s without a holder in 1 of 12 seeds: asked every 5 s, Heartbeat was unsettled, and then in the middle of this hand-over: the standby
    # restarted its own, which had long settled.
    "HAProxy cannot start on the holder for 10 s": _plan(Fault(17, "haproxy_down", host="lb1", seconds=10), gap=3, both=0),
    "HAProxy hangs on the holder for 10 s": _plan(Fault(17, "haproxy_hangs", host="lb1", seconds=10), gap=3, both=0),
    # 12 s and more without a holder: the preferred one took the address in its first second, when it still counted as healthy.
    "both boot and HAProxy of the preferred one cannot start": _plan(
        Fault(16.9, "haproxy_down", host="lb1", seconds=30), Fault(17, "both_lose_power", seconds=1, apart=0), gap=6, both=0
    ),
    "HAProxy stops on both hosts": _plan(
        Fault(17, "haproxy_down", host="lb1", seconds=10), Fault(17.1, "haproxy_down", host="lb2", seconds=8), gap=3, both=0
    ),
    # The standby, which Heartbeat gave the address by mistake, handed it back, and then asked for what it never had, every 2 s, for good.
    "HAProxy hangs on the standby while its Heartbeat takes the holder for dead": _plan(
        Fault(17, "heartbeat_hangs", host="lb1", seconds=1.7),
        Fault(17.8, "haproxy_hangs", host="lb2", seconds=13),
        Fault(28, "freeze", host="lb2", seconds=1.2),
        Fault(32.6, "beats_blocked", seconds=4.8),
    ),
    # The holder's Heartbeat waited for a hand-over that the other one had forgotten. The keeper there restarted that one every 20 s, and each
    # restart made the holder's keeper count anew.
    "the holder's Heartbeat hangs while the other host, which has lost the gateway, hands over": _plan(
        Fault(17, "gateway_lost", host="lb2", seconds=5.9),
        Fault(21.5, "heartbeat_hangs", host="lb1", seconds=2.8),
        preferred=("lb1", "lb2"),
        settles=60,
    ),
    # Held by nobody for good: Heartbeat, restarted to wait for its peer, found in place what the keeper had taken in its name, and did not
    # say start. Once the keeper had withdrawn its wish nobody wanted the address, and it lingered on the other host.
    "a holder whose Heartbeat has waited for its peer drops the address for a moment": _plan(
        Fault(17, "heartbeat_killed", host="lb1"),
        Fault(22, "beats_blocked", seconds=1.3),
        Fault(25, "beats_blocked", seconds=19),
        Fault(31, "takeover", host="lb1"),
        Fault(49, "gateway_lost", host="lb1", seconds=2.4),
        Fault(50.9, "blocked", source="lb2", target="lb1", packets=KEEPER, seconds=11),
    ),
    # 1.3 s without an answer: nobody knew of it before it had happened.
    "HAProxy is restarted on the holder": _plan(Fault(17, "haproxy_restarted", host="lb1", seconds=0.3), gap=0, both=0, is_planned=True),
    "HAProxy is restarted on the standby": _plan(Fault(17, "haproxy_restarted", host="lb2", seconds=0.3), gap=0, both=0, is_planned=True),
    "HAProxy is restarted on both hosts at once": _plan(
        Fault(17, "both_haproxies_restarted", first="lb1", apart=0, seconds=0.3), gap=0, both=0, is_planned=True
    ),
    "HAProxy is restarted on both hosts at once, and both hold": _plan(
        Fault(17, "both_haproxies_restarted", first="lb1", apart=0.2, seconds=0.3), gap=0, both=0, is_planned=True, preferred=("lb1", "lb2")
    ),
    "Heartbeat is reloaded on the holder": _plan(Fault(17, "heartbeat_reloaded", host="lb1"), is_planned=True),
    "Heartbeat is reloaded on the standby": _plan(Fault(17, "heartbeat_reloaded", host="lb2"), is_planned=True),
    "other timings, the standby first": _plan(Fault(17, "reconfigured", first="lb2", deadtime=2.0, apart=5), is_planned=True),
    "a newer keeper, the standby first": _plan(Fault(17, "upgraded", first="lb2", version="newer", apart=3), is_planned=True),
    "the holder is shut down between the two halves of an upgrade": _plan(
        Fault(17, "upgraded", first="lb2", version="older", apart=60), Fault(19, "shutdown", host="lb1", seconds=9), is_planned=True
    ),
    "the keeper is killed on the holder": _plan(Fault(17, "keeper_killed", host="lb1"), is_planned=True),
    "the keeper hangs on the holder until its watchdog ends it": _plan(Fault(17, "keeper_hangs", host="lb1", seconds=20), gap=0, both=0),
    "Heartbeat is killed on the holder": _plan(Fault(17, "heartbeat_killed", host="lb1"), gap=0, both=0),
    "Heartbeat is killed on the standby": _plan(Fault(17, "heartbeat_killed", host="lb2"), gap=0, both=0),
    "an operator forces the address to the standby for 10 s": _plan(Fault(17, "forced", host="lb2", seconds=10), gap=0, both=1),
    "an operator forces the address to the standby, and then to the holder": _plan(
        Fault(17, "forced", host="lb2", seconds=12), Fault(22, "forced", host="lb1", seconds=4), gap=0, both=1
    ),
    "an operator forces the address to a host that is cut off": _plan(
        Fault(17, "hypervisor_dies", host="lb1", seconds=30), Fault(20, "forced", host="lb2", seconds=20), serves_from=21
    ),
    "somebody deletes the address on the holder": _plan(Fault(17, "address_deleted", host="lb1"), gap=1, both=0),
    "old packets of both keepers come again": _plan(Fault(17, "replay", count=20), Fault(18, "replay", count=20), is_planned=True),
    "old packets of a dead holder come again": _dead_holder(
        9,
        # Of when it had just acquired the address: the younger holder is the one that keeps it.
        Fault(19.5, "replay", count=40, until=6),
        Fault(21, "replay", count=40, until=6),
    ),
    # The survivor took a recording for the holder, as soon as that had been silent for 10 s, and released the address.
    "old packets of a dead holder come again and again": _dead_holder(
        40,
        Fault(17.2, "replay", count=150, until=16.9, apart=0.2),
    ),
    # A keeper that has just started knows of no packet that is newer.
    "old packets of a dead holder come again and again while the keeper of the other host is started anew": _dead_holder(
        30,
        Fault(17.2, "replay", count=100, until=16.9, apart=0.2),
        Fault(22, "keeper_killed", host="lb2"),
    ),
    # A packet that never arrived is newer than any that did, however late it comes.
    "packets of a dead holder that were held back come at last": _dead_holder(
        30,
        Fault(13, "blocked", source="lb1", target="lb2", packets=KEEPER, seconds=4),
        Fault(17.05, "replay", count=100, since=13, until=17, apart=0.1),
    ),
    # Heartbeat declares the peer dead up to 0.5 s after deadtime.
    "forged heartbeats of a dead holder": _plan(
        Fault(17, "power_loss", host="lb1", seconds=30), Fault(17.1, "forged_beats", host="lb1", seconds=20), gap=3, both=0, serves_from=20
    ),
    "the holder's clock goes back by an hour and its keeper is started anew": _plan(
        Fault(17, "clock_jumps", host="lb1", by=-3600), Fault(18, "keeper_killed", host="lb1"), gap=0, both=0
    ),
    "the preferred host loses power again while it boots": _plan(
        Fault(17, "power_loss", host="lb1", seconds=6), Fault(25.2, "power_loss", host="lb1", seconds=2), gap=2.5, both=0
    ),
}

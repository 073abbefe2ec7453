/** Hand-overs by hand, and processes that stop, freeze and die. */

import { until } from "../../support/wait";
import { virtualIp } from "../pulumi";
import { untilSettled } from "../rest";
import { handOver, takeBack, untilHeldBy, untilStandbyIsDead } from "./actions";
import type { Event, Place } from "./event";

const agent = `/etc/ha.d/resource.d/VirtualIp ${virtualIp}`;

/** By Heartbeat's pid file: after a restart of itself its process is not the one that systemd started. */
const killHeartbeat = "kill -KILL $(cat /run/heartbeat.pid)";

async function freezeFirst(place: Place): Promise<void> {
    place.lb1.freeze();
    await untilHeldBy(place, "lb1 and lb2");
    await untilSettled(place.lb2);
}

export const processes: Event[] = [
    {
        name: "hb_standby on the holder",
        expected: "handed over, no request lost",
        oursOnly: true,
        tier: "quick",
        holds: { after: "lb2", failed: 0, several: 0 },
        action: handOver,
        after: takeBack,
    },
    {
        name: "an operator makes the standby host hold the virtual IP (VirtualIp hold)",
        expected: "the standby host holds it, no request lost",
        oursOnly: true,
        holds: { after: "lb2", failed: 0, several: 1 },
        endsApart: true,
        action: ({ lb2 }) => lb2.run(`${agent} hold`),
        after: ({ lb2 }) => lb2.run(`${agent} release`),
    },
    {
        name: "hb_takeover on the preferred host",
        expected: "handed back, no request lost",
        oursOnly: true,
        holds: { before: "lb2", after: "lb1", failed: 0, several: 0 },
        before: async (place) => {
            await handOver(place);
            await untilSettled(place.lb1);
            await untilSettled(place.lb2);
        },
        action: takeBack,
    },
    {
        name: "Heartbeat is stopped and started on the holder",
        expected: "handed over and back, no request lost",
        oursOnly: true,
        holds: { after: "lb1", failed: 0, several: 0 },
        action: async (place) => {
            await place.lb1.run("systemctl stop heartbeat");
            await untilHeldBy(place, "lb2");
            await place.lb1.run("systemctl start heartbeat");
        },
    },
    {
        name: "holder freezes",
        expected: "the other host takes the virtual IP",
        holds: { after: "lb1 and lb2", leastGap: 0.3, gap: 4 },
        endsApart: true,
        action: async ({ lb1 }) => lb1.freeze(),
        after: async ({ lb1 }) => lb1.thaw(),
    },
    {
        name: "frozen holder thaws",
        expected: "one holder within 2 s, no request lost",
        tier: "quick",
        within: 120,
        holds: { before: "lb1 and lb2", after: "lb1", failed: 0, several: 2 },
        before: freezeFirst,
        action: async ({ lb1 }) => lb1.thaw(),
    },
    {
        name: "frozen standby host thaws",
        expected: "no request lost",
        within: 120,
        holds: { after: "lb1", failed: 0 },
        before: async (place) => {
            place.lb2.freeze();
            await untilStandbyIsDead(place);
            await untilSettled(place.lb1);
        },
        action: async ({ lb2 }) => lb2.thaw(),
    },
    {
        name: "somebody deletes the virtual IP on the holder",
        expected: "taken again within a second",
        oursOnly: true,
        holds: { after: "lb1", gap: 1, several: 0, moves: 0 },
        action: ({ lb1 }) => lb1.run(`ip address delete ${virtualIp}/32 dev eth0`),
    },
    {
        name: "the keeper is killed on the holder",
        expected: "nothing moves",
        oursOnly: true,
        tier: "quick",
        holds: { after: "lb1", failed: 0, several: 0, moves: 0 },
        action: ({ lb1 }) => lb1.run("systemctl kill -s KILL ha-load-balancer-pair"),
    },
    {
        // Until systemd's watchdog (5 s) has ended it, and it has been started again.
        name: "the keeper hangs on the holder (SIGSTOP)",
        expected: "nothing moves",
        oursOnly: true,
        holds: { after: "lb1", failed: 0, several: 0, moves: 0 },
        action: async ({ lb1 }) => {
            const pid = () => lb1.run("systemctl show -p MainPID --value ha-load-balancer-pair");
            const hung = await pid();
            await lb1.run("systemctl kill -s STOP ha-load-balancer-pair");
            await until("the keeper runs again", 30_000, async () => !["0", hung].includes(await pid()));
        },
    },
    {
        name: "Heartbeat is killed on the holder",
        expected: "one holder throughout, no request lost",
        oursOnly: true,
        tier: "quick",
        within: 120,
        holds: { after: "lb1", failed: 0, several: 0 },
        action: ({ lb1 }) => lb1.run(killHeartbeat),
    },
    {
        name: "Heartbeat is killed on the standby host",
        expected: "nothing moves",
        oursOnly: true,
        within: 120,
        holds: { after: "lb1", failed: 0, several: 0, moves: 0 },
        action: ({ lb2 }) => lb2.run(killHeartbeat),
    },
];

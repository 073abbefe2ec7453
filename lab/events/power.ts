/** Power, shutdown and boot. */

import { sleep, until } from "../../support/wait";
import type { Host } from "../host";
import { untilSettled } from "../rest";
import {
    bootFirst,
    bothBoot,
    bothLosePower,
    losePower,
    losePowerAndMove,
    onBoth,
    untilHeldBy,
    untilStandbyIsDead,
} from "./actions";
import type { Event } from "./event";

/** An orderly end, to the last of its processes. A lab's host does not boot again by itself. */
async function shutDown(host: Host, how: "poweroff" | "reboot"): Promise<void> {
    await host.attempt(`systemctl ${how}`);
    await until(`${host.name} is off`, 60_000, async () => !host.isOn());
    await host.powerOff();
}

async function reboot(host: Host): Promise<void> {
    await shutDown(host, "reboot");
    await host.boot();
}

async function rebootAs(host: Host, nodeName: string): Promise<void> {
    await host.run(`echo ${nodeName} >/etc/hostname`);
    await reboot(host);
}

export const power: Event[] = [
    {
        name: "holder loses power",
        expected: "the other host takes the virtual IP",
        tier: "quick",
        holds: { after: "lb2", leastGap: 0.3, gap: 4, several: 0 },
        endsApart: true,
        action: losePower,
        after: bootFirst,
    },
    {
        name: "the preferred host returns after a power loss",
        expected: "the virtual IP goes back, no request lost",
        tier: "quick",
        holds: { before: "lb2", after: "lb1", failed: 0, several: 0 },
        before: losePowerAndMove,
        action: bootFirst,
    },
    {
        name: "standby host loses power and returns",
        expected: "nothing moves",
        holds: { after: "lb1", failed: 0, several: 0, moves: 0 },
        action: async (place) => {
            await place.lb2.powerOff();
            await untilStandbyIsDead(place);
            await untilSettled(place.lb1);
            await place.lb2.boot();
        },
    },
    {
        name: "holder reboots",
        expected: "handed over and back, no request lost",
        tier: "quick",
        holds: { after: "lb1", failed: 0, several: 0 },
        action: ({ lb1 }) => reboot(lb1),
    },
    {
        name: "holder boots with another node name",
        expected: "the other host holds the virtual IP, no request lost",
        oursOnly: true,
        holds: { after: "lb2", failed: 0, several: 0 },
        endsApart: true,
        action: ({ lb1 }) => rebootAs(lb1, "renamed.example.com"),
        after: ({ lb1 }) => rebootAs(lb1, lb1.plan.fqdn),
    },
    {
        name: "holder is shut down",
        expected: "handed over, no request lost",
        holds: { after: "lb2", failed: 0, several: 0 },
        endsApart: true,
        action: ({ lb1 }) => shutDown(lb1, "poweroff"),
        after: bootFirst,
    },
    {
        name: "holder loses power, and no keeper runs",
        expected: "the other host takes the virtual IP",
        oursOnly: true,
        holds: { after: "lb2", leastGap: 0.3, gap: 5, several: 0 },
        endsApart: true,
        before: async (place) => {
            await onBoth(place, "systemctl stop ha-load-balancer-pair");
        },
        action: losePower,
        after: async ({ lb1, lb2 }) => {
            await lb2.run("systemctl start ha-load-balancer-pair");
            await lb1.boot();
        },
    },
    {
        // Without the keepers it is Heartbeat's fixed 10 s, and the boot.
        name: "both hosts boot at once",
        expected: "the virtual IP answers within 8 s",
        tier: "quick",
        holds: { before: "none", after: "lb1", gap: 8, several: 0 },
        before: bothLosePower,
        action: bothBoot,
    },
    {
        name: "one host boots alone",
        expected: "takes the virtual IP after initdead (10 s)",
        holds: { before: "none", after: "lb2", leastGap: 9, gap: 16, several: 0 },
        endsApart: true,
        before: bothLosePower,
        action: ({ lb2 }) => lb2.boot(),
        after: bootFirst,
    },
    {
        name: "the preferred host boots later than the other",
        expected: "the virtual IP goes to it, no request lost",
        holds: { before: "lb2", after: "lb1", failed: 0, several: 0 },
        before: async (place) => {
            await bothLosePower(place);
            await place.lb2.boot();
            await untilHeldBy(place, "lb2");
        },
        action: bootFirst,
    },
    {
        name: "holder loses power while sshd is dead on both hosts",
        expected: "the other host takes the virtual IP",
        oursOnly: true,
        holds: { after: "lb2", leastGap: 0.3, gap: 4, several: 0 },
        endsApart: true,
        before: async (place) => {
            const stop = "systemd-run --quiet --on-active=10 systemctl start ssh; systemctl stop ssh";
            await onBoth(place, stop);
        },
        action: losePower,
        after: async ({ lb1, lb2 }) => {
            await lb1.powerOn();
            await Promise.all([lb1.booted(), lb2.booted()]);
        },
    },
    {
        // Heartbeat waits 10 s for an answer to what it had asked of the host when that lost power.
        name: "the preferred host loses power again while it boots",
        expected: "stays with the other host, then goes back, no request lost",
        holds: { before: "lb2", after: "lb1", failed: 0, several: 0 },
        before: losePowerAndMove,
        action: async ({ lb1 }) => {
            await lb1.powerOn();
            // It has announced itself by then, and has not got the virtual IP yet.
            await sleep(1200);
            await lb1.powerOff();
            await sleep(2000);
            await lb1.boot();
        },
    },
];

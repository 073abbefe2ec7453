/** Power, shutdown and boot. */
import type { Host } from "../../../lab/host";
import { sleep, until } from "../../../toolchain/shell";
import type { Event, Place } from "../harness";
import { bootFirst, bothLosePower, losePower, onBoth } from "./actions";

/** An orderly end, to the last of its processes. A lab's host does not boot again by itself. */
async function shutDown(host: Host, how: "poweroff" | "reboot"): Promise<void> {
    await host.attempt(`systemctl ${how}`);
    await until(`${host.name} is off`, 60_000, async () => !host.isOn());
    await host.powerOff();
}

async function bootFirstAndWait(place: Place): Promise<void> {
    await bootFirst(place);
    await sleep(15_000);
}

export const power: Event[] = [
    {
        name: "holder loses power",
        expected: "the other host takes the virtual IP",
        holds: { after: "lb2", several: 0 },
        action: losePower,
        after: bootFirst,
    },
    {
        name: "the preferred host returns after a power loss",
        expected: "the virtual IP goes back, no request lost",
        holds: { before: "lb2", after: "lb1", failed: 0, several: 0 },
        before: losePower,
        action: bootFirstAndWait,
    },
    {
        name: "standby host loses power and returns",
        expected: "nothing moves",
        holds: { after: "lb1", failed: 0, several: 0, moves: 0 },
        action: async ({ lb2 }) => {
            await lb2.powerOff();
            await sleep(4000);
            await lb2.boot();
            await sleep(8000);
        },
    },
    {
        name: "holder reboots",
        expected: "handed over and back, no request lost",
        holds: { after: "lb1", failed: 0, several: 0 },
        action: async ({ lb1 }) => {
            await shutDown(lb1, "reboot");
            await lb1.boot();
            await sleep(12_000);
        },
    },
    {
        name: "holder is shut down",
        expected: "handed over, no request lost",
        holds: { after: "lb2", failed: 0, several: 0 },
        action: async ({ lb1 }) => {
            await shutDown(lb1, "poweroff");
            await sleep(4000);
        },
        after: bootFirst,
    },
    {
        name: "holder loses power, and no keeper runs",
        expected: "the other host takes the virtual IP",
        oursOnly: true,
        holds: { after: "lb2", several: 0 },
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
        name: "both hosts boot at once",
        expected: "the virtual IP answers within 4 s",
        holds: { before: "none", after: "lb1", several: 0 },
        before: bothLosePower,
        action: async ({ lb1, lb2 }) => {
            await Promise.all([lb1.boot(), lb2.boot()]);
            await sleep(15_000);
        },
    },
    {
        name: "one host boots alone",
        expected: "takes the virtual IP after initdead (10 s)",
        holds: { before: "none", after: "lb2", several: 0 },
        before: bothLosePower,
        action: async ({ lb2 }) => {
            await lb2.boot();
            await sleep(15_000);
        },
        after: bootFirst,
    },
    {
        name: "the preferred host boots later than the other",
        expected: "the virtual IP goes to it, no request lost",
        holds: { before: "lb2", after: "lb1", failed: 0, several: 0 },
        before: async ({ lb1, lb2 }) => {
            await Promise.all([lb1.powerOff(), lb2.powerOff()]);
            await lb2.boot();
            await sleep(15_000);
        },
        action: bootFirstAndWait,
    },
    {
        name: "holder loses power while sshd is dead on both hosts",
        expected: "the other host takes the virtual IP",
        oursOnly: true,
        holds: { after: "lb2", several: 0 },
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
        name: "the preferred host loses power again while it boots",
        expected: "stays with the other host, then goes back, no request lost",
        holds: { before: "lb2", after: "lb1", failed: 0, several: 0 },
        before: losePower,
        action: async ({ lb1 }) => {
            await lb1.powerOn();
            await sleep(1200);
            await lb1.powerOff();
            await sleep(2000);
            await lb1.boot();
            // Heartbeat waits 10 s for an answer to what it had asked of the host when that lost power.
            await sleep(20_000);
        },
    },
];

/** HAProxy dead, hung or misconfigured. */
import type { ChildProcess } from "node:child_process";
import { sleep } from "../../support/wait";
import type { Lab } from "../lab";
import { virtualIp } from "../pulumi";
import { bothBoot, bothLosePower, onBoth, untilHeldBy, untilUnfit } from "./actions";
import type { Event, Place } from "./event";

const stopHaproxy = ({ lb1 }: Place) => lb1.run("systemctl stop haproxy");

const restoreConfiguration = ({ lb1 }: Place) =>
    lb1.run("mv /root/haproxy.cfg /etc/haproxy/; systemctl restart haproxy");

async function stopHaproxyAndMove(place: Place): Promise<void> {
    await stopHaproxy(place);
    await untilHeldBy(place, "lb2");
}

/** Both are unfit: nothing may come of it, also when the keepers have known it for a while. */
async function untilBothAreUnfit({ lb1, lb2 }: Place): Promise<void> {
    await untilUnfit(lb1);
    await untilUnfit(lb2);
    await sleep(3000);
}

/** Clients that keep connections open, by the lab that they are in. */
const hoarders = new Map<Lab, ChildProcess>();

export const haproxy: Event[] = [
    {
        name: "HAProxy's master is killed on the holder",
        expected: "heals in place within 3 s",
        holds: { after: "lb1", gap: 3, several: 0, moves: 0 },
        action: ({ lb1 }) => lb1.run("systemctl kill -s KILL --kill-whom=main haproxy"),
    },
    {
        name: "HAProxy is stopped on the holder",
        expected: "handed over, no request lost",
        tier: "quick",
        holds: { after: "lb2", failed: 0, several: 0 },
        action: stopHaproxy,
        after: async ({ lb1 }) => lb1.run("systemctl start haproxy"),
    },
    {
        name: "HAProxy on the holder works again",
        expected: "handed back, no request lost",
        oursOnly: true,
        tier: "quick",
        holds: { before: "lb2", after: "lb1", failed: 0, several: 0 },
        before: stopHaproxyAndMove,
        action: ({ lb1 }) => lb1.run("systemctl start haproxy"),
    },
    {
        name: "both hosts boot at once, and HAProxy of the preferred one can't start",
        expected: "the other host serves within 12 s",
        oursOnly: true,
        holds: { before: "none", after: "lb2", gap: 12, several: 0 },
        before: async (place) => {
            await place.lb1.run("mv /etc/haproxy/haproxy.cfg /root/");
            await bothLosePower(place);
        },
        action: bothBoot,
        after: restoreConfiguration,
    },
    {
        name: "HAProxy's worker hangs on the holder (SIGSTOP)",
        expected: "handed over within 6 s",
        holds: { after: "lb2", leastGap: 0.1, gap: 6, several: 0 },
        action: async ({ lb1 }) => {
            await lb1.run("pkill -STOP -P $(cat /run/haproxy.pid)");
        },
        after: async ({ lb1 }) => lb1.run("pkill -CONT -P $(cat /run/haproxy.pid)"),
    },
    {
        name: "HAProxy's master hangs on the holder (SIGSTOP)",
        expected: "handed over, no request lost",
        oursOnly: true,
        holds: { after: "lb2", failed: 0, several: 0 },
        action: async ({ lb1 }) => {
            await lb1.run("kill -STOP $(cat /run/haproxy.pid)");
        },
        after: async ({ lb1 }) => lb1.run("kill -CONT $(cat /run/haproxy.pid)"),
    },
    {
        name: "HAProxy is killed again and again on the holder",
        expected: "handed over within 12 s",
        holds: { after: "lb2", leastGap: 0.1, gap: 12, several: 0 },
        action: ({ lb1 }) =>
            lb1.run(
                "systemd-run --quiet --collect --unit killer sh -c 'while :; do systemctl kill -s KILL haproxy; sleep 0.4; done'",
            ),
        after: ({ lb1 }) => lb1.run("systemctl stop killer"),
    },
    {
        name: "HAProxy crashes on the holder and its configuration is gone",
        expected: "handed over within 6 s",
        holds: { after: "lb2", leastGap: 0.1, gap: 6, several: 0 },
        action: async ({ lb1 }) => {
            await lb1.run("mv /etc/haproxy/haproxy.cfg /root/; systemctl kill -s KILL haproxy");
        },
        after: restoreConfiguration,
    },
    {
        name: "HAProxy on the holder is out of file descriptors",
        expected: "handed over within 6 s",
        holds: { after: "lb2", leastGap: 0.1, gap: 6, several: 0 },
        before: async (place) => {
            await place.lb1.run(
                "mkdir -p /run/systemd/system/haproxy.service.d; printf '[Service]\\nLimitNOFILE=256\\n' >/run/systemd/system/haproxy.service.d/few.conf; " +
                    "systemctl daemon-reload; systemctl restart haproxy",
            );
            // It has handed the virtual IP over, and gets it back; nothing is doubtful any more after that.
            await sleep(7000);
            await untilHeldBy(place, "lb1");
        },
        action: async (place) => {
            const hoard = `for i in $(seq 300); do exec {fd}<>/dev/tcp/${virtualIp}/80; done; sleep 60`;
            const command = ["timeout", "60", "bash", "-c", hoard];
            // Its connections stay open until `after`: a HAProxy that is well again gets its virtual IP back.
            place.lab.attempt(command, { onSpawn: (child) => hoarders.set(place.lab, child) }).catch(() => {});
        },
        after: async ({ lab, lb1 }) => {
            hoarders.get(lab)?.kill();
            await lb1.run(
                "rm /run/systemd/system/haproxy.service.d/few.conf; systemctl daemon-reload; systemctl restart haproxy",
            );
        },
    },
    {
        name: "HAProxy restarts on the holder and can't bind",
        expected: "handed over, no request lost",
        holds: { after: "lb2", failed: 0, several: 0 },
        action: async ({ lb1 }) => {
            await lb1.run(
                "systemctl stop haproxy; " +
                    `systemd-run --quiet --collect --unit taker python3 -c 'import socket, time; s = socket.create_server(("${virtualIp}", 80)); time.sleep(60)'; ` +
                    `until ss -Hltn src ${virtualIp}:80 | grep -q .; do sleep 0.05; done; systemctl start haproxy --no-block`,
            );
        },
        after: async ({ lb1 }) => lb1.run("systemctl stop taker; systemctl restart haproxy"),
    },
    {
        name: "HAProxy is stopped on both hosts at once",
        expected: "stays where it is",
        oursOnly: true,
        tier: "quick",
        holds: { after: "lb1", several: 0, moves: 0, isDown: true },
        action: async (place) => {
            // At the same moment: where one ends first, the other host is well, and takes over.
            const moment = Math.floor(Date.now() / 1000) + 3;
            await onBoth(place, `until [ "$(date +%s)" -ge ${moment} ]; do sleep 0.01; done; systemctl stop haproxy`);
            await untilBothAreUnfit(place);
        },
        after: (place) => onBoth(place, "systemctl start haproxy"),
    },
    {
        name: "HAProxy is stopped on the holder while the other's is too",
        expected: "stays where it is",
        oursOnly: true,
        holds: { after: "lb1", several: 0, moves: 0, isDown: true },
        before: async ({ lb2 }) => {
            await lb2.run("systemctl stop haproxy");
            await untilUnfit(lb2);
        },
        action: async (place) => {
            await stopHaproxy(place);
            await untilBothAreUnfit(place);
        },
        after: (place) => onBoth(place, "systemctl start haproxy"),
    },
];

/** HAProxy dead, hung or misconfigured. */
import { virtualIp } from "../../../lab/pulumi";
import { sleep } from "../../../toolchain/shell";
import type { Event, Place } from "../harness";
import { onBoth } from "./actions";

async function stopHaproxy({ lb1 }: Place): Promise<void> {
    await lb1.run("systemctl stop haproxy");
    await sleep(6000);
}

export const haproxy: Event[] = [
    {
        name: "HAProxy's master is killed on the holder",
        expected: "heals in place",
        holds: { after: "lb1", several: 0, moves: 0 },
        action: async ({ lb1 }) => {
            await lb1.run("systemctl kill -s KILL --kill-whom=main haproxy");
            await sleep(5000);
        },
    },
    {
        name: "HAProxy is stopped on the holder",
        expected: "handed over",
        holds: { after: "lb2", several: 0 },
        action: stopHaproxy,
        after: async ({ lb1 }) => lb1.run("systemctl start haproxy"),
    },
    {
        name: "HAProxy on the holder works again",
        expected: "handed back, no request lost",
        oursOnly: true,
        holds: { before: "lb2", after: "lb1", failed: 0, several: 0 },
        before: stopHaproxy,
        action: async ({ lb1 }) => {
            await lb1.run("systemctl start haproxy");
            await sleep(15_000);
        },
    },
    {
        name: "both hosts boot at once, and HAProxy of the preferred one can't start",
        expected: "the other host takes the virtual IP",
        oursOnly: true,
        holds: { before: "none", after: "lb2", several: 0 },
        before: async ({ lb1, lb2 }) => {
            await lb1.run("mv /etc/haproxy/haproxy.cfg /root/");
            await Promise.all([lb1.powerOff(), lb2.powerOff()]);
        },
        action: async ({ lb1, lb2 }) => {
            await Promise.all([lb1.boot(), lb2.boot()]);
            await sleep(20_000);
        },
        after: async ({ lb1 }) => lb1.run("mv /root/haproxy.cfg /etc/haproxy/; systemctl restart haproxy"),
    },
    {
        name: "HAProxy's worker hangs on the holder (SIGSTOP)",
        expected: "handed over",
        holds: { after: "lb2", several: 0 },
        action: async ({ lb1 }) => {
            await lb1.run("pkill -STOP -P $(cat /run/haproxy.pid)");
            await sleep(6000);
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
            await sleep(6000);
        },
        after: async ({ lb1 }) => lb1.run("kill -CONT $(cat /run/haproxy.pid)"),
    },
    {
        name: "HAProxy is killed again and again on the holder",
        expected: "handed over",
        holds: { after: "lb2", several: 0 },
        action: async ({ lb1 }) => {
            await lb1.run("for i in $(seq 15); do systemctl kill -s KILL haproxy; sleep 0.4; done");
            await sleep(4000);
        },
    },
    {
        name: "HAProxy crashes on the holder and its configuration is gone",
        expected: "handed over",
        holds: { after: "lb2", several: 0 },
        action: async ({ lb1 }) => {
            await lb1.run("mv /etc/haproxy/haproxy.cfg /root/; systemctl kill -s KILL haproxy");
            await sleep(6000);
        },
        after: async ({ lb1 }) => lb1.run("mv /root/haproxy.cfg /etc/haproxy/; systemctl restart haproxy"),
    },
    {
        name: "HAProxy on the holder is out of file descriptors",
        expected: "handed over",
        holds: { after: "lb2", several: 0 },
        before: async ({ lb1 }) => {
            await lb1.run(
                "mkdir -p /run/systemd/system/haproxy.service.d; printf '[Service]\\nLimitNOFILE=256\\n' >/run/systemd/system/haproxy.service.d/few.conf; " +
                    "systemctl daemon-reload; systemctl restart haproxy",
            );
            await sleep(7000);
        },
        action: async ({ lab }) => {
            const hoard = `for i in $(seq 300); do exec {fd}<>/dev/tcp/${virtualIp}/80; done; sleep 6`;
            await lab.attempt(["timeout", "10", "bash", "-c", hoard]);
        },
        after: async ({ lb1 }) =>
            lb1.run(
                "rm /run/systemd/system/haproxy.service.d/few.conf; systemctl daemon-reload; systemctl restart haproxy",
            ),
    },
    {
        name: "HAProxy restarts on the holder and can't bind",
        expected: "handed over",
        holds: { after: "lb2", several: 0 },
        action: async ({ lb1 }) => {
            await lb1.run(
                "systemctl stop haproxy; " +
                    `systemd-run --quiet --collect --unit taker python3 -c 'import socket, time; s = socket.create_server(("${virtualIp}", 80)); time.sleep(60)'; ` +
                    `until ss -Hltn src ${virtualIp}:80 | grep -q .; do sleep 0.05; done; systemctl start haproxy --no-block`,
            );
            await sleep(6000);
        },
        after: async ({ lb1 }) => lb1.run("systemctl stop taker; systemctl restart haproxy"),
    },
    {
        name: "HAProxy is stopped on both hosts at once",
        expected: "stays where it is",
        oursOnly: true,
        holds: { after: "lb1", several: 0, moves: 0, isDown: true },
        action: async (place) => {
            // At the same moment: where one ends first, the other host is well, and takes over.
            const moment = Math.floor(Date.now() / 1000) + 3;
            await onBoth(place, `until [ "$(date +%s)" -ge ${moment} ]; do sleep 0.01; done; systemctl stop haproxy`);
            await sleep(10_000);
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
            await sleep(3000);
        },
        action: stopHaproxy,
        after: (place) => onBoth(place, "systemctl start haproxy"),
    },
];

/** Hand-overs by hand, and processes that stop, freeze and die. */
import { virtualIp } from "../../../lab/pulumi";
import { sleep } from "../../../toolchain/shell";
import type { Event, Place } from "../harness";

/** Asks Heartbeat on lb1 to hand over, as an operator does: again, where it was just busy with something else. */
async function standby({ lb1, lb2 }: Place): Promise<void> {
    for (let i = 0; i < 5; i++) {
        await lb1.run("/usr/share/heartbeat/hb_standby all");
        await sleep(3000);
        if ((await lb2.attempt(`ip -o address show permanent to ${virtualIp}`)).stdout !== "") {
            return;
        }
    }
}

/** By its own file: one that has restarted itself is another process than the one that systemd has started. */
const killHeartbeat = "kill -KILL $(cat /run/heartbeat.pid)";

const takeBack = async ({ lb1 }: Place) => {
    await lb1.run("/usr/share/heartbeat/hb_takeover local");
    await sleep(3000);
};

async function freezeFirst({ lb1 }: Place): Promise<void> {
    lb1.freeze();
    await sleep(5000);
}

export const processes: Event[] = [
    {
        name: "hb_standby on the holder",
        expected: "handed over, no request lost",
        oursOnly: true,
        holds: { after: "lb2", failed: 0, several: 0 },
        action: standby,
        after: takeBack,
    },
    {
        name: "hb_takeover on the preferred host",
        expected: "handed back, no request lost",
        oursOnly: true,
        holds: { before: "lb2", after: "lb1", failed: 0, several: 0 },
        before: standby,
        action: takeBack,
    },
    {
        name: "Heartbeat is stopped and started on the holder",
        expected: "handed over and back, no request lost",
        oursOnly: true,
        holds: { after: "lb1", failed: 0, several: 0 },
        action: async ({ lb1 }) => {
            await lb1.run("systemctl stop heartbeat");
            await sleep(3000);
            await lb1.run("systemctl start heartbeat");
            await sleep(8000);
        },
    },
    {
        name: "holder freezes",
        expected: "the other host takes the virtual IP",
        holds: { after: "lb1 and lb2" },
        action: freezeFirst,
        after: async ({ lb1 }) => lb1.thaw(),
    },
    {
        name: "frozen holder thaws",
        expected: "no request lost",
        holds: { before: "lb1 and lb2", after: "lb1", failed: 0 },
        before: freezeFirst,
        action: async ({ lb1 }) => {
            lb1.thaw();
            await sleep(25_000);
        },
    },
    {
        name: "frozen standby host thaws",
        expected: "no request lost",
        holds: { after: "lb1", failed: 0 },
        before: async ({ lb2 }) => {
            lb2.freeze();
            await sleep(5000);
        },
        action: async ({ lb2 }) => {
            lb2.thaw();
            await sleep(20_000);
        },
    },
    {
        name: "somebody deletes the virtual IP on the holder",
        expected: "taken again at once",
        oursOnly: true,
        holds: { after: "lb1", several: 0, moves: 0 },
        action: async ({ lb1 }) => {
            await lb1.run(`ip address delete ${virtualIp}/24 dev eth0`);
            await sleep(3000);
        },
    },
    {
        name: "the keeper is killed on the holder",
        expected: "nothing moves",
        oursOnly: true,
        holds: { after: "lb1", failed: 0, several: 0, moves: 0 },
        action: async ({ lb1 }) => {
            await lb1.run("systemctl kill -s KILL ha-load-balancer-pair");
            await sleep(6000);
        },
    },
    {
        name: "the keeper hangs on the holder (SIGSTOP)",
        expected: "nothing moves",
        oursOnly: true,
        holds: { after: "lb1", failed: 0, several: 0, moves: 0 },
        action: async ({ lb1 }) => {
            await lb1.run("systemctl kill -s STOP ha-load-balancer-pair");
            await sleep(12_000);
        },
    },
    {
        name: "Heartbeat is killed on the holder",
        expected: "one holder throughout, no request lost",
        oursOnly: true,
        holds: { after: "lb1", failed: 0, several: 0 },
        action: async ({ lb1 }) => {
            await lb1.run(killHeartbeat);
            await sleep(20_000);
        },
    },
    {
        name: "Heartbeat is killed on the standby host",
        expected: "nothing moves",
        oursOnly: true,
        holds: { after: "lb1", failed: 0, several: 0, moves: 0 },
        action: async ({ lb2 }) => {
            await lb2.run(killHeartbeat);
            await sleep(15_000);
        },
    },
];

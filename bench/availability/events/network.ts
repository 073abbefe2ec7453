/** Cables, firewalls and gateways. */
import type { Lab } from "../../../lab/lab";
import { virtualIp } from "../../../lab/pulumi";
import { sleep } from "../../../toolchain/shell";
import type { Event, Place } from "../harness";
import { losePower } from "./actions";

const heartbeatPort = "udp dport 694";

const blocked = { input: [heartbeatPort], output: [heartbeatPort] };

async function blockHeartbeats({ lb2 }: Place): Promise<void> {
    await lb2.drop(blocked);
    await sleep(10_000);
}

/** So short that the two may meet again in the middle of whatever they do about it. */
function blockedFor(seconds: number): Event {
    return {
        name: `Heartbeat's UDP blocked for ${seconds} s`,
        expected: "one holder throughout, no request lost",
        oursOnly: true,
        holds: { after: "lb1", failed: 0, several: 0 },
        action: async ({ lb2 }) => {
            await lb2.drop(blocked);
            await sleep(seconds * 1000);
            await lb2.pass();
            await sleep(20_000);
        },
    };
}

async function cutFirst({ lb1 }: Place): Promise<void> {
    await lb1.cut();
    await sleep(8000);
}

/** Whether the two load balancers are cut off from each other; both still reach everybody else. */
async function partition(lab: Lab, isCut: boolean): Promise<void> {
    for (const cable of ["lb1", "lb2"]) {
        await lab.run(["ip", "link", "set", "dev", cable, "type", "bridge_slave", "isolated", isCut ? "on" : "off"]);
    }
}

async function cutApart({ lab }: Place): Promise<void> {
    await partition(lab, true);
    await sleep(10_000);
}

export const network: Event[] = [
    {
        name: "Heartbeat's UDP blocked for 30 s",
        expected: "one holder throughout, no request lost",
        oursOnly: true,
        holds: { after: "lb1", failed: 0, several: 0, moves: 0 },
        action: async ({ lb2 }) => {
            await lb2.drop(blocked);
            await sleep(30_000);
        },
        after: async ({ lb2 }) => lb2.pass(),
    },
    blockedFor(2),
    blockedFor(5),
    {
        name: "Heartbeat's UDP blocked for 5 min",
        expected: "one holder throughout, no request lost",
        oursOnly: true,
        isLong: true,
        holds: { after: "lb1", failed: 0, several: 0 },
        action: async ({ lb2 }) => {
            await lb2.drop(blocked);
            await sleep(320_000);
            await lb2.pass();
            await sleep(25_000);
        },
    },
    {
        name: "Heartbeat's UDP heals",
        expected: "one holder throughout, no request lost",
        oursOnly: true,
        holds: { after: "lb1", failed: 0, several: 0 },
        before: blockHeartbeats,
        action: async ({ lb2 }) => {
            await lb2.pass();
            await sleep(25_000);
        },
    },
    {
        name: "holder loses power while Heartbeat's UDP is blocked",
        expected: "the other host takes the virtual IP",
        oursOnly: true,
        holds: { after: "lb2", several: 0 },
        before: blockHeartbeats,
        action: losePower,
        after: async ({ lb1, lb2 }) => {
            await lb2.pass();
            await lb1.boot();
        },
    },
    {
        name: "standby host is deaf to Heartbeat for 10 s",
        expected: "one holder throughout, no request lost",
        oursOnly: true,
        holds: { after: "lb1", failed: 0, several: 0 },
        action: async ({ lb2 }) => {
            await lb2.drop({ input: [heartbeatPort] });
            await sleep(10_000);
            await lb2.pass();
            await sleep(25_000);
        },
    },
    {
        name: "holder is deaf to Heartbeat for 10 s",
        expected: "one holder throughout, no request lost",
        oursOnly: true,
        holds: { after: "lb1", failed: 0, several: 0 },
        action: async ({ lb1 }) => {
            await lb1.drop({ input: [heartbeatPort] });
            await sleep(10_000);
            await lb1.pass();
            await sleep(25_000);
        },
    },
    {
        name: "holder's cable is cut",
        expected: "the other host takes the virtual IP",
        holds: { after: "lb2" },
        action: cutFirst,
        after: async ({ lb1 }) => lb1.mend(),
    },
    {
        name: "holder's cable is mended",
        expected: "no request lost",
        holds: { before: "lb2", after: "lb1", failed: 0 },
        before: cutFirst,
        action: async ({ lb1 }) => {
            await lb1.mend();
            await sleep(25_000);
        },
    },
    {
        name: "the hosts are cut off from each other, not from the clients",
        expected: "both may hold; the clients are served",
        holds: { after: "lb1 and lb2" },
        action: cutApart,
        after: async ({ lab }) => partition(lab, false),
    },
    {
        name: "that partition heals",
        expected: "one holder within 3 s",
        holds: { before: "lb1 and lb2", after: "lb1" },
        before: cutApart,
        action: async ({ lab }) => {
            await partition(lab, false);
            await sleep(25_000);
        },
    },
    {
        // Both Heartbeats restart then, and neither wants it.
        name: "new clients come after that partition",
        expected: "they are served",
        oursOnly: true,
        holds: { before: "none", after: "lb1", failed: 0, several: 0 },
        before: async (place) => {
            await cutApart(place);
            await partition(place.lab, false);
            await sleep(4000);
        },
        action: async ({ lab }) => {
            for (let i = 0; i < 5; i++) {
                await lab.run(["ip", "neigh", "flush", "to", virtualIp]);
                await sleep(4000);
            }
        },
    },
    {
        name: "the holder alone loses the gateway",
        expected: "handed over, no request lost",
        oursOnly: true,
        holds: { after: "lb2", failed: 0, several: 0 },
        action: async ({ lb1 }) => {
            await lb1.drop({ input: ["icmp type echo-reply"] });
            await sleep(8000);
        },
        after: async ({ lb1 }) => lb1.pass(),
    },
];

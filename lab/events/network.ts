/** Cables, firewalls and gateways. */

import { lasting, sleep, until } from "../../support/wait";
import type { Lab } from "../lab";
import { virtualIp } from "../pulumi";
import { untilRest } from "../rest";
import { handOver, losePower, onBoth, takeBack, untilHeldBy, untilStandbyIsDead } from "./actions";
import type { Event, Place } from "./event";

const heartbeatPort = "udp dport 694";

const blocked = { input: [heartbeatPort], output: [heartbeatPort] };

/** Blocks Heartbeat's UDP until each Heartbeat takes its peer for dead, and the keeper has restarted the one on lb2. */
async function blockHeartbeats(place: Place): Promise<void> {
    const before = await place.lb2.run("cat /run/heartbeat.pid");
    await place.lb2.drop(blocked);
    await untilStandbyIsDead(place);
    await until("the keeper on lb2 has restarted Heartbeat", 30_000, async () => {
        const now = (await place.lb2.attempt("cat /run/heartbeat.pid")).stdout.trim();
        return now !== "" && now !== before;
    });
}

/** Blocks Heartbeat's UDP for so short a time that the hosts may hear each other again in the middle of their reaction. */
function blockedFor(seconds: number, tier?: "quick" | "table"): Event {
    return {
        name: `Heartbeat's UDP blocked for ${seconds < 60 ? `${seconds} s` : `${seconds / 60} min`}`,
        expected: "one holder throughout, no request lost",
        oursOnly: true,
        tier,
        within: 120,
        holds: { after: "lb1", failed: 0, several: 0 },
        action: async ({ lb2 }) => {
            await lb2.drop(blocked);
            await sleep(seconds * 1000);
            await lb2.pass();
        },
    };
}

/** One host does not hear the other one's heartbeats for 10 s. */
function deaf(name: "standby host" | "holder"): Event {
    return {
        name: `${name} is deaf to Heartbeat for 10 s`,
        expected: "one holder throughout, no request lost",
        oursOnly: true,
        within: 120,
        holds: { after: "lb1", failed: 0, several: 0 },
        action: async ({ lb1, lb2 }) => {
            const host = name === "holder" ? lb1 : lb2;
            await host.drop({ input: [heartbeatPort] });
            await sleep(10_000);
            await host.pass();
        },
    };
}

/** `gap`: for how many seconds a client may get no answer. */
function ownAddressGone(seconds: number, gap: number): Event {
    return {
        name: `holder's own address is gone for ${seconds} s`,
        expected: `a client misses ${gap} s at most`,
        holds: { after: "lb1", gap, several: 1 },
        action: ({ lb1 }) => lb1.flush(seconds * 1000),
    };
}

async function cutFirst(place: Place): Promise<void> {
    await place.lb1.cut();
    await untilHeldBy(place, "lb2");
}

/** Whether the two load balancers are cut off from each other; both still reach everybody else. */
async function partition(lab: Lab, isCut: boolean): Promise<void> {
    for (const cable of ["lb1", "lb2"]) {
        await lab.run(["ip", "link", "set", "dev", cable, "type", "bridge_slave", "isolated", isCut ? "on" : "off"]);
    }
}

/** Cuts the two off from each other until both hold the virtual IP, and each Heartbeat takes its peer for dead. */
async function cutApart(place: Place): Promise<void> {
    await partition(place.lab, true);
    await untilHeldBy(place, "lb1 and lb2");
    await untilStandbyIsDead(place);
}

/**
 * Partitions the two, and heals that, until both Heartbeats restart because of it: neither wants the virtual IP then. Now and then only
 * one of them restarts.
 */
async function untilBothRestart(place: Place): Promise<void> {
    for (let attempt = 1; ; attempt++) {
        await cutApart(place);
        await partition(place.lab, false);
        try {
            await untilWantedByNone(place);
            return await untilHeldBy(place, "none", 1000);
        } catch (error) {
            if (attempt === 5) {
                throw error;
            }
            await untilRest(place.lab, "lb1");
        }
    }
}

/** Waits until neither Heartbeat has wanted the virtual IP for half a second: in a hand-over, neither wants it for a moment. */
async function untilWantedByNone(place: Place): Promise<void> {
    const isWantedByNone = async () => {
        const wishes = await onBoth(place, "ls /run/ha-load-balancer-pair/wanted");
        return wishes.every((wish) => wish === "");
    };
    await until("neither Heartbeat wants the virtual IP", 10_000, lasting(500, isWantedByNone));
}

export const network: Event[] = [
    {
        name: "Heartbeat's UDP blocked for 30 s",
        expected: "one holder throughout, no request lost",
        oursOnly: true,
        holds: { after: "lb1", failed: 0, several: 0, moves: 0 },
        endsApart: true,
        action: async ({ lb2 }) => {
            await lb2.drop(blocked);
            await sleep(30_000);
        },
        after: async ({ lb2 }) => lb2.pass(),
    },
    blockedFor(2),
    blockedFor(5, "quick"),
    blockedFor(300, "table"),
    {
        name: "Heartbeat's UDP heals",
        expected: "one holder throughout, no request lost",
        oursOnly: true,
        within: 120,
        holds: { after: "lb1", failed: 0, several: 0 },
        before: blockHeartbeats,
        action: ({ lb2 }) => lb2.pass(),
    },
    {
        name: "holder loses power while Heartbeat's UDP is blocked",
        expected: "the other host takes the virtual IP",
        oursOnly: true,
        holds: { after: "lb2", leastGap: 0.2, gap: 4, several: 0 },
        endsApart: true,
        before: blockHeartbeats,
        action: losePower,
        after: async ({ lb1, lb2 }) => {
            await lb2.pass();
            await lb1.boot();
        },
    },
    deaf("standby host"),
    deaf("holder"),
    {
        name: "holder's cable is cut",
        expected: "the other host takes the virtual IP",
        tier: "quick",
        holds: { after: "lb2", leastGap: 0.3, gap: 4 },
        endsApart: true,
        action: ({ lb1 }) => lb1.cut(),
        after: async ({ lb1 }) => lb1.mend(),
    },
    {
        name: "holder's cable is mended",
        expected: "no request lost",
        holds: { before: "lb2", after: "lb1", failed: 0 },
        before: cutFirst,
        action: ({ lb1 }) => lb1.mend(),
    },
    {
        name: "holder's cable is out for 1.5 s",
        expected: "a client misses 3 s at most",
        holds: { after: "lb1", gap: 3 },
        action: ({ lb1 }) => lb1.cutFor(1500),
    },
    ownAddressGone(0.3, 2),
    ownAddressGone(2, 3),
    ownAddressGone(10, 3),
    {
        name: "the hosts are cut off from each other, not from the clients",
        expected: "both may hold; a client misses 2 s at most",
        holds: { after: "lb1 and lb2", gap: 2 },
        endsApart: true,
        action: ({ lab }) => partition(lab, true),
        after: async ({ lab }) => partition(lab, false),
    },
    {
        name: "that partition heals",
        expected: "one holder within 3 s, and a client misses 2 s at most",
        tier: "quick",
        within: 120,
        holds: { before: "lb1 and lb2", after: "lb1", several: 3, gap: 2 },
        before: cutApart,
        action: ({ lab }) => partition(lab, false),
    },
    {
        name: "new clients come after that partition",
        expected: "they are served",
        oursOnly: true,
        within: 120,
        holds: { before: "none", after: "lb1", failed: 0, several: 0 },
        before: untilBothRestart,
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
        tier: "quick",
        holds: { after: "lb2", failed: 0, several: 0 },
        action: ({ lb1 }) => lb1.drop({ input: ["icmp type echo-reply"] }),
        after: async ({ lb1 }) => lb1.pass(),
    },
    {
        name: "the standby host and the gateway die together",
        expected: "the holder serves again within 14 s",
        oursOnly: true,
        holds: { after: "lb1", leastGap: 5, gap: 14, several: 0 },
        endsApart: true,
        action: async ({ lb1, lb2 }) => {
            await lb1.drop({ input: ["icmp type echo-reply", "icmpv6 type echo-reply"] });
            await lb2.powerOff();
        },
        after: async ({ lb1, lb2 }) => {
            await lb1.pass();
            await lb2.boot();
        },
    },
    {
        name: "both hosts load their firewalls anew (nft flush ruleset) in the middle of a hand-over",
        expected: "handed over, no request lost",
        oursOnly: true,
        holds: { after: "lb2", failed: 0, several: 0 },
        action: async (place) => {
            await handOver(place);
            await onBoth(place, "nft flush ruleset");
        },
        after: takeBack,
    },
];

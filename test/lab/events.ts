/** Events of the availability table, once each, on a pair that serves: who holds the virtual IP, and what a client sees. */
import { expect, test } from "vitest";
import { restartBoth } from "../../lab/events/actions";
import { type Event, placeOf } from "../../lab/events/event";
import { measure } from "../../lab/events/measure";
import { ours } from "../../lab/events/thisPair";
import { inAll, useServingPair } from "./fixture";

/** `kind` names the lab. */
export function testEvents(kind: string, events: Event[]): void {
    const used = useServingPair({ name: kind });
    const contender = ours();
    let mustReboot = false;

    for (const event of events.filter(({ tier }) => tier !== "table")) {
        const options = event.tier === "quick" ? {} : inAll;
        test(`${event.name}: ${event.expected}`, options, () => holds(event));
    }

    async function holds(event: Event): Promise<void> {
        const place = placeOf(used.lab);
        // One event that fails is one failure: the next one begins on hosts that have just booted.
        if (mustReboot) {
            await restartBoth(place);
        }
        mustReboot = true;
        const outcome = await measure(place, contender, event);
        const { sent, failed, broken, gap, holderBefore, holderAfter, several, moves } = outcome;
        console.log(
            `${event.name}: ${failed} of ${sent} requests failed (${broken} were open at a move), longest gap ${gap.toFixed(3)} s; ${holderBefore} → ${holderAfter}, ${moves} moves`,
        );
        const {
            before = "lb1",
            after,
            isDown = false,
            leastGap = 0,
            gap: mostGap,
            several: mostSeveral,
            ...never
        } = event.holds;
        const lost = failed - Math.min(broken, moves);
        expect({ holderBefore, holderAfter, failed: lost, moves }).toMatchObject({
            holderBefore: before,
            holderAfter: after,
            ...never,
        });
        expect({ isDown: !outcome.isOver }).toEqual({ isDown });
        expect(gap, "the longest gap, in seconds").toBeGreaterThanOrEqual(leastGap);
        expect(gap, "the longest gap, in seconds").toBeLessThanOrEqual(mostGap ?? Number.POSITIVE_INFINITY);
        expect(several, "seconds with more than one holder").toBeLessThanOrEqual(
            mostSeveral ?? Number.POSITIVE_INFINITY,
        );
        mustReboot = false;
    }
}

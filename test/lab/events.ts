/** Events of the availability table, once each, on a pair that serves: who holds the virtual IP, and what a client sees. */
import { beforeAll, expect, test } from "vitest";
import { ours } from "../../bench/availability/contenders";
import { restartBoth } from "../../bench/availability/events/actions";
import { type Event, measure, type Place, placeOf } from "../../bench/availability/harness";
import { useLab } from "./fixture";

/** `kind` names the lab. */
export function testEvents(kind: string, events: Event[]): void {
    const used = useLab({ name: kind });
    const contender = ours();
    let place: Place;
    let isRestless = false;

    beforeAll(async () => {
        place = placeOf(used.lab);
        await contender.setUp(place);
    });

    test.each(events.filter(({ isLong }) => !isLong))("$name: $expected", async (event) => {
        // One event that fails is one failure: the next one begins on hosts that have just booted.
        if (isRestless) {
            await restartBoth(place);
        }
        isRestless = true;
        const outcome = await measure(place, contender, event);
        const { sent, failed, broken, gap, holderBefore, holderAfter, several, moves } = outcome;
        console.log(
            `${event.name}: ${failed} of ${sent} requests failed (${broken} were open at a move), longest gap ${gap.toFixed(3)} s; ${holderBefore} → ${holderAfter}, ${moves} moves`,
        );
        const { before = "lb1", after, isDown = false, ...never } = event.holds;
        const lost = failed - Math.min(broken, moves);
        expect({ holderBefore, holderAfter, failed: lost, several, moves }).toMatchObject({
            holderBefore: before,
            holderAfter: after,
            ...never,
        });
        expect({ isDown: !outcome.isOver }).toEqual({ isDown });
        isRestless = false;
    });
}

/** One event on a pair that serves: what a client sees of it, and who holds the virtual IP before, meanwhile and after. */

import { isGood, longestOutage, outageAtLast } from "../../support/client";
import { lasting, sleep, until } from "../../support/wait";
import { type Change, type HolderWatch, secondsOf } from "../holders";
import { site, virtualIp } from "../pulumi";
import { type Seen, seenDuring } from "../seen";
import type { Contender, Event, Place } from "./event";

export interface Outcome extends Seen {
    /** Holders at the beginning and at the end: `lb1`, `none`, `lb1 and lb2`. */
    holderBefore: string;
    holderAfter: string;
    /** How often the holder was another one than before. */
    moves: number;
    /** For how many seconds there was more than one. */
    both: number;
    /** Whether the longest gap had an end while it was looked at. */
    isOver: boolean;
    /** When the action began, by the shots' clock. */
    began: number;
}

const names = ({ holders }: Change) => holders.join(" and ") || "none";

function moves(changes: Change[]): number {
    const single = changes.filter(({ holders }) => holders.length === 1).map(names);
    return single.slice(1).filter((holder, i) => holder !== single[i]).length;
}

export async function measure(place: Place, contender: Contender, event: Event): Promise<Outcome> {
    await contender.rest(place);
    // The client is one that was served before: a new one may be answered by a frozen holder's kernel (README.md).
    await place.lab.run(["curl", "-sS", "-o", "/dev/null", site]);
    await event.before?.(place);
    let began = 0;
    try {
        const seen = await seenDuring(place.lab, virtualIp, async (watch) => {
            await sleep(300);
            began = performance.timeOrigin + performance.now();
            await event.action(place);
            await untilOver(place, contender, event, watch);
        });
        return { ...seen, ...summary(seen, began) };
    } finally {
        await event.after?.(place);
    }
}

/** Waits until the declared host holds the virtual IP, and that and the hosts' peace have lasted for 3 s. */
async function untilOver(
    { lab }: Place,
    { whyNotAtRest }: Contender,
    { holds, endsApart, within = 60 }: Event,
    watch: HolderWatch,
): Promise<void> {
    let missing: string | undefined;
    const isSettled = lasting(3000, async () => {
        const holder = watch.current.join(" and ") || "none";
        missing = holder === holds.after ? undefined : `the holder is ${holder}, not ${holds.after}`;
        missing ??= endsApart ? undefined : await whyNotAtRest(lab);
        return missing === undefined;
    });
    const isOver = async () => (await isSettled()) && watch.calm > 3;
    await until("the event is over", within * 1000, isOver, 250, () => missing ?? "it does not last");
}

export function summary({ changes, shots }: Seen, began: number) {
    // If no request was answered at first, the gap begins with the event; if none was answered at last, it lasts to the end.
    const gap = longestOutage(shots, began) / 1000;
    return {
        gap,
        isOver: isGood(shots[shots.length - 1]) || outageAtLast(shots) / 1000 < gap,
        began,
        holderBefore: names(changes[0]),
        holderAfter: names(changes[changes.length - 1]),
        moves: moves(changes),
        both: secondsOf(changes, ({ holders }) => holders.length > 1),
    };
}

/** One event on a pair that serves: what a client sees of it, and who holds the virtual IP before, meanwhile and after. */

import { isGood, longestOutage, outageAtLast } from "../../cli/client";
import { type Change, type HolderWatch, secondsOf } from "../../lab/holders";
import type { Host } from "../../lab/host";
import type { Lab } from "../../lab/lab";
import { site, virtualIp } from "../../lab/pulumi";
import { type Seen, seenDuring } from "../../lab/seen";
import { sleep, UserError, until } from "../../toolchain/shell";
import type { Contender } from "./contenders";

/** Where an event takes place. */
export interface Place {
    lab: Lab;
    /** The preferred host, which holds the virtual IP when an event begins, and the other one. */
    lb1: Host;
    lb2: Host;
}

export function placeOf(lab: Lab): Place {
    return { lab, lb1: lab.host("lb1"), lb2: lab.host("lb2") };
}

export interface Event {
    name: string;
    /** What should come of it, as the table says it. Each statement is a bound in `holds`. */
    expected: string;
    /** Whether it is about Heartbeat or the keeper, which keepalived has not got. */
    oursOnly?: true;
    /** When it is run: by `npm test` too, by `npm run test:all` only (the default), or for the table only, because it takes minutes. */
    tier?: "quick" | "table";
    /** What must be true of every run of it on this pair. Figures are for the table; these are for the tests. */
    holds: Limits;
    /** Whether the hosts do not see each other at its end: it is over then when the holder has not changed for 3 s. */
    endsApart?: true;
    /** After how many seconds an event that is not over has failed. Default: 60. */
    within?: number;
    /** What must have happened before the clocks run. */
    before?: (place: Place) => Promise<unknown>;
    /** The event itself. What comes of it is waited for. */
    action: (place: Place) => Promise<unknown>;
    /** Undoes what the event has done. */
    after?: (place: Place) => Promise<unknown>;
}

export interface Limits {
    /** The holder when the clocks begin to run. Default: lb1. */
    before?: "lb2" | "lb1 and lb2" | "none";
    /** The holder at the end. */
    after: "lb1" | "lb2" | "lb1 and lb2";
    /** That no request fails, but for one at most at each move whose connection was open just then. */
    failed?: 0;
    /** The longest gap that a client may see, and the least one, in seconds. Generous: the machine is shared. */
    gap?: number;
    leastGap?: number;
    /** For how many seconds there may be more than one holder. */
    several?: number;
    /** That the holder never changes. */
    moves?: 0;
    /** Whether nobody answers any more in the end. Otherwise whatever clients lost has an end. */
    isDown?: true;
}

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
    { whyRestless }: Contender,
    { holds, endsApart, within = 60 }: Event,
    watch: HolderWatch,
): Promise<void> {
    let missing: string | undefined;
    let settledAt = Number.POSITIVE_INFINITY;
    const isOver = async () => {
        const holder = watch.current.join(" and ") || "none";
        missing = holder === holds.after ? undefined : `the holder is ${holder}, not ${holds.after}`;
        missing ??= endsApart ? undefined : await whyRestless(lab);
        settledAt = missing === undefined ? Math.min(settledAt, performance.now()) : Number.POSITIVE_INFINITY;
        return watch.calm > 3 && performance.now() - settledAt > 3000;
    };
    await until("the event is over", within * 1000, isOver, 250).catch((error) => {
        throw error instanceof UserError ? new UserError(`${error.message}: ${missing ?? "it does not last"}`) : error;
    });
}

export function summary({ changes, shots }: Seen, began: number) {
    // Where nobody answered at first, the gap is what it took from the beginning; where nobody did at last, what it took till the end.
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

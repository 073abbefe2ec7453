/** One event on a pair that serves: what a client sees of it, and who holds the virtual IP before, meanwhile and after. */

import { isGood, longestOutage, outageAtLast } from "../../cli/client";
import type { Look } from "../../lab/holders";
import type { Host } from "../../lab/host";
import type { Lab } from "../../lab/lab";
import { site, virtualIp } from "../../lab/pulumi";
import { type Seen, seenDuring } from "../../lab/seen";
import { sleep } from "../../toolchain/shell";
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
    /** What should come of it, as the table says it. */
    expected: string;
    /** Whether it is about Heartbeat or the keeper, which keepalived has not got. */
    oursOnly?: true;
    /** Whether it takes minutes: for the table only, and not for every run of the tests. */
    isLong?: true;
    /** What must be true of every run of it on this pair. Figures are for the table; these are for the tests. */
    holds: Limits;
    /** What must have happened before the clocks run. */
    before?: (place: Place) => Promise<unknown>;
    /** The event itself, and the time in which its consequences show. */
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
    /** That there was never more than one holder, by any look. */
    several?: 0;
    /** That no look saw a change of holders. */
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

const names = ({ holders }: Look) => holders.join(" and ") || "none";

function moves(looks: Look[]): number {
    const single = looks.filter(({ holders }) => holders.length === 1).map(names);
    return single.slice(1).filter((holder, i) => holder !== single[i]).length;
}

export async function measure(place: Place, contender: Contender, event: Event): Promise<Outcome> {
    await contender.rest(place);
    // The client is one that was served before: a new one may be answered by a frozen holder's kernel (README.md).
    await place.lab.run(["curl", "-sS", "-o", "/dev/null", site]);
    await event.before?.(place);
    let began = 0;
    try {
        const seen = await seenDuring(place.lab, virtualIp, async () => {
            await sleep(300);
            began = performance.timeOrigin + performance.now();
            await event.action(place);
        });
        return { ...seen, ...summary(seen, began) };
    } finally {
        await event.after?.(place);
    }
}

export function summary({ looks, shots }: Seen, began: number) {
    const last = looks[looks.length - 1];
    // Where nobody answered at first, the gap is what it took from the beginning; where nobody did at last, what it took till the end.
    const gap = longestOutage(shots, began) / 1000;
    return {
        gap,
        isOver: isGood(shots[shots.length - 1]) || outageAtLast(shots) / 1000 < gap,
        began,
        holderBefore: names(looks[0]),
        holderAfter: names(last),
        moves: moves(looks),
        both: secondsOf(looks, ({ holders }) => holders.length > 1),
    };
}

/** For how long looks saw what `is` asks for. */
function secondsOf(looks: Look[], is: (look: Look) => boolean): number {
    return looks.slice(1).reduce((sum, { at }, i) => sum + (is(looks[i]) ? at - looks[i].at : 0), 0);
}

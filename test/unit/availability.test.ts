/** What the availability bench makes of what was seen. */
import { expect, test } from "vitest";
import { summary } from "../../lab/events/measure";
import { longestGap, type Shot } from "../../support/client";

/** A request every 10 ms from 0 on, answered after 2 ms; those sent from `from` to `to` are lost. */
function shots(count: number, from: number, to: number): Shot[] {
    return Array.from({ length: count }, (_, i) => {
        const sent = i * 10;
        return sent >= from && sent < to
            ? { sent, ended: sent + 500, error: "timeout" }
            : { sent, ended: sent + 2, status: 200 };
    });
}

/** Lists of holders, 0.1 s apart. */
function changes(...holders: string[][]) {
    return holders.map((names, i) => ({ at: i / 10, holders: names }));
}

function summed(list: Shot[], seen = changes(["lb1"], ["lb1"])) {
    const counts = { none: 0, several: 0, sent: list.length, failed: 0, broken: 0 };
    return summary({ ...counts, shots: list, changes: seen, gap: longestGap(list) / 1000 }, 0);
}

test("an outage in the middle has an end", () => {
    // The last good one was sent at 490, the first answer after it came at 1002.
    expect(summed(shots(200, 500, 1000))).toMatchObject({ gap: 0.512, isOver: true });
});

test("an outage that lasts to the end counts as long as was looked, and has none", () => {
    expect(summed(shots(200, 500, 2000))).toMatchObject({ gap: 2, isOver: false });
});

test("where nobody answered at first, the gap begins with the event", () => {
    expect(summed(shots(200, 0, 1500))).toMatchObject({ gap: 1.502, isOver: true });
});

test("where nobody ever answered, it has no length", () => {
    expect(summed(shots(200, 0, 2000))).toMatchObject({ gap: Number.POSITIVE_INFINITY, isOver: false });
});

test("where nothing is lost it is the slowest answer", () => {
    expect(summed(shots(200, 0, 0))).toMatchObject({ gap: 0.012, isOver: true });
});

test("holders: before, after, how often they changed, and for how long there were two", () => {
    const seen = changes(["lb1"], ["lb1"], ["lb1", "lb2"], ["lb2"], [], ["lb2"], ["lb1"]);
    const { holderBefore, holderAfter, moves, both } = summed(shots(10, 0, 0), seen);
    expect({ holderBefore, holderAfter, moves }).toEqual({ holderBefore: "lb1", holderAfter: "lb1", moves: 2 });
    expect(both).toBeCloseTo(0.1);
});

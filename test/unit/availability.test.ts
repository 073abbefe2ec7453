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

test("ends an outage at the first answer after it", () => {
    // The last good one was sent at 490, the first answer after it came at 1002.
    expect(summed(shots(200, 500, 1000))).toMatchObject({ gap: 0.512, isOver: true });
});

test("counts an outage without an end up to the last request", () => {
    expect(summed(shots(200, 500, 2000))).toMatchObject({ gap: 2, isOver: false });
});

test("begins the gap at the event if nothing answered before", () => {
    expect(summed(shots(200, 0, 1500))).toMatchObject({ gap: 1.502, isOver: true });
});

test("has no gap if nothing ever answered", () => {
    expect(summed(shots(200, 0, 2000))).toMatchObject({ gap: Number.POSITIVE_INFINITY, isOver: false });
});

test("takes the slowest answer as the gap if no request failed", () => {
    expect(summed(shots(200, 0, 0))).toMatchObject({ gap: 0.012, isOver: true });
});

test("counts holders before and after, moves, and time with two holders", () => {
    const seen = changes(["lb1"], ["lb1"], ["lb1", "lb2"], ["lb2"], [], ["lb2"], ["lb1"]);
    const { holderBefore, holderAfter, moves, both } = summed(shots(10, 0, 0), seen);
    expect({ holderBefore, holderAfter, moves }).toEqual({ holderBefore: "lb1", holderAfter: "lb1", moves: 2 });
    expect(both).toBeCloseTo(0.1);
});

/**
 * What is kept of the measurements: docs/availability.json, a record a contender and event, written as soon as its last run
 * has ended. The page is made of the records, so that it can be measured in parts.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Event } from "../../lab/events/event";
import type { Outcome } from "../../lab/events/measure";
import { isGood } from "../../support/client";
import { root } from "../../toolchain/paths";
import { machine } from "../measure";

const file = join(root, "docs", "availability.json");

/** One run of an event. */
export interface Run {
    /** In seconds; null if no request was ever answered. */
    gap: number | null;
    isOver: boolean;
    sent: number;
    failed: number;
    holderBefore: string;
    holderAfter: string;
    moves: number;
    /** For how many seconds there were two holders. */
    both: number;
}

export interface AvailabilityRecord {
    contender: string;
    event: string;
    /** When, on what, and on how many pairs of hosts side by side. */
    date: string;
    machine: string;
    labs: number;
    runs: Run[];
    /** Why runs of it came to no end. */
    troubles: string[];
    /** Of the first run: the share of requests that were answered, by when they were sent; null where none was. */
    answered: (number | null)[];
}

/** What of the first run is kept: seconds before and after the beginning, and the width of a share. */
export const window = { from: -1, to: 5, step: 0.05 };

export function record(
    contender: string,
    event: Event,
    labs: number,
    outcomes: Outcome[],
    troubles: string[],
): AvailabilityRecord {
    return {
        contender,
        event: event.name,
        date: new Date().toISOString().slice(0, 10),
        machine: machine(),
        labs,
        runs: outcomes.map(({ gap, isOver, sent, failed, holderBefore, holderAfter, moves, both }) => ({
            gap: Number.isFinite(gap) ? Number(gap.toFixed(3)) : null,
            isOver,
            sent,
            failed,
            holderBefore,
            holderAfter,
            moves,
            both: Number(both.toFixed(3)),
        })),
        troubles,
        answered: outcomes.length > 0 ? shares(outcomes[0]) : [],
    };
}

function shares({ shots, began }: Outcome): (number | null)[] {
    const { from, to, step } = window;
    return Array.from({ length: Math.round((to - from) / step) }, (_, i) => {
        const start = began + (from + i * step) * 1000;
        const inside = shots.filter(({ sent }) => sent >= start && sent < start + step * 1000);
        return inside.length === 0 ? null : Number((inside.filter(isGood).length / inside.length).toFixed(2));
    });
}

export function load(): AvailabilityRecord[] {
    return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
}

/** The record of a contender and an event, where there is one. */
export function find(records: AvailabilityRecord[], contender: string, event: Event): AvailabilityRecord | undefined {
    return records.find((each) => each.contender === contender && each.event === event.name);
}

/** In the place of an older one of the same. */
export function save(own: AvailabilityRecord): void {
    const isOther = ({ contender, event }: AvailabilityRecord) => contender !== own.contender || event !== own.event;
    const all = [...load().filter(isOther), own];
    const lines = all.map((each) => JSON.stringify(each)).sort();
    writeFileSync(file, `[\n${lines.join(",\n")}\n]\n`);
}

/** docs/availability.md and its drawing, from what was measured. */
import { machine, spread, table } from "../measure";
import type { Event, Outcome } from "./harness";

/** What one contender's runs of an event gave. */
export interface Measured {
    contender: string;
    event: Event;
    outcomes: Outcome[];
    /** Why runs of it came to no end. */
    troubles: string[];
}

/** Least, median and most of the gaps; and whether some had no end while they were looked at. */
function gaps({ outcomes }: Measured): string {
    if (outcomes.length === 0) {
        return "–";
    }
    const open = outcomes.some(({ isOver }) => !isOver) ? ", without end" : "";
    return `${spread(outcomes.map(({ gap }) => gap))}${open}`;
}

function holders({ holderBefore, holderAfter, moves }: Outcome): string {
    return holderBefore === holderAfter && moves === 0 ? holderBefore : `${holderBefore} → ${holderAfter}`;
}

function ownRow(measured: Measured, peers: (Measured | undefined)[]): string[] {
    const { event, outcomes, troubles } = measured;
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    const both = Math.max(...outcomes.map(({ both: seconds }) => seconds));
    return [
        event.name,
        event.expected,
        [gaps(measured), ...troubles.map((trouble) => `one run failed: ${trouble}`)].join("; "),
        `${sum(outcomes.map(({ failed }) => failed))} of ${sum(outcomes.map(({ sent }) => sent))}`,
        [...new Set(outcomes.map(holders))].join("; "),
        both > 0 ? `${both.toFixed(2)} s at most` : "never",
        ...peers.map((peer) => (peer ? gaps(peer) : "–")),
    ];
}

/** How it was measured. */
export interface Circumstances {
    runs: number;
    labs: number;
    date: string;
}

/** The page: one row an event, keepalived beside it where it went through the same. */
export function page(measured: Measured[], contenders: string[], { runs, labs, date }: Circumstances): string {
    const [own, ...peers] = contenders;
    const header = [
        "event",
        "expected",
        "gap",
        "requests lost",
        "holder",
        "two at once",
        ...peers.map((peer) => `gap: ${peer}`),
    ];
    const rows = measured
        .filter(({ contender }) => contender === own)
        .map((row) => {
            const same = (peer: string) =>
                measured.find(({ contender, event }) => contender === peer && event.name === row.event.name);
            return ownRow(row, peers.map(same));
        });
    const pairs = labs === 1 ? "one pair of hosts" : `${labs} pairs of hosts side by side`;
    return `# Availability, measured

Written by \`npm run bench -- availability\` on ${date}: ${machine()}; ${runs} runs an event, on ${pairs} of the
[lab](../CONTRIBUTING.md) (Debian 12) with the default timing (keepalive 250 ms, deadtime 1 s).

A client sends 100 requests a second, open loop, each on a new connection with 0.5 s for an answer. The **gap** is the longest time
between the sending of the last request that was answered before and the first answer after: least / median / most, in seconds.
Where nothing is lost it is the slowest answer; "without end": it lasted as long as was looked. The holders are looked at some 30
times a second, from outside; an address that a host has let go and keeps for a while for open connections does not count as held.
"Two at once" is for how long such looks saw two; a holder that is cut off or frozen counts there, though nobody can reach it.

keepalived is as its own sample configuration has it, on the same hosts, with the same HAProxy. It went through those events that
are not about Heartbeat or the keeper.

${table(header, rows)}
`;
}

/** What is drawn: seconds before and after the beginning, and the width of a bar. */
const from = -1;
const to = 5;
const bar = 0.05;
const scale = 110;
const left = 250;
const height = 16;

/** Requests over time: one line a contender and event, each bar the share of requests in 50 ms that were answered. */
export function drawing(measured: Measured[], names: string[]): string {
    const chosen = names.flatMap((name) => measured.filter(({ event }) => event.name === name));
    const lines: string[] = [];
    let y = 40;
    let last = "";
    for (const { contender, event, outcomes } of chosen) {
        if (event.name !== last) {
            y += 18;
            lines.push(`<text x="8" y="${y}" font-weight="bold">${escaped(event.name)}</text>`);
            y += 8;
            last = event.name;
        }
        lines.push(`<text x="20" y="${y + 12}">${escaped(contender)}</text>`, ...bars(outcomes[0], y));
        y += height + 6;
    }
    const marks = Array.from({ length: to - from + 1 }, (_, i) => from + i);
    const width = left + (to - from) * scale + 20;
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y + 16}" viewBox="0 0 ${width} ${y + 16}" font-family="sans-serif" font-size="12">
<title>Requests over time: answered (green) and lost (red)</title>
<rect width="100%" height="100%" fill="#ffffff"/>
<g fill="#222222">
<text x="8" y="22">requests: <tspan fill="#2e7d32">answered</tspan>, <tspan fill="#c62828">lost</tspan>; seconds since the event</text>
${marks.map((second) => `<text x="${left + (second - from) * scale}" y="40" text-anchor="middle">${second}</text>`).join("\n")}
${lines.join("\n")}
</g>
</svg>
`;
}

function bars({ shots, began }: Outcome, y: number): string[] {
    const count = Math.round((to - from) / bar);
    return Array.from({ length: count }, (_, i) => {
        const start = began + (from + i * bar) * 1000;
        const inside = shots.filter(({ sent }) => sent >= start && sent < start + bar * 1000);
        if (inside.length === 0) {
            return "";
        }
        const good = inside.filter(({ status }) => status !== undefined && status < 400).length / inside.length;
        const x = (left + i * bar * scale).toFixed(1);
        const up = (height * good).toFixed(1);
        const down = (height * (1 - good)).toFixed(1);
        const width = bar * scale + 0.3;
        return [
            good > 0 ? `<rect x="${x}" y="${y}" width="${width}" height="${up}" fill="#66bb6a"/>` : "",
            good < 1
                ? `<rect x="${x}" y="${(y + height * good).toFixed(1)}" width="${width}" height="${down}" fill="#e53935"/>`
                : "",
        ].join("");
    }).filter(Boolean);
}

function escaped(text: string): string {
    return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}

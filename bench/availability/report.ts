/** Renders docs/availability.md and its drawing from the records. */

import type { Event } from "../../lab/events/event";
import { spread, table } from "../measure";
import { type AvailabilityRecord, find, type Run, window } from "./records";

/** Least, median and most of the gaps, and whether a gap lasted to the end of the measurement. */
export function gaps({ runs }: AvailabilityRecord): string {
    if (runs.length === 0) {
        return "–";
    }
    const open = runs.some(({ isOver }) => !isOver) ? ", without end" : "";
    const all = spread(runs.map(({ gap }) => gap ?? Number.POSITIVE_INFINITY));
    return `${all.replaceAll("Infinity", "no answer")}${open}`;
}

function holders({ holderBefore, holderAfter, moves }: Run): string {
    return holderBefore === holderAfter && moves === 0 ? holderBefore : `${holderBefore} → ${holderAfter}`;
}

function ownRow(event: Event, own: AvailabilityRecord, peers: (AvailabilityRecord | undefined)[]): string[] {
    const { runs, troubles } = own;
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    const both = Math.max(...runs.map(({ both: seconds }) => seconds));
    return [
        event.name,
        event.expected,
        [gaps(own), ...troubles.map((trouble) => `one run failed: ${trouble}`)].join("; "),
        `${sum(runs.map(({ failed }) => failed))} of ${sum(runs.map(({ sent }) => sent))}`,
        [...new Set(runs.map(holders))].join("; "),
        both > 0 ? `${both.toFixed(2)} s at most` : "never",
        ...peers.map((peer) => (peer ? gaps(peer) : "–")),
    ];
}

/** The page: one row an event, with keepalived's gap if it was measured. */
export function page(records: AvailabilityRecord[], events: Event[], [own, ...peers]: string[]): string {
    const header = [
        "event",
        "expected",
        "gap",
        "requests lost",
        "holder",
        "two at once",
        ...peers.map((peer) => `gap: ${peer}`),
    ];
    const rows = events.flatMap((event) => {
        const measured = find(records, own, event);
        const others = peers.map((peer) => find(records, peer, event));
        return measured ? [ownRow(event, measured, others)] : [];
    });
    const all = (what: (each: AvailabilityRecord) => string | number) =>
        [...new Set(records.map(what))].sort().join(", ");
    return `# Availability, measured

After this page you know how long clients get no answer in each kind of failure, and how keepalived compares.

Written by \`npm run bench -- availability\`. Measured on ${all(({ date }) => date)} (${all(({ machine }) => machine)}), ${all(({ runs }) => runs.length)} runs
an event, on ${all(({ labs }) => labs)} pairs of [lab](../CONTRIBUTING.md) hosts side by side (Debian 12), with the default timing
(keepalive 250 ms, deadtime 1 s). [availability.json](availability.json) has each run.

A client sends 100 requests a second at fixed times (open loop), each on a new connection, and waits 0.5 s for the answer.

| column | meaning |
|---|---|
| gap | least / median / most, in seconds: from the last answered request before the outage to the first answer after it. Without a lost request it is the slowest answer. "without end": it lasted until the measurement ended |
| holder | who held the virtual IP before and after, by the events of the hosts' kernels. An address that a released host keeps for open connections does not count |
| two at once | for how long both hosts held the virtual IP. A frozen host, or one without a network, counts, although no client reaches it |
| gap: keepalived | the same event with keepalived's own sample configuration, on the same hosts, with the same HAProxy. Events of Heartbeat and of the keeper do not apply ("–") |

${table(header, rows)}
`;
}

const { from, to, step } = window;
const scale = 110;
const left = 250;
const height = 16;

/** Requests over time: one line a contender and event, each bar the share of requests in 50 ms that were answered. */
export function drawing(records: AvailabilityRecord[], names: string[]): string {
    const chosen = names.flatMap((name) => records.filter(({ event }) => event === name));
    const lines: string[] = [];
    let y = 40;
    let last = "";
    for (const { contender, event, answered } of chosen) {
        if (event !== last) {
            y += 18;
            lines.push(`<text x="8" y="${y}" font-weight="bold">${escaped(event)}</text>`);
            y += 8;
            last = event;
        }
        lines.push(`<text x="20" y="${y + 12}">${escaped(contender)}</text>`, ...bars(answered, y));
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

function bars(answered: (number | null)[], y: number): string[] {
    return answered.flatMap((good, i) => {
        if (good === null) {
            return [];
        }
        const x = (left + i * step * scale).toFixed(1);
        const up = (height * good).toFixed(1);
        const down = (height * (1 - good)).toFixed(1);
        const width = step * scale + 0.3;
        return [
            good > 0 ? `<rect x="${x}" y="${y}" width="${width}" height="${up}" fill="#66bb6a"/>` : "",
            good < 1
                ? `<rect x="${x}" y="${(y + height * good).toFixed(1)}" width="${width}" height="${down}" fill="#e53935"/>`
                : "",
        ].join("");
    });
}

function escaped(text: string): string {
    return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Draws the requests of a drill over time as an SVG. Called by drill.ts. */
import { isGood, type Shot } from "../support/client";

export interface Mark {
    /** Seconds since the drill began. */
    at: number;
    what: string;
}

/** What the drawing says of a drill; see `Drill`. */
interface Subject {
    pair: string;
    kind: string;
    began: string;
    sent: number;
    failed: number;
    /** In seconds. */
    gap: number;
    marks: Mark[];
}

const [width, height, left, top] = [900, 60, 20, 40];
/** Bars of so many seconds. */
const binWidths = [0.1, 0.25, 0.5, 1, 2, 5, 10];
const mostBars = 300;

/** For each bar, how many requests were sent in it and how many of them answered. */
export function bins(shots: Shot[], began: number, seconds: number): { sent: number; good: number }[] {
    const all: { sent: number; good: number }[] = [];
    for (const shot of shots) {
        const i = Math.max(0, Math.floor((shot.sent - began) / 1000 / seconds));
        all[i] ??= { sent: 0, good: 0 };
        all[i].sent++;
        all[i].good += isGood(shot) ? 1 : 0;
    }
    return Array.from(all, (bin) => bin ?? { sent: 0, good: 0 });
}

function escaped(text: string): string {
    return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

export function timeline({ pair, kind, began, sent, failed, gap, marks }: Subject, shots: Shot[]): string {
    const start = Date.parse(began);
    const duration = Math.max(1, ...shots.map((shot) => (shot.sent - start) / 1000));
    const seconds = binWidths.find((each) => duration / each <= mostBars) ?? 60;
    const x = (at: number) => (left + (at / duration) * (width - 2 * left)).toFixed(1);
    const barWidth = ((seconds / duration) * (width - 2 * left) + 0.3).toFixed(1);
    const bars = bins(shots, start, seconds).flatMap(({ sent: all, good }, i) => {
        const share = all === 0 ? 1 : good / all;
        const bar = (y: number, tall: number, fill: string) =>
            `<rect x="${x(i * seconds)}" y="${y.toFixed(1)}" width="${barWidth}" height="${tall.toFixed(1)}" fill="${fill}"/>`;
        return all === 0
            ? []
            : [
                  ...(share > 0 ? [bar(top, height * share, "#66bb6a")] : []),
                  ...(share < 1 ? [bar(top + height * share, height * (1 - share), "#e53935")] : []),
              ];
    });
    const notes = marks.flatMap(({ at, what }, i) => [
        `<line x1="${x(at)}" y1="${top}" x2="${x(at)}" y2="${top + height + 18 + i * 16}" stroke="#222222" stroke-dasharray="2 2"/>`,
        `<text x="${x(at)}" y="${top + height + 30 + i * 16}" text-anchor="${at > duration / 2 ? "end" : "start"}">${at.toFixed(1)} s: ${escaped(what)}</text>`,
    ]);
    const total = top + height + 40 + marks.length * 16;
    const title = `${pair}, ${kind}, ${began}: ${failed} of ${sent} requests lost, longest gap ${gap.toFixed(2)} s`;
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${total}" viewBox="0 0 ${width} ${total}" font-family="sans-serif" font-size="12">
<title>Requests over time: answered (green) and lost (red)</title>
<rect width="100%" height="100%" fill="#ffffff"/>
<g fill="#222222">
<text x="${left}" y="22">${escaped(title)}</text>
${[...bars, ...notes].join("\n")}
</g>
</svg>
`;
}

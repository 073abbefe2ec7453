/**
 * The process behind Probe (probe.ts): a client that sends on a schedule of its own, whatever comes back. It runs in the
 * lab's control namespace and is ended by the end of its standard input.
 *
 * usage: probeProcess.ts URL INTERVAL-MS TIMEOUT-MS
 */
import { get } from "node:http";

export interface Shot {
    /** When the request was sent, and when the answer or the failure came: milliseconds since the epoch. */
    sent: number;
    ended: number;
    /** Status and body of the answer; undefined where there was none in time. */
    status?: number;
    body?: string;
    /** Why there was none: a code like ECONNRESET, or "timeout". */
    error?: string;
}

const [url, interval, timeout] = process.argv.slice(2);
const shots: Shot[] = [];
const now = () => performance.timeOrigin + performance.now();

function shoot(): Promise<void> {
    const shot: Shot = { sent: now(), ended: 0 };
    shots.push(shot);
    return new Promise((resolve) => {
        const end = (seen: Partial<Shot>) => {
            Object.assign(shot, { ended: now(), ...seen });
            resolve();
        };
        // A new connection each time, as new clients make; no answer may wait for another.
        const request = get(url, { agent: false }, (response) => {
            let body = "";
            response.setEncoding("utf8");
            response.on("data", (text) => {
                body += text;
            });
            response.once("end", () => {
                clearTimeout(limit);
                end({ status: response.statusCode, body });
            });
        });
        const limit = setTimeout(() => request.destroy(new Error("timeout")), Number(timeout));
        request.once("error", (error: NodeJS.ErrnoException) => {
            clearTimeout(limit);
            end({ error: error.code ?? error.message });
        });
    });
}

const pending = new Set<Promise<void>>();
const start = now();
const timer = setInterval(() => {
    // A late timer sends what it owes: the schedule does not follow the answers or the scheduler.
    while (start + shots.length * Number(interval) <= now()) {
        const shot = shoot();
        pending.add(shot);
        shot.finally(() => pending.delete(shot));
    }
}, 1);

process.stdin.resume();
process.stdin.once("end", async () => {
    clearInterval(timer);
    await Promise.all(pending);
    process.stdout.write(JSON.stringify(shots));
});

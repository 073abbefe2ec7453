/**
 * A client that sends on a schedule of its own, whatever comes back (open loop). One that waits for each answer before it sends
 * the next request sends nothing while nobody answers, and so hides most of a gap.
 */
import { get as getPlain } from "node:http";
import { get as getEncrypted } from "node:https";
import { connect } from "node:net";

export interface Shot {
    /** When the request was sent, and when the answer or the failure came: milliseconds since the epoch. */
    sent: number;
    ended: number;
    /** Of the answer; undefined where there was no whole one in time. Of a TCP service, that connected, 0. */
    status?: number;
    /** Why there was none: a code like ECONNRESET, or "timeout". */
    error?: string;
}

export function isGood(shot: Shot): boolean {
    return shot.status !== undefined && shot.status < 400;
}

/** The longest gap between two answers, in milliseconds. The shots are in the order in which they were sent. */
export function longestGap(shots: Shot[]): number {
    const good = shots.filter(isGood);
    return good.slice(1).reduce((longest, shot, i) => Math.max(longest, shot.ended - good[i].sent), 0);
}

/**
 * The longest time without an answer, in milliseconds: also the one that lasted from `began` to the first answer, and the one
 * that had no end yet. Infinite where nobody ever answered.
 */
export function longestOutage(shots: Shot[], began: number): number {
    const good = shots.filter(isGood);
    const atFirst = (good[0]?.ended ?? Number.POSITIVE_INFINITY) - began;
    return Math.max(longestGap(shots), atFirst, outageAtLast(shots));
}

/** From the last request that was answered to the end of the last one of all. */
export function outageAtLast(shots: Shot[]): number {
    const good = shots.filter(isGood);
    return good.length === 0 ? Number.POSITIVE_INFINITY : shots[shots.length - 1].ended - good[good.length - 1].sent;
}

/** Milliseconds since the epoch, by a clock that nobody sets. */
export const now = () => performance.timeOrigin + performance.now();

type End = (seen: Partial<Shot>) => void;

/** Ends a shot once, by what comes first, or by the timeout: `giveUp` then ends what is still under way. */
function once(timeout: number, end: End, giveUp: () => void): End {
    let isOver = false;
    const settle: End = (seen) => {
        if (!isOver) {
            isOver = true;
            clearTimeout(limit);
            end(seen);
        }
    };
    const limit = setTimeout(() => {
        settle({ error: "timeout" });
        giveUp();
    }, timeout);
    return settle;
}

function reason(error: NodeJS.ErrnoException): Partial<Shot> {
    return { error: error.code ?? error.message };
}

/** A new connection each time, as new clients make; no answer may wait for another. */
function request(url: string, timeout: number, end: End): void {
    const get = url.startsWith("https:") ? getEncrypted : getPlain;
    // Whether it answers is asked here, not whether its certificate is right.
    const asked = get(url, { agent: false, rejectUnauthorized: false }, (response) => {
        response.resume();
        // An answer that is cut off has no end, but it closes.
        response.once("close", () =>
            settle(response.complete ? { status: response.statusCode } : { error: "ECONNRESET" }),
        );
    });
    const settle = once(timeout, end, () => asked.destroy());
    asked.on("error", (error) => settle(reason(error)));
}

function connection(url: string, timeout: number, end: End): void {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname.replace(/[[\]]/g, ""), () => {
        settle({ status: 0 });
        socket.destroy();
    });
    const settle = once(timeout, end, () => socket.destroy());
    socket.on("error", (error) => settle(reason(error)));
}

export class Client {
    readonly shots: Shot[] = [];
    private readonly pending = new Set<Promise<void>>();
    private readonly timer: NodeJS.Timeout;

    /** Starts sending: one request every `interval` milliseconds, each given up after `timeout`. `url`: http, https or tcp. */
    constructor(
        private readonly url: string,
        interval: number,
        private readonly timeout: number,
    ) {
        const start = now();
        this.timer = setInterval(() => {
            // A late timer sends what it owes: the schedule does not follow the answers or the scheduler.
            while (start + this.shots.length * interval <= now()) {
                const shot = this.shoot();
                this.pending.add(shot);
                shot.finally(() => this.pending.delete(shot));
            }
        }, 1);
    }

    private shoot(): Promise<void> {
        const shot: Shot = { sent: now(), ended: 0 };
        this.shots.push(shot);
        const send = this.url.startsWith("tcp:") ? connection : request;
        return new Promise((resolve) => {
            send(this.url, this.timeout, (seen) => {
                Object.assign(shot, { ended: now(), ...seen });
                resolve();
            });
        });
    }

    /** Stops sending, and waits for the answers that are still out. */
    async stop(): Promise<Shot[]> {
        clearInterval(this.timer);
        await Promise.all(this.pending);
        return this.shots;
    }
}

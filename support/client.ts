/**
 * A client that sends at fixed times (open loop). A client that waits for each answer before the next request sends nothing
 * during an outage, and so hides most of the gap.
 */
import { get as getPlain } from "node:http";
import { get as getEncrypted } from "node:https";
import { connect } from "node:net";
import { sleep } from "./wait";

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
 * that had no end yet. Infinite if no request was ever answered.
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

/** Milliseconds since the epoch, by a monotonic clock. */
export const now = () => performance.timeOrigin + performance.now();

type End = (seen: Partial<Shot>) => void;
/** Ends what is still under way. */
type GiveUp = () => void;

function reason(error: NodeJS.ErrnoException): Partial<Shot> {
    return { error: error.code ?? error.message };
}

/** A new connection each time, as new clients make; no answer may wait for another. The first word to `end` counts. */
function request(url: string, end: End): GiveUp {
    const get = url.startsWith("https:") ? getEncrypted : getPlain;
    // Whether it answers is asked here, not whether its certificate is right.
    const asked = get(url, { agent: false, rejectUnauthorized: false }, (response) => {
        response.resume();
        // An answer that is cut off has no end, but it closes.
        response.once("close", () =>
            end(response.complete ? { status: response.statusCode } : { error: "ECONNRESET" }),
        );
    });
    asked.on("error", (error) => end(reason(error)));
    return () => asked.destroy();
}

function connection(url: string, end: End): GiveUp {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname.replace(/[[\]]/g, ""), () => {
        end({ status: 0 });
        socket.destroy();
    });
    socket.on("error", (error) => end(reason(error)));
    return () => socket.destroy();
}

/**
 * What this process sleeps through says nothing of who is asked: of the time between two looks at the clock so much counts, in
 * milliseconds.
 */
const AWAKE = 20;
/** Between two looks at the clock, in milliseconds: what is sent late by that is sent early enough, and more looks cost CPU. */
const LOOKS_EVERY = 4;

export class Client {
    readonly shots: Shot[] = [];
    /** In the order in which they were sent; each is given up when `awake` is more than `until`. */
    private readonly underWay = new Set<{ until: number; giveUp: GiveUp }>();
    private readonly timer: NodeJS.Timeout;
    private readonly start = now();
    private looked = now();
    /** For how long this process has been awake, in milliseconds. */
    private awake = 0;
    private isStopped = false;

    /** Starts sending: one request every `interval` milliseconds, each given up after `timeout`. `url`: http, https or tcp. */
    constructor(
        private readonly url: string,
        private readonly interval: number,
        private readonly timeout: number,
    ) {
        this.timer = setInterval(() => this.look(), LOOKS_EVERY);
    }

    private look(): void {
        const at = now();
        this.awake += Math.min(at - this.looked, AWAKE);
        this.looked = at;
        for (const { until, giveUp } of this.underWay) {
            if (until > this.awake) {
                break;
            }
            giveUp();
        }
        // A late timer sends what it owes: the schedule does not follow the answers or the scheduler.
        while (!this.isStopped && this.start + this.shots.length * this.interval <= at) {
            this.shoot();
        }
    }

    private shoot(): void {
        const shot: Shot = { sent: now(), ended: 0 };
        this.shots.push(shot);
        const end: End = (seen) => {
            if (this.underWay.delete(own)) {
                Object.assign(shot, { ended: now(), ...seen });
            }
        };
        const own = {
            until: this.awake + this.timeout,
            giveUp: () => {
                end({ error: "timeout" });
                cancel();
            },
        };
        this.underWay.add(own);
        const cancel = (this.url.startsWith("tcp:") ? connection : request)(this.url, end);
    }

    /** Stops sending, and waits for the answers that are still out. */
    async stop(): Promise<Shot[]> {
        this.isStopped = true;
        while (this.underWay.size > 0) {
            await sleep(1);
        }
        clearInterval(this.timer);
        return this.shots;
    }
}

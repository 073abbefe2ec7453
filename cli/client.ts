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
    /** Status and body of the answer; undefined where there was none in time. Of a TCP service, that connected, 0. */
    status?: number;
    body?: string;
    /** Why there was none: a code like ECONNRESET, or "timeout". */
    error?: string;
}

export function isGood(shot: Shot): boolean {
    return shot.status !== undefined && shot.status < 400;
}

/** The longest gap, in milliseconds. The good shots are in the order in which they were sent. */
export function longestGap(shots: Shot[]): number {
    const good = shots.filter(isGood);
    return good.slice(1).reduce((longest, shot, i) => Math.max(longest, shot.ended - good[i].sent), 0);
}

/** Milliseconds since the epoch, by a clock that nobody sets. */
export const now = () => performance.timeOrigin + performance.now();

type End = (seen: Partial<Shot>) => void;

/** A new connection each time, as new clients make; no answer may wait for another. */
function request(url: string, timeout: number, end: End): void {
    const get = url.startsWith("https:") ? getEncrypted : getPlain;
    // Whether it answers is asked here, not whether its certificate is right.
    const asked = get(url, { agent: false, rejectUnauthorized: false }, (response) => {
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
    const limit = setTimeout(() => asked.destroy(new Error("timeout")), timeout);
    asked.once("error", (error: NodeJS.ErrnoException) => {
        clearTimeout(limit);
        end({ error: error.code ?? error.message });
    });
}

function connection(url: string, timeout: number, end: End): void {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname.replace(/[[\]]/g, ""), () => {
        clearTimeout(limit);
        socket.destroy();
        end({ status: 0 });
    });
    const limit = setTimeout(() => socket.destroy(new Error("timeout")), timeout);
    socket.once("error", (error: NodeJS.ErrnoException) => {
        clearTimeout(limit);
        end({ error: error.code ?? error.message });
    });
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

/** Waiting: for a time, for a condition, for several pieces of work. An interrupt ends the wait. */
import { UserError } from "./errors";
import { throwIfInterrupted } from "./interrupt";

export function sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * Polls `check` until it returns a truthy value, and returns that. After `limit` milliseconds it throws an error that names `what`, and
 * the reason by `why`.
 */
export async function until<T>(
    what: string,
    limit: number,
    check: () => Promise<T>,
    pause = 50,
    why?: () => string,
): Promise<T> {
    const end = performance.now() + limit;
    for (;;) {
        throwIfInterrupted();
        const value = await check();
        if (value) {
            return value;
        }
        if (performance.now() > end) {
            throw new UserError(`${what}: not within ${limit / 1000} s${why ? `: ${why()}` : ""}`);
        }
        await sleep(pause);
    }
}

/** A check for `until` that passes once `check` has passed for so many milliseconds without a break. */
export function lasting(milliseconds: number, check: () => Promise<boolean>): () => Promise<boolean> {
    let since: number | undefined;
    return async () => {
        since = (await check()) ? (since ?? performance.now()) : undefined;
        return since !== undefined && performance.now() - since >= milliseconds;
    };
}

/** Promise.all, but a failure is thrown only once all have ended: a clean-up after it meets no work in progress. */
export async function allEnded(work: Promise<unknown>[]): Promise<void> {
    const failed = (await Promise.allSettled(work)).find((end) => end.status === "rejected");
    if (failed) {
        throw failed.reason;
    }
}

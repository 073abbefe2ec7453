/** The syntaxes of times: Heartbeat's own, as its cl_get_msec reads it, and HAProxy's (manual, 2.5). */

/**
 * The milliseconds that Heartbeat makes of a time; undefined where it refuses it or where it would
 * not mean what was written: `2s` and `200 ms` are refused, `250us` counts as 0.
 */
export function milliseconds(time: string): number | undefined {
    const match = /^(\d+(?:\.\d+)?)(ms)?$/.exec(time);
    if (!match) {
        return undefined;
    }
    return Math.floor(Number(match[1]) * (match[2] ? 1 : 1000));
}

/** Undefined where it is no time for HAProxy. */
export function haproxyMilliseconds(time: string): number | undefined {
    const match = /^(\d+)(us|ms|s|m|h|d)?$/.exec(time);
    const units: Record<string, number> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
    return match ? Number(match[1]) * units[match[2] ?? "ms"] : undefined;
}

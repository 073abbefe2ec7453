/** Two syntaxes of times: Heartbeat's, as its cl_get_msec reads it, and HAProxy's (configuration manual, 2.5). */

/** Heartbeat's reading of a time, in milliseconds. Undefined if Heartbeat rejects it (`2s`, `200 ms`) or reads it as 0 (`250us`). */
export function milliseconds(time: string): number | undefined {
    const match = /^(\d+(?:\.\d+)?)(ms)?$/.exec(time);
    if (!match) {
        return undefined;
    }
    return Math.floor(Number(match[1]) * (match[2] ? 1 : 1000));
}

/** HAProxy's reading of a time, in milliseconds. Undefined if it is not a time. */
export function haproxyMilliseconds(time: string): number | undefined {
    const match = /^(\d+)(us|ms|s|m|h|d)?$/.exec(time);
    const units: Record<string, number> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
    return match ? Number(match[1]) * units[match[2] ?? "ms"] : undefined;
}

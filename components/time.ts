/** Heartbeat's own syntax for times, as its cl_get_msec reads it. */

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

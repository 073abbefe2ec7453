/** Progress on standard error. */

/** Prints what begins, and how long it took if that was more than 2 s. */
export async function step<T>(what: string, action: () => Promise<T>): Promise<T> {
    const start = performance.now();
    process.stderr.write(`  ${what} …\n`);
    const result = await action();
    const seconds = (performance.now() - start) / 1000;
    if (seconds > 2) {
        process.stderr.write(`  ${what}: done in ${seconds.toFixed(1)} s\n`);
    }
    return result;
}

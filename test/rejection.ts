/** Returns the error that a promise is rejected with; where the promise is fulfilled, an error that shows its value. */
export function rejection(work: Promise<unknown>): Promise<Error> {
    return work.then(
        (value) => new Error(`returned ${JSON.stringify(value)}`),
        (reason: Error) => reason,
    );
}

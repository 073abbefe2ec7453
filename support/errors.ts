/** Errors that a command-line program prints as one line. See `main` in interrupt.ts. */

/** A mistake that the user can correct: printed without a stack trace. */
export class UserError extends Error {}

/** A program that is not on this machine. */
export class NotInstalled extends UserError {
    constructor(program: string) {
        super(`${program} is not installed`);
    }
}

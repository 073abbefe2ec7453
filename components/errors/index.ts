/** The error that rejects invalid inputs, and how the Pulumi SDK prints an error without a stack trace. Used by `inputs` and `survey`. */
import * as pulumi from "@pulumi/pulumi";

export interface Problem {
    /** Where: `hosts[1].address`. */
    propertyPath: string;
    /** What is wrong and what to write instead. */
    reason: string;
}

/**
 * Makes the SDK print an error as its message alone: without a stack trace, because the mistake is not in the program's
 * code, and without what the SDK puts in front of the message for each property of each resource that the error meets.
 */
export function printedPlainly<T extends Error>(error: T): T {
    const { message } = error;
    return Object.defineProperties(error, {
        __pulumiRunError: { value: true },
        message: { get: () => message, set: () => {} },
        // Printed instead of the message once the program's own text has run to its end.
        stack: { value: message },
    });
}

/** Thrown once, with all problems. */
export class InvalidArgs extends pulumi.InputPropertiesError {
    constructor(name: string, problems: Problem[]) {
        super({
            message: [
                `${name}: ${problems.length === 1 ? "1 invalid input" : `${problems.length} invalid inputs`}:`,
                ...problems.map(({ propertyPath, reason }) => `  ${propertyPath}: ${reason}`),
            ].join("\n"),
            errors: problems,
        });
        printedPlainly(this);
    }
}

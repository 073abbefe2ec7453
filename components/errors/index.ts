/** The error that rejects invalid inputs, and how the Pulumi SDK prints an error without a stack trace. Used by `inputs` and `survey`. */
import * as pulumi from "@pulumi/pulumi";

export interface Problem {
    /** Path of the input: `hosts[1].address`. */
    propertyPath: string;
    /** What is wrong, and what to do. */
    reason: string;
}

/**
 * Makes the Pulumi SDK print an error as its message only: without a stack trace, because the mistake is not in the program's code, and
 * without the lines that the SDK adds for each property of each resource that depends on it. Returns the error.
 */
export function printMessageOnly<T extends Error>(error: T): T {
    const { message } = error;
    return Object.defineProperties(error, {
        __pulumiRunError: { value: true },
        message: { get: () => message, set: () => {} },
        // Printed instead of the message once the program's own text has run to its end.
        stack: { value: message },
    });
}

/** Rejects the inputs of a component, with every problem at once. */
export class InvalidArgs extends pulumi.InputPropertiesError {
    constructor(name: string, problems: Problem[]) {
        super({
            message: [
                `${name}: ${problems.length === 1 ? "1 invalid input" : `${problems.length} invalid inputs`}:`,
                ...problems.map(({ propertyPath, reason }) => `  ${propertyPath}: ${reason}`),
            ].join("\n"),
            errors: problems,
        });
        printMessageOnly(this);
    }
}

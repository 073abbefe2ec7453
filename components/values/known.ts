/** The part of an input that is a plain value now. Output and Promise values are read later, once they are resolved. */
import * as pulumi from "@pulumi/pulumi";

/**
 * The value of an input, where it is known now; undefined for an Output or a promise. The checks
 * are run twice: on the plain values before anything is registered, and on all of them once they
 * are resolved.
 */
export function known<T>(input: pulumi.Input<T> | undefined): T | undefined {
    return pulumi.Output.isInstance(input) || input instanceof Promise ? undefined : input;
}

/** The elements of a list input, where the list itself is known now; undefined also for what is no list (see `list`). */
export function knownList<T>(input: pulumi.Input<pulumi.Input<T>[]> | undefined): (T | undefined)[] | undefined {
    const list = known(input);
    return Array.isArray(list) ? list.map((element) => known(element)) : undefined;
}

/** The elements of a list, where all of them are known now; none where there is no list. */
export function wholeList<T>(input: pulumi.Input<pulumi.Input<T>[]> | undefined): T[] | undefined {
    const list = input === undefined ? [] : knownList(input);
    return list?.every((element) => element !== undefined) ? (list as T[]) : undefined;
}

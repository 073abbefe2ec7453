/** The part of an input that is a plain value now. Output and Promise values are read later, once they are resolved. */
import * as pulumi from "@pulumi/pulumi";

/**
 * A plain value, or undefined for an Output or a promise. The checks run twice: on the plain values before anything is registered, and on all
 * values once they are resolved.
 */
export function known<T>(input: pulumi.Input<T> | undefined): T | undefined {
    return pulumi.Output.isInstance(input) || input instanceof Promise ? undefined : input;
}

/** The elements of a list that is known now, each undefined if it is not known. Undefined if the list is not known, or is no list. */
export function knownList<T>(input: pulumi.Input<pulumi.Input<T>[]> | undefined): (T | undefined)[] | undefined {
    const list = known(input);
    return Array.isArray(list) ? list.map((element) => known(element)) : undefined;
}

/** The elements of a list if all of them are known now, or undefined. An absent list is empty. */
export function wholeList<T>(input: pulumi.Input<pulumi.Input<T>[]> | undefined): T[] | undefined {
    const list = input === undefined ? [] : knownList(input);
    return list?.every((element) => element !== undefined) ? (list as T[]) : undefined;
}

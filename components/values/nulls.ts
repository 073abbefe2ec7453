/**
 * The same without fields that are null: YAML has null for a field with nothing behind its name, other languages for one
 * that was not set, and both mean that it is not given. An element of a list that is null stays, to be told.
 */
export function withoutNulls<T>(value: T): T {
    if (Array.isArray(value)) {
        return value.map(withoutNulls) as T;
    }
    if (!isPlainObject(value)) {
        return value;
    }
    const given = Object.entries(value).filter(([, field]) => field !== null);
    return Object.fromEntries(given.map(([name, field]) => [name, withoutNulls(field)])) as T;
}

/** Not an Output, a promise or a resource. */
function isPlainObject(value: unknown): value is object {
    return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

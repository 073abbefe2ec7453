/**
 * Removes fields that are null. YAML has null for a key without a value, and other languages send null for a field that was not set; both mean
 * that it is absent. A null element of a list stays, so that the check reports it.
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

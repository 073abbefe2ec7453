/** A source with one token changed. */
export interface Mutant {
    /** Path of the source, from the root of the project. */
    file: string;
    line: number;
    /** What the changed line holds, or what replaces the token. */
    change: string;
    /** Whether a test failed, or did not end, because of the change. */
    isKilled: boolean;
}

/** Collects invalid inputs, each with its property path. The rules in this folder call its methods, one method a kind of check. */
import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../errors";
import { forms } from "../values/forms";
import { known, knownList } from "../values/known";
import { haproxyMilliseconds } from "../values/time";

/** HAProxy's MAX_LINE_ARGS. */
const mostWords = 64;

function isObject(value: unknown): value is object {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Collects problems. Each method is a kind of check, and ignores values that are absent or not known yet. */
export class Checker {
    readonly problems: Problem[] = [];

    add(propertyPath: string, reason: string): void {
        this.problems.push({ propertyPath, reason });
    }

    /** A required value. */
    required(path: string, input: unknown): void {
        if (input === undefined || input === null || input === "") {
            this.add(path, "is required");
        }
    }

    /** An object without unknown fields. */
    fields(path: string, input: unknown, names: readonly string[]): void {
        const value = known(input);
        if (value === undefined) {
            return;
        }
        if (!isObject(value)) {
            this.add(path, "must be an object");
            return;
        }
        for (const name of Object.keys(value).filter((key) => !names.includes(key))) {
            this.add(path ? `${path}.${name}` : name, `unknown field; valid fields: ${names.join(", ")}`);
        }
    }

    /** Checks an object without unknown fields, and returns it if it is known and an object. */
    object<T>(path: string, input: pulumi.Input<T> | undefined, names: readonly string[]): T | undefined {
        this.fields(path, input, names);
        const value = known(input);
        return isObject(value) ? value : undefined;
    }

    /** The known elements of a list, each with its path. */
    elements<T>(path: string, input: pulumi.Input<pulumi.Input<T>[]> | undefined): { at: string; value: T }[] {
        if (!this.list(path, input)) {
            return [];
        }
        return (knownList(input) ?? []).flatMap((value, i) =>
            value === undefined ? [] : [{ at: `${path}[${i}]`, value }],
        );
    }

    /** The known elements that are objects, each checked for unknown fields. */
    objects<T>(
        path: string,
        input: pulumi.Input<pulumi.Input<T>[]> | undefined,
        names: readonly string[],
    ): { at: string; value: T }[] {
        return this.elements(path, input).flatMap(({ at, value }) => {
            const object = this.object<T>(at, value, names);
            return object === undefined ? [] : [{ at, value: object }];
        });
    }

    /** A text that matches a pattern. `what` completes "is not …". */
    text(path: string, input: pulumi.Input<string> | undefined, form: RegExp, what: string): void {
        const value = known(input);
        if (value !== undefined && !(typeof value === "string" && form.test(value))) {
            this.add(path, `"${value}" is not ${what}`);
        }
    }

    /** One of some words. */
    choice(path: string, input: pulumi.Input<string> | undefined, words: readonly string[]): void {
        const value = known(input);
        if (value !== undefined && !words.includes(value)) {
            this.add(path, `"${value}" is not ${words.slice(0, -1).join(", ")} or ${words[words.length - 1]}`);
        }
    }

    /** Reports a field of HTTP in a section of mode tcp. */
    needsHttp(path: string): void {
        this.add(path, "HTTP only, and this section is in mode tcp. Remove it, or set mode to http");
    }

    integer(path: string, input: pulumi.Input<number> | undefined, min: number, max: number): void {
        const value = known(input);
        if (value !== undefined && !(Number.isInteger(value) && value >= min && value <= max)) {
            this.add(path, `${value} is not a whole number from ${min} to ${max}`);
        }
    }

    port(path: string, input: pulumi.Input<number> | undefined): void {
        this.integer(path, input, 1, 65535);
    }

    flag(path: string, input: pulumi.Input<boolean> | undefined): void {
        const value = known(input);
        if (value !== undefined && typeof value !== "boolean") {
            this.add(path, `"${value}" is neither true nor false`);
        }
    }

    /** Returns whether the value is a list, absent, or not known yet. */
    list(path: string, input: unknown): boolean {
        const value = known(input);
        const isList = value === undefined || Array.isArray(value);
        if (!isList) {
            this.add(path, "must be a list");
        }
        const elements: unknown[] = Array.isArray(value) ? value : [];
        elements.forEach((element, i) => {
            if (element === undefined) {
                this.add(`${path}[${i}]`, "undefined in a list. Remove it");
            }
        });
        return isList;
    }

    /** A required text. */
    requiredText(path: string, input: pulumi.Input<string> | undefined, form: RegExp, what: string): void {
        this.required(path, input);
        this.text(path, input || undefined, form, what);
    }

    /** A name in haproxy.cfg. */
    name(path: string, input: pulumi.Input<string> | undefined, what: string): void {
        this.text(path, input, forms.haproxyName, `${what} (letters, digits and _ - . :)`);
    }

    requiredName(path: string, input: pulumi.Input<string> | undefined, what: string): void {
        this.required(path, input);
        this.name(path, input || undefined, what);
    }

    /** HAProxy rejects 0 for most times, and counts milliseconds in 31 bits. */
    time(path: string, input: pulumi.Input<string> | undefined): void {
        const value = known(input);
        const time = typeof value === "string" ? haproxyMilliseconds(value) : undefined;
        if (value !== undefined && time === undefined) {
            this.add(path, `"${value}" is not a time in HAProxy's syntax ("5s", "500ms")`);
        }
        if (time !== undefined && !(time > 0 && time < 2 ** 31)) {
            this.add(path, `"${value}" is not above 0 and below 24 days`);
        }
    }

    condition(path: string, input: pulumi.Input<string> | undefined): void {
        this.text(path, input, forms.condition, '"if" or "unless" and a condition, without quotes, # and backslashes');
    }

    /** Words of one line of haproxy.cfg, in addition to `others`. The problem does not quote them: a user may mean one as a secret. */
    words(path: string, input: pulumi.Input<pulumi.Input<string>[]> | undefined, others: number): void {
        this.texts(path, input, forms.word, "must be a text of one line, and not empty");
        const count = knownList(input)?.length ?? 0;
        const most = Math.max(mostWords - others, 0);
        if (count > most) {
            this.add(path, `${count} words, at most ${most} fit: HAProxy reads ${mostWords} words a line`);
        }
    }

    /** Lines of haproxy.cfg. */
    lines(path: string, input: pulumi.Input<pulumi.Input<string>[]> | undefined): void {
        this.texts(path, input, forms.line, "must be a text of one line");
    }

    /** Texts that match a pattern. The problem does not quote them. */
    texts(path: string, input: pulumi.Input<pulumi.Input<string>[]> | undefined, form: RegExp, reason: string): void {
        for (const { at, value } of this.elements(path, input)) {
            if (!(typeof value === "string" && form.test(value))) {
                this.add(at, reason);
            }
        }
    }

    /** No two values may be equal. */
    distinct(values: (string | undefined)[], path: (index: number) => string): void {
        values.forEach((value, index) => {
            const first = values.indexOf(value);
            if (value !== undefined && first < index) {
                this.add(path(index), `"${value}" is already used by ${path(first)}`);
            }
        });
    }
}

/** The words of a line of haproxy.cfg. */

/** One word, whatever is in it. Between single quotes HAProxy interprets nothing; a single quote itself must stand outside
 * (manual, 2.2). */
export function word(text: string): string {
    return /^[A-Za-z0-9_.,:;/@%+=(){}[\]*!?<>&|~^-]+$/.test(text) ? text : strongQuoted(text);
}

export function strongQuoted(text: string): string {
    return `'${text.replace(/'/g, "'\\''")}'`;
}

/** A line of those words that are there. */
export function line(...words: (string | false | undefined)[]): string {
    return words.filter((each) => typeof each === "string" && each !== "").join(" ");
}

export function section(head: string, lines: string[]): string {
    return [head, ...lines.map((each) => `    ${each}`.trimEnd()), ""].join("\n");
}

export function endingInNewline(text: string): string {
    return text.endsWith("\n") ? text : `${text}\n`;
}

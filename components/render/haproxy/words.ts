/** Words, lines and sections of haproxy.cfg. */

/** Quotes a text so that HAProxy reads it as one word. Between single quotes HAProxy interprets nothing (configuration manual, 2.2). */
export function word(text: string): string {
    return /^[A-Za-z0-9_.,:;/@%+=(){}[\]*!?<>&|~^-]+$/.test(text) ? text : strongQuoted(text);
}

export function strongQuoted(text: string): string {
    return `'${text.replace(/'/g, "'\\''")}'`;
}

/** Joins the words that are neither false nor empty. */
export function line(...words: (string | false | undefined)[]): string {
    return words.filter((each) => typeof each === "string" && each !== "").join(" ");
}

export function section(head: string, lines: string[]): string {
    return [head, ...lines.map((each) => `    ${each}`.trimEnd()), ""].join("\n");
}

export function endingInNewline(text: string): string {
    return text.endsWith("\n") ? text : `${text}\n`;
}

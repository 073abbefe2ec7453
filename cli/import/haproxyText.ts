/** haproxy.cfg as sections and lines. See chapter 2 of HAProxy's configuration manual. */

export interface Section {
    keyword: string;
    /** What is behind the keyword. */
    words: string[];
    lines: string[];
}

const keywords =
    /^(global|defaults|listen|frontend|backend|peers|userlist|resolvers|cache|mailers|program|ring|http-errors|fcgi-app)\b/;

/** How keywords were called before 1.5. */
const renamed: [RegExp, string][] = [
    [/^contimeout\b/, "timeout connect"],
    [/^clitimeout\b/, "timeout client"],
    [/^srvtimeout\b/, "timeout server"],
    [/^redispatch$/, "option redispatch"],
];

/** A comment begins at a `#` that is neither quoted nor behind a backslash. */
function withoutComment(line: string): string {
    const [words] = /^(?:[^#"'\\]|\\.|"(?:[^"\\]|\\.)*"?|'[^']*'?|\\$)*/.exec(line) as RegExpExecArray;
    return words.trim();
}

/** But for a line with quotes, in which spaces may matter. */
function singleSpaced(line: string): string {
    return /["'\\]/.test(line) ? line : line.replace(/\s+/g, " ");
}

export function sections(text: string): Section[] {
    const all: Section[] = [];
    for (const raw of text.split("\n")) {
        const plain = singleSpaced(withoutComment(raw));
        const line = renamed.reduce((now, [old, name]) => now.replace(old, name), plain);
        if (keywords.test(line)) {
            const [keyword, ...words] = line.split(/\s+/);
            all.push({ keyword, words, lines: [] });
        } else if (line !== "") {
            all.at(-1)?.lines.push(line);
        }
    }
    return all;
}

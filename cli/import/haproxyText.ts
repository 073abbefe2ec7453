/** haproxy.cfg as sections and lines. See chapter 2 of HAProxy's configuration manual. */

export interface Section {
    keyword: string;
    /** What is behind the keyword, without what it inherits from. */
    words: string[];
    /** `from NAME`. */
    from?: string;
    lines: string[];
}

/** Whether clients come to it. */
export function receives({ keyword }: Section): boolean {
    return keyword === "listen" || keyword === "frontend";
}

const keywords = new RegExp(
    "^(global|defaults|listen|frontend|backend|peers|userlist|resolvers|cache|mailers|program|ring|http-errors|fcgi-app|" +
        "log-forward|log-profile|crt-store|traces|acme)( |$)",
);

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
            const at = words.indexOf("from");
            const from = at < 0 ? undefined : words.splice(at, 2)[1];
            // `listen NAME ADDRESS:PORT`, as before 1.5.
            const place = keyword === "listen" || keyword === "frontend" ? words.splice(1).join(" ") : "";
            all.push({ keyword, words, from, lines: place ? [`bind ${place}`] : [] });
        } else if (line !== "") {
            all.at(-1)?.lines.push(line);
        }
    }
    return all;
}

/**
 * The text that a step's script reads from standard input, in front of itself: its values and its
 * files. Data only: values are quoted, files are here-documents that the shell does not look into.
 * Files are in plain text, so that a preview shows a change line by line.
 */

export interface ManagedFile {
    path: string;
    /** Octal permissions: `0644`. The owner is root. */
    mode: string;
    /** Ends with a line feed. */
    text: string;
}

export interface Payload {
    values: Record<string, string>;
    files?: ManagedFile[];
}

/** A word that the shell takes as it stands. */
export function quoted(text: string): string {
    return `'${text.replaceAll("'", "'\\''")}'`;
}

export function payloadText({ values, files = [] }: Payload): string {
    return [
        "payload() {",
        // A function needs one command at least.
        ":",
        ...Object.entries(values).map(([name, value]) => `${name}=${quoted(value)}`),
        ...files.map(fileText),
        "}",
        "",
    ].join("\n");
}

function fileText({ path, mode, text }: ManagedFile): string {
    const end = endMark(text);
    return `file ${quoted(path)} ${mode} <<'${end}'\n${text}${end}`;
}

/** A line that the text does not have. */
function endMark(text: string): string {
    const lines = new Set(text.split("\n"));
    let mark = "END";
    while (lines.has(mark)) {
        mark += "_";
    }
    return mark;
}

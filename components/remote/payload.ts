/**
 * The beginning of a step's standard input: its values and its files, before the script. Data only: values are quoted, and files are
 * here-documents without expansion. Files are plain text, so that a preview shows a change line by line.
 */

interface ManagedFile {
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

/** Quotes a text so that the shell reads it as one word. */
export function quoted(text: string): string {
    return `'${text.replace(/'/g, "'\\''")}'`;
}

export function payloadText({ values, files = [] }: Payload): string {
    return [
        "payload() {",
        // A shell function needs at least one command.
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

/**
 * An end mark whose first character begins no line of the text: dash 0.5.12 loses a byte of a multi-byte character that follows the beginning of the
 * mark. See docs/decisions/0003-here-documents.md.
 */
function endMark(text: string): string {
    const taken = new Set(text.split("\n").map((line) => line[0]));
    const first = ["E", ..."~^@%=+ABCDFGHIJKLMNOPQRSTUVWXYZ"].find((character) => !taken.has(character));
    if (first === undefined) {
        throw new Error("the lines of a file begin with every letter there is");
    }
    return first === "E" ? "END" : `${first}END`;
}

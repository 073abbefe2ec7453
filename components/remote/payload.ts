/**
 * The text that a step's script reads from standard input, in front of itself: its values and its
 * files. Data only: values are quoted, files are here-documents that the shell does not look into.
 * Files are in plain text, so that a preview shows a change line by line.
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

/** A word that the shell takes as it stands. */
export function quoted(text: string): string {
    return `'${text.replace(/'/g, "'\\''")}'`;
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

/**
 * A line that ends the text and that no line of it resembles, down to the first character: dash 0.5.12 loses a byte of
 * a multi-byte character that follows upon a beginning of the mark.
 */
function endMark(text: string): string {
    const taken = new Set(text.split("\n").map((line) => line[0]));
    const first = ["E", ..."~^@%=+ABCDFGHIJKLMNOPQRSTUVWXYZ"].find((character) => !taken.has(character));
    if (first === undefined) {
        throw new Error("the lines of a file begin with every letter there is");
    }
    return first === "E" ? "END" : `${first}END`;
}

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { type Payload, payloadText, quoted } from "../../components/remote/payload";
import { cases } from "../generated";

const dir = mkdtempSync(join(tmpdir(), "payload-"));
afterAll(() => rmSync(dir, { recursive: true }));

/** Lets a real shell read the payload, and returns the value and the file that arrived. */
function arrived(payload: Payload): { value: string; file: string } {
    const script = `${payloadText(payload)}
file() { cat >"$out/file"; }
payload
printf %s "$value" >"$out/value"
`;
    execFileSync("sh", ["-s"], { input: script, env: { out: dir, PATH: process.env.PATH } });
    return { value: readFileSync(join(dir, "value"), "utf8"), file: readFileSync(join(dir, "file"), "utf8") };
}

test("passes any text unchanged, and runs none of it", () => {
    // Everything that could end a quotation or a here-document early, and any other text but NUL, which no shell holds.
    const nasty = fc.constantFrom(
        "'",
        '"',
        "$(exit 3)",
        "`exit 3`",
        "\\",
        "\n",
        "E",
        "END",
        "~END",
        "END\n",
        "\t",
        "é",
    );
    const text = fc.oneof(fc.string({ unit: nasty }), fc.string({ unit: "binary" })).map((s) => s.replaceAll("\0", ""));
    fc.assert(
        fc.property(text, text, (value, body) => {
            // A here-document is whole lines.
            const file = `${body}\n`;
            const payload = { values: { value }, files: [{ path: "/f", mode: "0644", text: file }] };
            expect(arrived(payload)).toEqual({ value, file });
        }),
        cases(150),
    );
});

test("shows a file line by line", () => {
    const files = [{ path: "/etc/ha.d/ha.cf", mode: "0644", text: "keepalive 2\nEND\n" }];
    expect(payloadText({ values: { node: "lb1" }, files })).toBe(`payload() {
:
node='lb1'
file '/etc/ha.d/ha.cf' 0644 <<'~END'
keepalive 2
END
~END
}
`);
    expect(quoted("it's")).toBe("'it'\\''s'");
});

/** PEM (RFC 7468): blocks between "-----BEGIN …-----" and "-----END …-----". Text outside of them is a comment. */

/** The blocks of a text, each with a newline at its end, and without the comments between them. */
export function pemBlocks(text: unknown): string[] {
    const found = String(text).match(/-----BEGIN ([A-Z0-9 ]+)-----[A-Za-z0-9+/=\s:,-]+?-----END \1-----/g) ?? [];
    return found.map((block) => `${block.replace(/\r/g, "")}\n`);
}

export function isCertificate(block: string): boolean {
    return block.startsWith("-----BEGIN CERTIFICATE-----");
}

export function isPrivateKey(block: string): boolean {
    return /^-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(block);
}

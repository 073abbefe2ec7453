/** PEM (RFC 7468): texts between lines "-----BEGIN …-----" and "-----END …-----". What stands between them is a comment. */

/** The blocks of a text, each ending in a newline; without comments, which may be in any language and are of no use to HAProxy. */
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

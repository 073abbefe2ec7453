import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { hostKeyOf } from "../../components";

const file = `# a comment
192.168.0.100 ssh-rsa AAAArsa
192.168.0.100,lb1 ecdsa-sha2-nistp256 AAAAecdsa
lb1,192.168.0.100 ssh-ed25519 AAAAed comment
[192.168.0.101]:2222 ssh-ed25519 AAAAport
@revoked 192.168.0.102 ssh-ed25519 AAAArevoked
192.168.0.103 ssh-ed25519 AAAAstolen
192.168.0.103 ecdsa-sha2-nistp256 AAAAkept
@revoked * ssh-ed25519 AAAAstolen
`;

test.each([
    ["192.168.0.100", 22, "ssh-ed25519 AAAAed"],
    ["192.168.0.101", 2222, "ssh-ed25519 AAAAport"],
    ["192.168.0.101", 22, undefined],
    ["192.168.0.102", 22, undefined],
    ["192.168.0.103", 22, "ecdsa-sha2-nistp256 AAAAkept"],
    ["192.168.0.1", 22, undefined],
])("%s port %i", (address, port, expected) => {
    expect(hostKeyOf(file, address, port)).toBe(expected);
});

test("a hashed name", () => {
    const salt = Buffer.from("12345678901234567890");
    const hash = createHmac("sha1", salt).update("192.168.0.100").digest("base64");
    const line = `|1|${salt.toString("base64")}|${hash} ssh-ed25519 AAAAhashed\n`;
    expect(hostKeyOf(line, "192.168.0.100")).toBe("ssh-ed25519 AAAAhashed");
    expect(hostKeyOf(line, "192.168.0.101")).toBeUndefined();
});

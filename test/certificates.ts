/** Certificates for tests, made by openssl; good for 30 days. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Pem {
    certificate: string;
    privateKey: string;
}

const keys = { ec: ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], weak: ["rsa:1024"] };

/** Signs itself. */
export function makeAuthority(name: string): Pem {
    return make(name, ["basicConstraints=critical,CA:TRUE"]);
}

/** Signed by an authority, which stands behind it in the text; or by itself. `more`: another extension. */
export function makeCertificate(names: string[], by?: Pem, key: keyof typeof keys = "ec", more?: string): Pem {
    const altNames = `subjectAltName=${names.map((each) => `DNS:${each}`).join(",")}`;
    const own = make(names[0], more === undefined ? [altNames] : [altNames, more], by, key);
    return by ? { ...own, certificate: own.certificate + by.certificate } : own;
}

function make(name: string, extensions: string[], by?: Pem, key: keyof typeof keys = "ec"): Pem {
    const dir = mkdtempSync(join(tmpdir(), "certificates-"));
    try {
        const signer = by ? ["-CA", "ca.pem", "-CAkey", "ca.key"] : [];
        if (by) {
            writeFileSync(join(dir, "ca.pem"), by.certificate);
            writeFileSync(join(dir, "ca.key"), by.privateKey);
        }
        const command = ["req", "-x509", "-newkey", ...keys[key], "-nodes", "-subj", `/CN=${name}`, "-days", "30"];
        const files = ["-keyout", "key.pem", "-out", "cert.pem"];
        const { status, stderr, error } = spawnSync(
            "openssl",
            [...command, ...extensions.flatMap((each) => ["-addext", each]), ...signer, ...files],
            {
                cwd: dir,
                encoding: "utf8",
            },
        );
        if (status !== 0) {
            throw new Error(`openssl: ${error?.message ?? stderr}`);
        }
        const read = (file: string) => readFileSync(join(dir, file), "utf8");
        return { certificate: read("cert.pem"), privateKey: read("key.pem") };
    } finally {
        rmSync(dir, { recursive: true, force: true });
    }
}

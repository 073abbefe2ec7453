/** Certificates and keys: what HAProxy would refuse, or clients. What is in them is never told. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import type { CertificateArgs } from "../../args";
import { fields } from "../../fields";
import { type Checker, known } from "../../problems";

/** Names, and what else is no secret. */
export function certificateNames(check: Checker, list: CertificateArgs[] | undefined): void {
    if (!check.list("haproxy.certificates", list)) {
        return;
    }
    list?.forEach((each, i) => {
        const path = `haproxy.certificates[${i}]`;
        check.fields(path, each, fields.certificate);
        check.required(`${path}.name`, each.name);
        check.text(`${path}.name`, each.name || undefined, /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, "the name of a file");
    });
    check.distinct(
        (list ?? []).map(({ name }) => name),
        (i) => `haproxy.certificates[${i}].name`,
    );
}

export function certificateTexts(check: Checker, list: CertificateArgs[] | undefined): void {
    list?.forEach((each, i) => {
        const path = `haproxy.certificates[${i}]`;
        check.required(`${path}.certificate`, each.certificate);
        check.required(`${path}.privateKey`, each.privateKey);
        const pem = known(each.certificate);
        const chain = pem ? pemChain(check, `${path}.certificate`, pem) : undefined;
        const keyPem = known(each.privateKey);
        const key = keyPem ? privateKey(check, `${path}.privateKey`, keyPem) : undefined;
        if (chain && key && !chain[0].checkPrivateKey(key)) {
            check.add(`${path}.privateKey`, "is not the key of the certificate (the first one in its text)");
        }
    });
}

/** Certificates of who signs others. */
export function authority(check: Checker, path: string, pem: string | undefined): void {
    if (pem !== undefined) {
        parsed(check, path, pem);
    }
}

function pemChain(check: Checker, path: string, pem: string): X509Certificate[] | undefined {
    const chain = parsed(check, path, pem);
    if (!chain) {
        return undefined;
    }
    chain.slice(1).forEach((issuer, i) => {
        if (!chain[i].checkIssued(issuer)) {
            check.add(path, `is not in order: number ${i + 2} in the text has not signed the one before it`);
        }
    });
    const [own] = chain;
    if (new Date(own.validTo).getTime() < Date.now()) {
        check.add(path, `has expired (${own.validTo})`);
    }
    if (new Date(own.validFrom).getTime() > Date.now()) {
        check.add(path, `is not valid yet (from ${own.validFrom})`);
    }
    if (own.subjectAltName === undefined) {
        check.add(path, "has no names (subjectAltName), so that no client accepts it");
    }
    return chain;
}

function parsed(check: Checker, path: string, pem: string): X509Certificate[] | undefined {
    if (/PRIVATE KEY-----/.test(pem)) {
        check.add(path, "has a private key in it, which belongs in privateKey");
        return undefined;
    }
    const blocks = pem.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g);
    try {
        if (blocks && /^[\x20-\x7e\r\n]*$/.test(pem)) {
            return blocks.map((block) => new X509Certificate(block));
        }
    } catch {
        // Told below.
    }
    check.add(path, 'is no certificate in PEM ("-----BEGIN CERTIFICATE-----", …)');
    return undefined;
}

function privateKey(check: Checker, path: string, pem: string): KeyObject | undefined {
    let key: KeyObject;
    try {
        key = createPrivateKey(pem);
    } catch {
        check.add(path, 'is no private key in PEM ("-----BEGIN PRIVATE KEY-----", …), or one with a passphrase');
        return undefined;
    }
    const bits = key.asymmetricKeyDetails?.modulusLength;
    if (bits !== undefined && bits < 2048) {
        check.add(path, `has ${bits} bits; HAProxy on Debian takes RSA keys from 2048 bits on`);
    }
    return key;
}

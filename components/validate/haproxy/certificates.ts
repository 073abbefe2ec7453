/** Certificates and keys: what HAProxy would refuse, or clients. What is in them is never told. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import type { CertificateArgs } from "../../args";
import { known } from "../../values/known";
import { isCertificate, isPrivateKey, pemBlocks } from "../../values/pem";
import type { Checker } from "../checker";
import { fieldsOf } from "../fields";

/** Names, and what else is no secret. */
export function certificateNames(check: Checker, list: CertificateArgs[] | undefined): void {
    if (list !== undefined && !Array.isArray(list)) {
        check.add("haproxy.certificates", "must be a plain list; what is in its elements may be Outputs");
        return;
    }
    const elements = check.objects<CertificateArgs>("haproxy.certificates", list, fieldsOf("Certificate"));
    for (const { at, value } of elements) {
        check.requiredText(`${at}.name`, value.name, /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, "the name of a file");
        if (known(value.name) !== value.name) {
            check.add(`${at}.name`, "must be a plain text, not an Output, because it decides which files exist");
        }
    }
    check.distinct(
        elements.map(({ value }) => value.name),
        (i) => `${elements[i].at}.name`,
    );
}

export function certificateTexts(check: Checker, list: CertificateArgs[]): void {
    list.forEach((each, i) => {
        if (typeof each !== "object" || each === null) {
            // Told with the names.
            return;
        }
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
export function authority(check: Checker, path: string, input: pulumi.Input<string> | undefined): void {
    const pem = known(input);
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
            check.add(path, `wrong order: certificate ${i + 2} has not signed certificate ${i + 1}`);
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
        check.add(path, "no subjectAltName; clients reject it");
    }
    return chain;
}

function parsed(check: Checker, path: string, pem: string): X509Certificate[] | undefined {
    const blocks = pemBlocks(pem);
    if (blocks.some(isPrivateKey)) {
        check.add(path, "has a private key in it, which belongs in privateKey");
        return undefined;
    }
    try {
        const certificates = blocks.filter(isCertificate);
        if (certificates.length > 0) {
            return certificates.map((block) => new X509Certificate(block));
        }
    } catch {
        // Told below.
    }
    check.add(path, 'is not a certificate in PEM ("-----BEGIN CERTIFICATE-----", …)');
    return undefined;
}

function privateKey(check: Checker, path: string, pem: string): KeyObject | undefined {
    const blocks = pemBlocks(pem);
    if (blocks.some(isCertificate)) {
        check.add(path, "has a certificate in it, which belongs in certificate");
        return undefined;
    }
    let key: KeyObject;
    try {
        key = createPrivateKey(blocks.filter(isPrivateKey).join(""));
    } catch {
        check.add(path, 'is not a private key in PEM without a passphrase ("-----BEGIN PRIVATE KEY-----", …)');
        return undefined;
    }
    const bits = key.asymmetricKeyDetails?.modulusLength;
    if (bits !== undefined && bits < 2048) {
        check.add(path, `has ${bits} bits; HAProxy on Debian takes RSA keys from 2048 bits on`);
    }
    return key;
}

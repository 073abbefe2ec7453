/** TLS words of haproxy.cfg, and the certificate files that they name. */
import { createHash } from "node:crypto";
import type { BindSsl, Haproxy, ServerSsl } from "../../model";
import { isCertificate, isPrivateKey, pemBlocks } from "../../values/pem";
import { line } from "./words";

const folder = "/etc/haproxy/ha-load-balancer-pair";

export const certificatePath = (name: string) => `${folder}/certificates/${name}.pem`;

/** Named after its content: a changed certificate is another file, so that no file changes under a configuration that is in use. */
function authorityPath(pem: string): string {
    return `${folder}/authorities/${createHash("sha256").update(pem).digest("hex").slice(0, 16)}.pem`;
}

/** The authorities that haproxy.cfg names, by path. They are not secret. */
export function authorities({ sections }: Haproxy): Record<string, string> {
    const pems = sections.flatMap(({ bind, servers }) => [
        ...bind.map(({ ssl }) => ssl?.clientCa),
        ...servers.map(({ ssl }) => ssl?.ca),
    ]);
    return Object.fromEntries(
        pems.flatMap((pem) => (pem === undefined ? [] : [[authorityPath(pem), certificatesOf(pem)]])),
    );
}

/** A certificate, its chain and its key in one file, as HAProxy reads them. */
export function certificateFile(certificate: string, privateKey: string): string {
    return certificatesOf(certificate) + pemBlocks(privateKey).filter(isPrivateKey).join("");
}

function certificatesOf(pem: string): string {
    return pemBlocks(pem).filter(isCertificate).join("");
}

/** A user's lines that use TLS. */
const tlsLine = /^\s*(bind|server|server-template|default-server)(\s.*)?\sssl(\s|$)/;

/** Also if only a user's text uses TLS. */
export function usesTls({ sections, moreSections, defaultsLines }: Haproxy): boolean {
    const places = sections.flatMap(({ bind, servers }) => [...bind, ...servers]);
    const text = [...sections.flatMap(({ lines }) => lines), ...defaultsLines, ...moreSections.split("\n")];
    return (
        places.some(({ ssl, words }) => ssl !== undefined || words.includes("ssl")) ||
        text.some((each) => tlsLine.test(each))
    );
}

/** Mozilla's "intermediate" recommendation, 5.7. The protocol versions stand in each `bind` and `server` line. */
export const tlsDefaults = [
    "ssl-default-bind-options no-tls-tickets prefer-client-ciphers",
    "ssl-default-bind-ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305",
    "ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256",
    "ssl-default-server-options ssl-min-ver TLSv1.2",
];

export function bindSsl({ certificates, alpn, minVersion, strictSni, clientCa, verify }: BindSsl): string {
    return line(
        "ssl",
        ...certificates.map((name) => `crt ${certificatePath(name)}`),
        alpn !== undefined && `alpn ${alpn}`,
        `ssl-min-ver ${minVersion}`,
        strictSni && "strict-sni",
        clientCa !== undefined && `ca-file ${authorityPath(clientCa)} verify ${verify}`,
    );
}

export function serverSsl({ verify, ca, hostname }: ServerSsl): string {
    return line(
        "ssl",
        `verify ${verify}`,
        verify === "required" && `ca-file ${ca === undefined ? "@system-ca" : authorityPath(ca)}`,
        verify === "required" && hostname !== undefined && `verifyhost ${hostname}`,
        hostname !== undefined && `sni str(${hostname}) check-sni ${hostname}`,
    );
}

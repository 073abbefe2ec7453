/** Writes HAProxy's secrets apart from haproxy.cfg, so that a preview can show haproxy.cfg in clear. */
import type { Pair } from "../model/pair";
import { haproxyFiles } from "../render/haproxy/files";
import { haproxySecrets as render } from "../render/haproxy/haproxySecrets";
import { certificateFile, certificatePath } from "../render/haproxy/tls";
import type { Step } from "./step";

export function haproxySecrets({ haproxySecrets: secrets }: Pair): Step {
    return {
        name: "haproxy-secrets",
        scripts: ["haproxy-secrets.sh"],
        payload: secrets.apply(({ statsPassword, certificates }) => ({
            values: {},
            files: [
                { path: haproxyFiles.secrets, mode: "0600", text: render(statsPassword) },
                ...certificates.map(({ name, certificate, privateKey }) => ({
                    path: certificatePath(name),
                    mode: "0600",
                    text: certificateFile(certificate, privateKey),
                })),
            ],
        })),
    };
}

/** Writes what haproxy.cfg refers to and must not hold, so that a preview can show haproxy.cfg in clear. */
import { haproxySecrets as render } from "../render/haproxySecrets";
import type { Pair } from "./pair";
import type { Step } from "./step";

export function haproxySecrets({ statsPassword }: Pair): Step {
    return {
        name: "haproxy-secrets",
        scripts: ["haproxy-secrets.sh"],
        payload: statsPassword.apply((password) => ({
            values: {},
            files: [{ path: "/etc/haproxy/ha-load-balancer-pair-secrets.cfg", mode: "0600", text: render(password) }],
        })),
    };
}

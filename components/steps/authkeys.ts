/** Writes the secret that both hosts sign their heartbeats with. */

import type { Pair } from "../model/pair";
import { authkeys as render } from "../render/authkeys";
import type { Step } from "./step";

export function authkeys({ authkeysSecret }: Pair): Step {
    return {
        name: "authkeys",
        scripts: ["authkeys.sh"],
        payload: authkeysSecret.apply((secret) => ({
            values: {},
            files: [{ path: "/etc/ha.d/authkeys", mode: "0600", text: render(secret) }],
        })),
    };
}

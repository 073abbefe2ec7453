/** Installs Heartbeat and HAProxy, without starting or restarting anything. */

import type { Pair } from "../model/pair";
import { preferences } from "../render/preferences";
import type { Step } from "./step";

/** What Heartbeat's agent, the keeper and the scripts call. */
const needed = ["iputils-ping", "nftables", "python3"];

export function packages({ packages: declared }: Pair): Step {
    return {
        name: "packages",
        scripts: ["undo.sh", "packages.sh"],
        payload: declared.apply(({ trustsSystem, heartbeat, haproxy }) => {
            const versions = { heartbeat, haproxy };
            const words = Object.entries(versions).map(([name, version]) => (version ? `${name}=${version}` : name));
            return {
                values: {
                    packages: [...words, ...needed, ...(trustsSystem ? ["ca-certificates"] : [])].join(" "),
                },
                files: [
                    {
                        path: "/etc/apt/preferences.d/ha-load-balancer-pair.pref",
                        mode: "0644",
                        text: preferences(versions),
                    },
                ],
            };
        }),
    };
}

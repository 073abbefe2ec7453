/** Installs Heartbeat and HAProxy, without starting or restarting anything. */
import * as pulumi from "@pulumi/pulumi";
import { trustsSystem } from "../render/haproxy/tls";
import { preferences } from "../render/preferences";
import type { Pair } from "./pair";
import type { Step } from "./step";

/** What Heartbeat's agent, the keeper and the scripts call. */
const needed = ["iputils-ping", "nftables", "python3"];

export function packages({ heartbeat, haproxy }: Pair): Step {
    return {
        name: "packages",
        scripts: ["undo.sh", "packages.sh"],
        payload: pulumi.all([heartbeat, haproxy]).apply(([membership, proxy]) => {
            const versions = { heartbeat: membership.version, haproxy: proxy.version };
            const words = Object.entries(versions).map(([name, version]) => (version ? `${name}=${version}` : name));
            return {
                values: {
                    packages: [...words, ...needed, ...(trustsSystem(proxy) ? ["ca-certificates"] : [])].join(" "),
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

/** Installs Heartbeat and HAProxy, without starting or restarting anything. */
import * as pulumi from "@pulumi/pulumi";
import { preferences } from "../render/preferences";
import type { Pair } from "./pair";
import type { Step } from "./step";

export function packages({ heartbeat, haproxy }: Pair): Step {
    return {
        name: "packages",
        scripts: ["undo.sh", "packages.sh"],
        payload: pulumi.all([heartbeat, haproxy]).apply(([membership, proxy]) => {
            const versions = { heartbeat: membership.version, haproxy: proxy.version };
            const words = Object.entries(versions).map(([name, version]) => (version ? `${name}=${version}` : name));
            return {
                values: { packages: [...words, "iputils-ping", "nftables", "python3"].join(" ") },
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

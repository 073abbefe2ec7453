/** Inputs that tests start from: the classic set-up. */
import type { HaLoadBalancerPairArgs } from "../components";

export const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK0wmN/Cr3JXqmLW7u+g9pTh+wyqDHpSQEIQczXkVx9q";

export function classicArgs(): HaLoadBalancerPairArgs {
    return {
        hosts: [
            { name: "lb1.example.com", address: "192.168.0.100", hostKey },
            { name: "lb2.example.com", address: "192.168.0.101", hostKey },
        ],
        virtualIps: [{ address: "192.168.0.99" }],
        haproxy: {
            listen: [
                {
                    name: "webfarm",
                    cookie: { name: "JSESSIONID" },
                    httpchk: { uri: "/check.txt" },
                    servers: [
                        { name: "web1", address: "192.168.0.102" },
                        { name: "web2", address: "192.168.0.103" },
                    ],
                },
            ],
            stats: { onVirtualIps: "clear" },
        },
    };
}

/** The classic inputs with one field, named by its path, set to another value; undefined removes it. */
export function classicArgsWith(path: string, value: unknown): HaLoadBalancerPairArgs {
    const args = classicArgs();
    const keys = path.split(/[.[\]]+/).filter(Boolean);
    const last = keys.pop() as string;
    // Paths lead through objects and lists alike.
    let at = args as unknown as Record<string, unknown>;
    for (const key of keys) {
        at[key] ??= {};
        at = at[key] as Record<string, unknown>;
    }
    at[last] = value;
    return args;
}

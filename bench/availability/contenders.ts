/** Whom an event happens to: this pair, and keepalived on the same hosts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { explain } from "../../lab/explain";
import { labStack, virtualIp } from "../../lab/pulumi";
import { root } from "../../toolchain/paths";
import { sleep, step, until } from "../../toolchain/shell";
import type { Stack } from "../../toolchain/stack";
import { onBareHosts } from "../measure";
import { type Place, placeOf } from "./harness";

export interface Contender {
    name: string;
    /** Whether it has Heartbeat and a keeper, for the events that are about those. */
    isOurs: boolean;
    setUp(place: Place): Promise<void>;
    /** Leaves the hosts to the next one. */
    tearDown(place: Place): Promise<void>;
    /** Waits until lb1 holds the virtual IP and both hosts have settled. */
    rest(place: Place): Promise<void>;
}

/** Hosts of its own for a contender that is set up on them; gone afterwards. */
export function onPair<T>(contender: Contender, action: (place: Place) => Promise<T>): Promise<T> {
    return onBareHosts(async (lab) => {
        const place = placeOf(lab);
        await step(`${contender.name}: setting up`, () => contender.setUp(place));
        return action(place);
    });
}

/** This pair, by `pulumi up`. */
export function ours(timing?: { keepalive: string; deadtime: string }): Contender {
    let stack: Stack;
    return {
        name: timing ? `this pair, ${timing.keepalive} / ${timing.deadtime}` : "this pair",
        isOurs: true,
        async setUp({ lab }) {
            stack = await labStack(lab, timing ? { heartbeat: timing } : {});
            await stack.up();
        },
        async tearDown() {
            await stack.destroy();
        },
        async rest(place) {
            // Twice: two Heartbeats that have just met again may be about to restart. And in its first 5 s each gives a new peer 2 s
            // more before it declares it dead.
            do {
                await until("both hosts have settled", 90_000, () => isSettled(place)).catch(async (error) => {
                    await explain(place.lab);
                    throw error;
                });
                await sleep(6000);
            } while (!(await isSettled(place)));
        },
    };
}

/** This pair at its default timing, and at faster ones. */
export const timings = [
    () => ours(),
    () => ours({ keepalive: "100ms", deadtime: "300ms" }),
    () => ours({ keepalive: "50ms", deadtime: "150ms" }),
];

/** Whether lb1 holds the virtual IP, and each host knows all there is to know of the other. */
async function isSettled({ lb1, lb2 }: Place): Promise<boolean> {
    const look = `cl_status nodestatus lb1.example.com; cl_status nodestatus lb2.example.com; cl_status rscstatus; cat /run/ha-load-balancer-pair/peer/${virtualIp}`;
    const [own, peers] = await Promise.all(
        [lb1, lb2].map(async (host) => (await host.attempt(look)).stdout.split("\n")),
    );
    const isCalm = [own, peers].every(
        ([first, second, resources]) => first === "active" && second === "active" && resources !== "transition",
    );
    // What it has let go it may still have, for open connections.
    return isCalm && /^(no|lingering)/.test(own[3]) && /^held/.test(peers[3]);
}

/** VRRP version and seconds between advertisements. */
function keepalivedConf(isFirst: boolean, version: 2 | 3, interval: number): string {
    return `global_defs {
    vrrp_version ${version}
}
vrrp_instance pair {
    state ${isFirst ? "MASTER" : "BACKUP"}
    interface eth0
    virtual_router_id 51
    priority ${isFirst ? 101 : 100}
    advert_int ${interval}
    virtual_ipaddress {
        ${virtualIp}/24
    }
}
`;
}

/** As its own sample does it: no script looks at HAProxy. */
export function keepalived(version: 2 | 3, interval: number): Contender {
    const cfg = readFileSync(join(root, "bench", "peers", "files", "haproxy.cfg"), "utf8");
    return {
        name: `keepalived, VRRPv${version}, ${interval} s`,
        isOurs: false,
        async setUp({ lb1, lb2 }) {
            for (const host of [lb1, lb2]) {
                await host.run("sysctl -q -w net.ipv4.ip_nonlocal_bind=1; mkdir -p /etc/haproxy /etc/keepalived");
                await host.run("echo net.ipv4.ip_nonlocal_bind=1 >/etc/sysctl.d/60-bench.conf");
                await host.run("cat >/etc/haproxy/haproxy.cfg", cfg);
                await host.run("cat >/etc/keepalived/keepalived.conf", keepalivedConf(host === lb1, version, interval));
                await host.run(
                    "apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Dpkg::Options::=--force-confold " +
                        "--no-install-recommends install haproxy keepalived python3 2>&1 && systemctl restart haproxy keepalived",
                );
            }
        },
        async tearDown({ lb1, lb2 }) {
            for (const host of [lb2, lb1]) {
                await host.run(
                    "systemctl stop keepalived haproxy; DEBIAN_FRONTEND=noninteractive apt-get -qq -y purge haproxy keepalived 2>&1; " +
                        "rm -rf /etc/haproxy /etc/keepalived /etc/sysctl.d/60-bench.conf",
                );
            }
        },
        async rest({ lb1, lb2 }) {
            await until("lb1 alone holds the virtual IP", 60_000, async () => {
                const [first, second] = await Promise.all(
                    [lb1, lb2].map((host) => host.attempt(`ip -o address show to ${virtualIp}`)),
                );
                return first.stdout !== "" && second.code === 0 && second.stdout === "";
            });
            await sleep(4000);
        },
    };
}

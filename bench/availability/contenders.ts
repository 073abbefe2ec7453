/** Whom an event happens to: this pair, and keepalived on the same hosts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Contender, type Place, placeOf } from "../../lab/events/event";
import { ours } from "../../lab/events/thisPair";
import { virtualIp } from "../../lab/pulumi";
import { holdersOf } from "../../lab/rest";
import { step } from "../../support/progress";
import { sleep, until } from "../../support/wait";
import { root } from "../../toolchain/paths";
import { onBareHosts } from "../measure";

/** Hosts of its own for a contender that is set up on them; gone afterwards. */
export function onPair<T>(contender: Contender, action: (place: Place) => Promise<T>): Promise<T> {
    return onBareHosts(async (lab) => {
        const place = placeOf(lab);
        await step(`${contender.name}: setting up`, () => contender.setUp(place));
        return action(place);
    });
}

/** This pair at its default timing, and at faster ones. */
export const timings = [
    () => ours(),
    () => ours({ keepalive: "100ms", deadtime: "300ms" }),
    () => ours({ keepalive: "50ms", deadtime: "150ms" }),
];

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
        async rest({ lab }) {
            await until("lb1 alone holds the virtual IP", 60_000, async () => (await holdersOf(lab)).join() === "lb1");
            await sleep(4000);
        },
        // Its hosts say nothing of each other: that the holder does not change is all that is seen.
        whyNotAtRest: async () => undefined,
    };
}

/** `npm run bench -- pressure`: both hosts without CPU, memory or disk to spare, at the default timing. Nothing may move. */

import { ours } from "../lab/events/thisPair";
import { secondsOf } from "../lab/holders";
import { virtualIp } from "../lab/pulumi";
import { seenDuring } from "../lab/seen";
import { step } from "../support/progress";
import { sleep } from "../support/wait";
import { onPair } from "./availability/contenders";
import { machine } from "./measure";

/** On each host: four busy loops, half a gigabyte that is written again and again, and a disk that is never idle. */
const burden = `
for i in 1 2 3 4; do systemd-run --quiet --unit burden-cpu-$i sh -c 'while :; do :; done'; done
systemd-run --quiet --unit burden-memory python3 -c '
block = bytearray(512 << 20)
while True:
    for i in range(0, len(block), 4096):
        block[i] = (block[i] + 1) & 255
'
systemd-run --quiet --unit burden-disk sh -c 'while :; do dd if=/dev/zero of=/var/burden bs=1M count=200 conv=fsync; done'
`;

export async function pressure(minutes: number): Promise<void> {
    await onPair(ours(), async ({ lab, lb1 }) => {
        await sleep(6000);
        for (const host of lab.loadBalancers) {
            await host.run(burden);
        }
        const during = () =>
            step(`${minutes} minutes of full CPU, memory and disk in both hosts`, () => sleep(minutes * 60_000));
        // A client that is as short of CPU as the hosts: ten requests a second, with patience.
        const { changes, failed, sent, gap } = await seenDuring(lab, virtualIp, during, {
            interval: 100,
            timeout: 3000,
        });
        const elsewhere = secondsOf(changes, ({ holders }) => holders.join() !== "lb1");
        console.log(`\n${machine()}; load ${await lb1.run("cut -d ' ' -f 1-3 /proc/loadavg")}`);
        console.log(
            `another holder than lb1 for ${elsewhere.toFixed(3)} s; ${failed} of ${sent} requests failed, longest gap ${gap.toFixed(2)} s`,
        );
        for (const host of lab.loadBalancers) {
            const count = (pattern: string, unit: string) =>
                host.run(`journalctl -q -u ${unit} -g '${pattern}' | wc -l`);
            const late = await count("Late heartbeat", "heartbeat");
            const dead = await count("is dead", "heartbeat");
            const silent = await count("silent", "ha-load-balancer-pair");
            console.log(
                `${host.name}: ${late} late heartbeats, ${dead} deaths declared; its keeper heard nothing for a moment ${silent} times`,
            );
        }
    });
}

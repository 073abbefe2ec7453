/** `npm run bench -- idle`: what the keeper and Heartbeat cost while nothing happens, at several timings. */
import type { Host } from "../lab/host";
import { step } from "../support/progress";
import { sleep } from "../support/wait";
import { onPair, timings } from "./availability/contenders";
import { machine, table } from "./measure";

/** A keeper looks more closely at a Heartbeat that is younger than a minute. In milliseconds. */
const young = 75_000;

const units = ["ha-load-balancer-pair", "heartbeat"];

/** Seconds of CPU that a service has used. */
async function used(host: Host, unit: string): Promise<number> {
    return Number(await host.run(`systemctl show -p CPUUsageNSec --value ${unit}`)) / 1e9;
}

export async function idle(minutes: number): Promise<void> {
    const rows: string[][] = [];
    for (const make of timings) {
        const contender = make();
        await onPair(contender, async ({ lb1, lb2 }) => {
            await step("until both Heartbeats are settled", () => sleep(young));
            const all = [lb1, lb2].flatMap((host) => units.map((unit) => () => used(host, unit)));
            const before = await Promise.all(all.map((look) => look()));
            await step(`${minutes} minutes`, () => sleep(minutes * 60_000));
            const after = await Promise.all(all.map((look) => look()));
            const shares = after.map(
                (seconds, i) => `${(((seconds - before[i]) / (minutes * 60)) * 100).toFixed(2)} %`,
            );
            rows.push([contender.name, ...shares]);
        });
    }
    const header = ["of one core", ...["lb1", "lb2"].flatMap((host) => units.map((unit) => `${host}: ${unit}`))];
    console.log(`\n${machine()}\n\n${table(header, rows)}`);
}

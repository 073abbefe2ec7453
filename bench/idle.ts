/** `npm run bench -- idle`: what the keeper and Heartbeat cost while nothing happens. */
import type { Host } from "../lab/host";
import { sleep, step } from "../toolchain/shell";
import { onPair, ours } from "./availability/contenders";
import { machine, table } from "./measure";

async function seconds(host: Host, unit: string): Promise<number> {
    return Number(await host.run(`systemctl show -p CPUUsageNSec --value ${unit}`)) / 1e9;
}

export async function idle(minutes: number): Promise<void> {
    await onPair(ours(), async ({ lab }) => {
        await sleep(15_000);
        const all = lab.loadBalancers.flatMap((host) =>
            ["ha-load-balancer-pair", "heartbeat"].map((unit) => ({ host, unit })),
        );
        const before = await Promise.all(all.map(({ host, unit }) => seconds(host, unit)));
        await step(`${minutes} minutes`, () => sleep(minutes * 60_000));
        const after = await Promise.all(all.map(({ host, unit }) => seconds(host, unit)));
        const rows = await Promise.all(
            all.map(async ({ host, unit }, i) => [
                host.name,
                unit,
                `${(((after[i] - before[i]) / (minutes * 60)) * 100).toFixed(2)} %`,
            ]),
        );
        console.log(`\n${machine()}\n\n${table(["host", "service", "of one core"], rows)}`);
    });
}

/** `npm run bench -- pairs`: several pairs in one stack, beside what the packages alone need on as many hosts. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Lab } from "../lab/lab";
import { installPackage, stackIn } from "../lab/package";
import { step } from "../support/progress";
import { machine, onBareHosts, peakMemory, seconds, table } from "./measure";

const counts = [1, 2, 4, 8];

/** The baseline: the packages, on all hosts at once, and nothing else. */
const packages =
    "apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install haproxy heartbeat python3 2>&1";

function declared({ loadBalancers, hosts }: Lab, count: number): object[] {
    const server = hosts.find(({ plan }) => plan.role === "back end")?.address;
    return Array.from({ length: count }, (_, i) => ({
        name: `pair${i + 1}`,
        virtualIp: `192.168.0.${50 + i}`,
        hosts: loadBalancers.slice(2 * i, 2 * i + 2).map(({ plan: { fqdn, address } }) => ({ name: fqdn, address })),
        server,
    }));
}

async function row(count: number, dir: string): Promise<string[]> {
    const plan = { loadBalancers: 2 * count, backEnds: 1 };
    const alone = await onBareHosts(
        (lab) => seconds(() => Promise.all(lab.loadBalancers.map((host) => host.run(packages)))),
        plan,
    );
    return onBareHosts(async (lab) => {
        const settings = { pairs: declared(lab, count), knownHostsFile: lab.knownHostsFile };
        const stack = await stackIn(join(dir, "two-pairs"), lab, `prod${count}`, settings);
        let up = 0;
        const memory = await peakMemory(/^pulumi$/, async () => {
            up = await seconds(() => stack.up());
        });
        const preview = await seconds(() => stack.preview());
        return [
            String(count),
            up.toFixed(1),
            alone.toFixed(1),
            (up / count).toFixed(1),
            preview.toFixed(1),
            memory.toFixed(0),
        ];
    }, plan);
}

export async function pairs(): Promise<void> {
    const dir = mkdtempSync(join(tmpdir(), "pairs-"));
    try {
        await step("installing the package", () => installPackage(dir, "examples"));
        const rows: string[][] = [];
        for (const count of counts) {
            rows.push(await step(`${count} in one stack`, () => row(count, dir)));
        }
        const header = [
            "pairs",
            "pulumi up, s",
            "the packages alone on as many hosts, s",
            "up, s a pair",
            "preview, nothing to change, s",
            "most memory of pulumi, MB",
        ];
        console.log(`\n${machine()}\n\n${table(header, rows)}`);
    } finally {
        rmSync(dir, { recursive: true });
    }
}

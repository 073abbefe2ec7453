/**
 * `npm run soak`: the preferred host takes over from a dead peer, again and again. That is where the scripts that Heartbeat
 * is shipped with can lose the virtual IP for good: two of them write to it at once, each in several pieces.
 */
import { parseArgs } from "node:util";
import { restartBoth } from "../lab/events/actions";
import type { Place } from "../lab/events/event";
import { ours } from "../lab/events/thisPair";
import { virtualIp } from "../lab/pulumi";
import { main, onInterrupt } from "../support/interrupt";
import { sleep, until } from "../support/wait";
import { onPair } from "./availability/contenders";
import { positiveInteger, removeLabs } from "./measure";

const help = `usage: npm run soak [-- OPTION …]

The second host serves and loses power; the preferred one must take the virtual IP. Again and again, on hosts of its own.

  --takeovers N  how often (default: 50)
  --shipped      with the scripts as Heartbeat is shipped with them: without this component's copy of their functions, and
                 without the keepers, which would take what these lose

exit codes: 0 no virtual IP was lost, 1 one was, 2 the command line is wrong
`;

/** How long a takeover may take before the virtual IP counts as lost, in milliseconds. */
const limit = 15_000;

async function useShipped({ lb1, lb2 }: Place): Promise<void> {
    for (const host of [lb2, lb1]) {
        await host.run(
            "printf '[Service]\\nBindReadOnlyPaths=\\n' >/etc/systemd/system/heartbeat.service.d/shipped.conf; systemctl daemon-reload; " +
                "systemctl disable -q --now ha-load-balancer-pair; systemctl mask -q ha-load-balancer-pair; systemctl restart heartbeat",
        );
    }
}

async function states({ lb1 }: Place): Promise<string> {
    const look = `cl_status nodestatus lb2.example.com; cl_status rscstatus; ip -o address show permanent to ${virtualIp} | wc -l`;
    return (await lb1.attempt(`timeout 10 sh -c '${look}'`)).stdout.trim().replace(/\n/g, " ");
}

/** One takeover; what went wrong, if anything did. */
async function takeover(place: Place): Promise<string | undefined> {
    const { lb1, lb2 } = place;
    await until("both hosts are active, and lb1 holds", 60_000, async () => (await states(place)) === "active local 1");
    await lb1.run("timeout 10 /usr/share/heartbeat/hb_standby all");
    await until("lb2 holds", 20_000, async () => (await states(place)) === "active none 0");
    // In its first 5 s Heartbeat gives a new peer 2 s more; the sooner a takeover the more of them.
    await lb2.powerOff();
    const start = performance.now();
    let seen = "";
    while (performance.now() - start < limit) {
        seen = await states(place);
        if (/^dead (all|local) 1$/.test(seen)) {
            await lb2.boot();
            return undefined;
        }
        await sleep(100);
    }
    return `lb1 says "${seen}" (the peer's state, resources, addresses held) ${limit / 1000} s after lb2 lost power`;
}

async function soak(takeovers: number, shipped: boolean): Promise<number> {
    return onPair(ours(), async (place) => {
        await (shipped ? useShipped(place) : undefined);
        let lost = 0;
        for (let i = 1; i <= takeovers; i++) {
            const trouble = await takeover(place).catch((error: Error) => error.message);
            console.log(`${i} of ${takeovers}: ${trouble ?? "taken over"}`);
            if (trouble) {
                lost++;
                // A lost virtual IP stays lost until an administrator restarts both hosts: this boots both.
                await restartBoth(place);
            }
        }
        console.log(`${takeovers} takeovers by the preferred host from a dead peer, ${lost} virtual IPs lost`);
        return lost === 0 ? 0 : 1;
    });
}

async function command(args: string[]): Promise<number> {
    const { values, positionals } = parseArgs({
        args,
        allowPositionals: true,
        strict: false,
        options: {
            takeovers: { type: "string", default: "50" },
            shipped: { type: "boolean", default: false },
            help: { type: "boolean", short: "h" },
        },
    });
    const takeovers = positiveInteger(values.takeovers);
    if (values.help || positionals.length > 0 || !takeovers) {
        process.stdout.write(help);
        return values.help ? 0 : 2;
    }
    onInterrupt(removeLabs);
    return soak(takeovers, values.shipped === true);
}

main(() => command(process.argv.slice(2)));

/** `npm run bench -- …`: figures, each beside its baseline in the same run. */
import { parseArgs } from "node:util";
import { main, onInterrupt } from "../support/interrupt";
import { availability, powerLoss } from "./availability";
import { changes } from "./changes";
import { converge } from "./converge";
import { idle } from "./idle";
import { positiveInteger, removeLabs } from "./measure";
import { pairs } from "./pairs";
import { pressure } from "./pressure";

interface Options {
    only?: string;
    labs: number;
}

const benchmarks: Record<string, (runs: number, options: Options) => Promise<void>> = {
    converge,
    changes,
    pairs,
    availability,
    "power-loss": powerLoss,
    pressure,
    idle,
};

const help = `usage: npm run bench -- BENCHMARK [--runs N] [--only PATTERN] [--labs N]

  converge   bare hosts to a serving pair, and runs with nothing to change, beside a plain script and Ansible
  changes    a pair that is there: nothing to change, one line to change, and a repair, beside Ansible
  pairs      1, 2, 4 and 8 pairs in one stack: time and memory
  availability
             every event that can happen to a pair, as a client sees it, beside keepalived; writes docs/availability.md
  power-loss the gap when the holder loses power, at several timings, beside keepalived at several
  pressure   both hosts without CPU, memory or disk to spare, for N minutes: who holds the virtual IP
  idle       what the keeper costs on a pair where nothing happens, for N minutes
  --runs N   how often, or how many minutes (default: 3)
  --only PATTERN
             availability: only events whose name matches
  --labs N   availability: on so many pairs of hosts side by side (default: 1)

Run it on a machine that does nothing else.
`;

async function command(args: string[]): Promise<number> {
    const { values, positionals } = parseArgs({
        args,
        allowPositionals: true,
        strict: false,
        options: {
            runs: { type: "string", default: "3" },
            only: { type: "string" },
            labs: { type: "string", default: "1" },
            help: { type: "boolean", short: "h" },
        },
    });
    const runs = positiveInteger(values.runs);
    const labs = positiveInteger(values.labs);
    const benchmark = benchmarks[positionals.join(" ")];
    if (values.help || !benchmark || !runs || !labs) {
        process.stdout.write(help);
        return values.help ? 0 : 2;
    }
    onInterrupt(removeLabs);
    await benchmark(runs, { only: values.only as string | undefined, labs });
    return 0;
}

main(() => command(process.argv.slice(2)));

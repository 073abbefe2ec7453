/** `npm run bench -- …`: figures, each beside its baseline in the same run. */
import { parseArgs } from "node:util";
import { Lab } from "../lab/lab";
import { main, onInterrupt } from "../toolchain/shell";
import { changes } from "./changes";
import { converge } from "./converge";
import { labName } from "./measure";

const benchmarks: Record<string, (runs: number) => Promise<void>> = { converge, changes };

const help = `usage: npm run bench -- converge|changes [--runs N]

  converge   bare hosts to a serving pair, and runs with nothing to change, beside a plain script and Ansible
  changes    a pair that is there: nothing to change, one line to change, and a repair, beside Ansible
  --runs N   how often (default: 3)

Run it on a machine that does nothing else.
`;

async function command(args: string[]): Promise<number> {
    const { values, positionals } = parseArgs({
        args,
        allowPositionals: true,
        strict: false,
        options: { runs: { type: "string", default: "3" }, help: { type: "boolean", short: "h" } },
    });
    const runs = Number(values.runs);
    const benchmark = benchmarks[positionals.join(" ")];
    if (values.help || !benchmark || !(Number.isInteger(runs) && runs > 0)) {
        process.stdout.write(help);
        return values.help ? 0 : 2;
    }
    onInterrupt(() => Lab.down(labName));
    await benchmark(runs);
    return 0;
}

main(() => command(process.argv.slice(2)));

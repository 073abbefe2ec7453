/** `npm run lab -- …`: labs by hand. */
import { parseArgs } from "node:util";
import { UserError } from "../support/errors";
import { main } from "../support/interrupt";
import { onTerminal } from "../support/run";
import type { Host } from "./host";
import { releases } from "./image";
import { defaultPlan, Lab } from "./lab";

const help = `Real Debian hosts on this machine, in a network of their own.

usage: npm run lab -- COMMAND [OPTION …]

  up                   make a lab and boot its hosts
  down                 remove a lab and all that belongs to it
  status               the labs, their hosts and what is on
  ssh HOST [COMMAND]   a shell, or one command, on a host
  exec -- COMMAND      run a command where the operators and clients are
  power-off HOST       power loss: no farewell leaves the host
  power-on HOST        boot the same disk again
  cut HOST, mend HOST  unplug the host's cable, and plug it in again
  freeze HOST, thaw HOST
                       stop every process of the host, and let them go on

options
  --name NAME          which lab (default: ${defaultPlan.name}; the variable HALB_LAB names another)
  --release RELEASE    up: ${releases.join(" or ")} (default: ${defaultPlan.release})
  --load-balancers N   up: how many (default: ${defaultPlan.loadBalancers})
  --back-ends N        up: how many (default: ${defaultPlan.backEnds})
  --user USER          ssh: root or admin (default: root)

exit codes: 0 done, 1 failed, 2 the command line is wrong; ssh and exec: the command's own
`;

const options = {
    help: { type: "boolean", short: "h" },
    name: { type: "string", default: defaultPlan.name },
    release: { type: "string", default: defaultPlan.release },
    "load-balancers": { type: "string", default: String(defaultPlan.loadBalancers) },
    "back-ends": { type: "string", default: String(defaultPlan.backEnds) },
    user: { type: "string", default: "root" },
} as const;

function count(option: string, value: string): number {
    const number = Number(value);
    if (!Number.isInteger(number) || number < 0 || number > 50) {
        throw new UserError(`--${option}: "${value}" must be a whole number from 0 to 50`);
    }
    return number;
}

async function status(): Promise<void> {
    const names = Lab.names();
    if (names.length === 0) {
        console.log("no lab is up");
    }
    for (const name of names) {
        const lab = await Lab.open(name);
        console.log(`${name} (${lab.plan.release})`);
        for (const host of lab.hosts) {
            console.log(
                `  ${host.plan.fqdn.padEnd(20)} ${host.address.padEnd(15)} ${host.isOn() ? "on" : "off"}  ${host.plan.role}`,
            );
        }
    }
}

const switches: Record<string, (host: Host) => Promise<void> | void> = {
    "power-off": (host) => host.powerOff(),
    "power-on": (host) => host.boot(),
    cut: (host) => host.cut(),
    mend: (host) => host.mend(),
    freeze: (host) => host.freeze(),
    thaw: (host) => host.thaw(),
};

function usage(message: string): number {
    process.stderr.write(`error: ${message}\n\n${help}`);
    return 2;
}

async function command(argv: string[]): Promise<number | undefined> {
    let parsed: ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>;
    try {
        parsed = parseArgs({ args: argv, options, allowPositionals: true });
    } catch (error) {
        return usage((error as Error).message);
    }
    const { values, positionals } = parsed;
    const [what, hostName, ...rest] = positionals;
    if (values.help || what === undefined || what === "help") {
        process.stdout.write(help);
        return what === undefined && !values.help ? 2 : 0;
    }
    if (what === "up") {
        const lab = await Lab.up({
            name: values.name,
            release: values.release,
            loadBalancers: count("load-balancers", values["load-balancers"]),
            backEnds: count("back-ends", values["back-ends"]),
        });
        console.log(`up: ${lab.hosts.map((host) => `${host.name} ${host.address}`).join(", ")}`);
        return 0;
    }
    if (what === "down") {
        await Lab.down(values.name);
        return 0;
    }
    if (what === "status") {
        await status();
        return 0;
    }
    if (what === "exec") {
        const lab = await Lab.open(values.name);
        return onTerminal([...lab.enter, ...positionals.slice(1)]);
    }
    if (what !== "ssh" && !(what in switches)) {
        return usage(`"${what}" is no command`);
    }
    if (hostName === undefined) {
        return usage(`${what}: which host?`);
    }
    const lab = await Lab.open(values.name);
    const host = lab.host(hostName);
    if (what === "ssh") {
        return onTerminal([...lab.enter, ...host.sshCommand(values.user), ...rest]);
    }
    await switches[what](host);
    return 0;
}

main(() => command(process.argv.slice(2)));

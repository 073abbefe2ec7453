/** halb's command line: the commands, their options, and which function runs each. Called by halb.ts. */
import { UserError } from "../support/errors";
import { doctor } from "./doctor";
import { drill, type Kind, kinds } from "./drill";
import { hostKeys, shownKey } from "./hostKeys";
import { importPair } from "./import";
import { loginsOf } from "./logins";
import { readPair } from "./stack";
import { status, watch } from "./status";
import { switchover } from "./switchover";

const common = {
    stack: { alias: "s", type: "string", describe: "Stack (default: the selected one)" },
    cwd: { alias: "C", type: "string", describe: "Folder of the Pulumi program", default: "." },
    pair: { type: "string", describe: "Name of the pair, if the stack has several" },
    json: { type: "boolean", default: false, describe: "Print JSON" },
} as const;

const exitCodes = `Exit codes: 0 done, and all is well; 1 it failed, or something is not well; 2 the command line is wrong.

The pair is known from the state of its stack ("pulumi stack export"), logins included; so the passphrase or the service that
encrypts the stack's secrets is needed, as it is for "pulumi up".`;

class WrongCommandLine extends Error {}

function positive(name: string, value: number): number {
    if (!(value > 0)) {
        throw new WrongCommandLine(`--${name}: must be a number above 0`);
    }
    return value;
}

async function confirmed(isSure: boolean | undefined, what: string): Promise<void> {
    if (isSure) {
        return;
    }
    if (!process.stdin.isTTY) {
        throw new WrongCommandLine(`${what}; pass --yes to confirm`);
    }
    const { createInterface } = await import("node:readline/promises");
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    // Ctrl-C and Ctrl-D are answers, too.
    const answer = await terminal.question(`${what}. Go on? Only "yes" counts: `).catch(() => "no");
    terminal.close();
    if (answer.trim() !== "yes") {
        throw new UserError("not confirmed; nothing was done");
    }
}

/** Runs the command that `words` name. Returns the exit code. */
export async function command(words: string[]): Promise<number> {
    const { default: yargs } = await import("yargs");
    let code = 0;
    const parser = yargs(words)
        .scriptName("halb")
        .usage("$0 COMMAND [OPTION …]: what operators do with a load balancer pair")
        .options(common)
        .command(
            "status",
            "Show holders, services, servers, links, versions and drift",
            (args) =>
                args
                    .option("watch", {
                        alias: "w",
                        type: "boolean",
                        default: false,
                        describe: "Repeat until Ctrl-C",
                    })
                    .option("interval", {
                        type: "number",
                        default: 2,
                        describe: "Seconds between two readings of --watch",
                    }),
            async (args) => {
                const pair = await readPair(args);
                code = args.watch
                    ? await watch(pair, args.json, positive("interval", args.interval))
                    : await status(pair, args.json);
            },
        )
        .command(
            "switchover",
            "Hand over all virtual IPs to the other host without losing a request",
            (args) =>
                args.option("to", {
                    type: "string",
                    describe: "Host that takes over (default: the one that holds nothing)",
                }),
            async (args) => {
                code = await switchover(await readPair(args), args.json, args.to);
            },
        )
        .command(
            "drill <kind>",
            "Rehearse a failure, measure what a client sees, and restore the pair",
            (args) =>
                args
                    .positional("kind", {
                        choices: kinds,
                        demandOption: true,
                        describe: "Failure of the host that serves",
                    })
                    .option("rate", { type: "number", default: 100, describe: "Requests a second" })
                    .option("report", { type: "string", describe: "A folder for drill.json and drill.svg" })
                    .option("power-on", {
                        type: "string",
                        describe: "For power: local command that switches the host on again",
                    })
                    .option("patience", {
                        type: "number",
                        default: 600,
                        describe: "Seconds within which a host must be back",
                    })
                    .option("yes", { alias: "y", type: "boolean", describe: "Do not ask" }),
            async (args) => {
                const pair = await readPair(args);
                const options = {
                    rate: positive("rate", args.rate),
                    report: args.report,
                    powerOn: args["power-on"],
                    patience: positive("patience", args.patience),
                };
                await confirmed(args.yes, `a drill (${args.kind}) happens to the host of ${pair.name} that serves now`);
                code = await drill(pair, args.kind as Kind, args.json, options);
            },
        )
        .command(
            "doctor",
            "Check what could keep the pair from serving, or the next pulumi up from succeeding",
            (args) => args,
            async (args) => {
                code = await doctor(await readPair(args), args.json);
            },
        )
        .command(
            "host-keys [host..]",
            "Print the configuration that pins hosts' SSH keys (default: the pair's hosts)",
            (args) =>
                args
                    .positional("host", { type: "string", array: true, describe: "Addresses, in the order of hosts" })
                    .option("port", { type: "number", default: 22, describe: "Port of their sshd" }),
            async (args) => {
                const logins = args.host?.length
                    ? args.host.map((host) => ({ host, port: args.port }))
                    : (await readPair(args)).hosts.map(({ login }) => login);
                code = await hostKeys(await Promise.all(logins.map(shownKey)), args.json);
            },
        )
        .command(
            "import <first> <second>",
            "Print the component's arguments for two hosts that were set up by hand, so that pulumi up takes them over",
            (args) =>
                args
                    .positional("first", { type: "string", demandOption: true, describe: "Address of one host" })
                    .positional("second", { type: "string", demandOption: true, describe: "Address of the other host" })
                    .option("user", {
                        type: "string",
                        default: "root",
                        describe: "SSH user; any other than root needs sudo",
                    })
                    .option("port", { type: "number", default: 22, describe: "Port of their sshd" })
                    .option("identity", {
                        alias: "i",
                        type: "string",
                        describe: "File with the private key (default: the SSH agent)",
                    })
                    .option("known-hosts", { type: "string", default: "~/.ssh/known_hosts", describe: "Their keys" }),
            async (args) => {
                code = await importPair(
                    loginsOf([args.first, args.second], { ...args, knownHosts: args["known-hosts"] }),
                );
            },
        )
        .completion("completion", "Print a script that completes the command line; for ~/.bashrc or ~/.zshrc")
        .demandCommand(1, "name one of the commands above")
        .strict()
        .help()
        .alias("help", "h")
        .version()
        .wrap(Math.min(120, process.stdout.columns ?? 100))
        .epilogue(exitCodes)
        .exitProcess(false)
        .fail((message, error) => {
            throw error ?? new WrongCommandLine(message);
        });
    try {
        await parser.parseAsync();
    } catch (error) {
        if (!(error instanceof WrongCommandLine)) {
            throw error;
        }
        process.stderr.write(`error: ${error.message}\n"halb --help" lists the commands\n`);
        return 2;
    }
    return code;
}

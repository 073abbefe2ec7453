/** Declares the resources of a file: the suite changes the file and looks at what the engine and the plugins make of it. */
import { readFileSync } from "node:fs";
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword, type RandomPasswordArgs } from "@pulumi/random";
import type { Resources } from "../../conformance.test";

const {
    commands = {},
    passwords = {},
    secrets = [],
    dependent,
}: Resources = JSON.parse(readFileSync(new pulumi.Config().require("file"), "utf8"));

export const outputs: Record<string, pulumi.Output<string>> = {};

for (const [name, args] of Object.entries(commands)) {
    const inputs = secrets.includes(name) ? { ...args, stdin: pulumi.secret(args.stdin) } : args;
    outputs[name] = new remote.Command(name, inputs as unknown as remote.CommandArgs).stdout;
}
for (const [name, args] of Object.entries(passwords)) {
    outputs[name] = new RandomPassword(name, args as unknown as RandomPasswordArgs).result;
}
if (dependent) {
    const { connection } = commands[dependent] as unknown as remote.CommandArgs;
    const stdin = pulumi.interpolate`after ${outputs[dependent]}`;
    outputs.dependent = new remote.Command("dependent", { connection, create: "cat", stdin }).stdout;
}

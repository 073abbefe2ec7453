/**
 * A step: what one host must look like in one respect. This is the only place that makes a
 * remote.Command, so that every one of them is made in the same way.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { remote, type types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { type Payload, payloadText } from "./payload";

/** A host as the steps see it. */
export interface StepHost {
    /** Prefix of the resource names: `<component>-<host name>`. */
    prefix: string;
    connection: types.input.remote.ConnectionArgs;
    /** See `HostArgs.identity`. */
    identity?: pulumi.Input<string>;
}

export interface Step {
    name: string;
    /** Its scripts in sh/, in the order in which the shell reads them; lib.sh is in front of all. */
    scripts: string[];
    payload: pulumi.Input<Payload>;
}

/** How long a step may take on the host before it is ended there, in seconds. */
const timeLimit = 900;

function script(name: string): string {
    return readFileSync(join(__dirname, "sh", name), "utf8");
}

function commandLine(user: pulumi.Input<string> | undefined, action: string, step: string): pulumi.Output<string> {
    const asRoot = pulumi.output(user).apply((name) => ((name ?? "root") === "root" ? "" : "sudo -n "));
    return pulumi.interpolate`${asRoot}timeout -k 10 ${timeLimit} sh -s -- ${action} ${step}`;
}

/**
 * Makes the command of a step. It is run again when its payload changes, and when one of the steps
 * in `after` was run.
 *
 * The command's text is short and has no secrets, because Pulumi prints it in errors; payload and
 * script travel in standard input, which it does not print there. There are no triggers: they
 * replace a command, and the replaced one's delete would undo what the new one's create has done.
 */
export function remoteStep(
    host: StepHost,
    step: Step,
    after: remote.Command[],
    opts: pulumi.CustomResourceOptions,
): remote.Command {
    const reports = pulumi.all(after.map(report));
    const stdin = pulumi.all([step.payload, host.identity, reports]).apply(([payload, identity, before]) => {
        const values = {
            ...payload.values,
            ...(identity === undefined ? {} : { identity }),
            ...(before.length === 0 ? {} : { after: before.join("\n") }),
        };
        return [payloadText({ ...payload, values }), script("lib.sh"), ...step.scripts.map(script), 'main "$@"\n'].join(
            "\n",
        );
    });
    const { user } = host.connection;
    return new remote.Command(
        `${host.prefix}-${step.name}`,
        {
            connection: host.connection,
            create: commandLine(user, "apply", step.name),
            delete: commandLine(user, "remove", step.name),
            stdin,
            logging: remote.Logging.None,
            addPreviousOutputInEnv: false,
        },
        pulumi.mergeOptions(opts, { additionalSecretOutputs: ["stdout", "stderr"] }),
    );
}

/** What a finished step says of itself: no secret, and different after every run. */
export function report(command: remote.Command): pulumi.Output<string> {
    return pulumi.unsecret(command.stdout);
}

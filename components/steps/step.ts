/**
 * A step: what one host must look like in one respect. This is the only place that makes a
 * remote.Command, so that every one of them is made in the same way.
 */
import { remote, type types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { asRoot } from "../remote/commandLine";
import { type Payload, payloadText } from "../remote/payload";
import { script } from "./script";

/** A host as the steps see it. */
export interface StepHost {
    /** The node name. */
    name: string;
    /** Prefix of the resource names: `<component>-<host name>`. */
    prefix: string;
    connection: types.input.remote.ConnectionArgs;
    /** See `HostArgs.identity`. */
    identity?: pulumi.Input<string>;
    /**
     * The generation of a step: another one runs the step again. It is undefined where the host could not be asked, and
     * is not given where no host is to be asked.
     */
    generation?: (step: string) => pulumi.Output<string | undefined>;
    /** See `HaLoadBalancerPairArgs.goneHosts`. */
    isGone: boolean;
}

/** The steps of a host, in their order. */
export const stepNames = [
    "preflight",
    "packages",
    "kernel",
    "authkeys",
    "haproxy-secrets",
    "haproxy",
    "heartbeat",
    "health",
];

export interface Step {
    name: string;
    /** Its scripts in sh/, in the order in which the shell reads them; lib.sh is in front of all. */
    scripts: string[];
    payload: pulumi.Input<Payload>;
    /**
     * The words behind `remove` on the host when the resource is deleted. Absent: nothing happens on the host then. Only preflight and
     * health have them (docs/decisions/0025-undo-a-host-once-and-only-unclaimed.md).
     */
    remove?: pulumi.Input<string>;
}

/** The generation of a step whose host is not surveyed. It never changes. */
const unwatched = "unwatched";

/** How long a step may take on the host before it is ended there, in seconds. */
const timeLimit = 900;

function commandLine(user: pulumi.Input<string> | undefined, words: pulumi.Input<string>): pulumi.Output<string> {
    return pulumi.interpolate`${pulumi.output(user).apply(asRoot)}timeout -k 10 ${timeLimit} sh -s -- ${words}`;
}

/** A host that could not be asked keeps the command that it was given last, so that nothing seems to change. */
function keepLastGeneration(generation: pulumi.Output<string | undefined>): pulumi.ResourceTransform {
    // Not in the SDK's types: an output that is unknown in a preview never calls back, so it must not be waited for.
    const { isKnown } = generation as unknown as { isKnown: Promise<boolean> };
    return async ({ props, opts }) => {
        if (!(await isKnown) || (await new Promise((resolve) => generation.apply(resolve))) !== undefined) {
            return undefined;
        }
        return { props, opts: pulumi.mergeOptions(opts, { ignoreChanges: ["create"] }) };
    };
}

/**
 * Makes the command of a step. It is run again when its payload changes, and when one of the steps
 * in `after` was run.
 *
 * The command's text is short and has no secrets, because Pulumi prints it in errors; payload and
 * script travel in standard input, which it does not print there. There are no triggers, which replace a command: an update
 * is enough.
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
    const generation = host.generation?.(step.name);
    const current = generation?.apply((value) => value ?? unwatched) ?? unwatched;
    const watch = generation ? { transforms: [keepLastGeneration(generation)] } : { ignoreChanges: ["create"] };
    const fate = host.isGone ? untouched : watch;
    return new remote.Command(
        `${host.prefix}-${step.name}`,
        {
            connection: host.connection,
            create: commandLine(user, pulumi.interpolate`apply ${step.name} ${current}`),
            delete:
                step.remove === undefined ? undefined : commandLine(user, pulumi.interpolate`remove ${step.remove}`),
            stdin,
            logging: remote.Logging.None,
            addPreviousOutputInEnv: false,
        },
        pulumi.mergeOptions(opts, { additionalSecretOutputs: ["stdout", "stderr"], ...fate }),
    );
}

/** For commands of a host that is gone: whatever is planned for them, they stay as they are, and go without a word to the host. */
const untouched = { ignoreChanges: ["*"], retainOnDelete: true };

/** Stands in for a command of a host that is gone and no longer declared; its inputs are those of the last run. */
export function goneStep(name: string, host: string, parent: pulumi.Resource): void {
    // Printed only where there was never such a host.
    const connection = { host: `"${host}" in goneHosts was never a host of this pair` };
    new remote.Command(name, { connection, create: "false" }, { parent, ...untouched });
}

/**
 * Tells the way out where a command failed without a word of ours: the host did not answer, or went away. The scripts
 * tell their own. `name` is that of the component, because a hook's must be unique in a stack.
 */
export function wayOut(name: string, parent: pulumi.Resource): pulumi.ResourceHookBinding {
    const hook = new pulumi.ErrorHook(`${name}-way-out`, ({ name: step, errors }) => {
        if (!errors[0]?.includes("What to do:")) {
            const what =
                "see that the host runs and lets you log in, then run the same again; every step can be repeated";
            pulumi.log.error(
                `${step}: the host did not answer, or the connection to it broke off. What to do: ${what}`,
                parent,
            );
        }
        return false;
    });
    return { onError: [hook] };
}

/** What a finished step says of itself, its name and the time: no secret, and different after every run. */
export function report(command: remote.Command): pulumi.Output<string> {
    return pulumi.unsecret(command.stdout);
}

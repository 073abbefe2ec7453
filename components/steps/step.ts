/** A step: what one host must look like in one respect. Every remote.Command is made here, so that all are made in the same way. */
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
     * Returns the generation of a step: another one runs the step again. It resolves to undefined if the host did not answer. Absent if the
     * hosts are not surveyed.
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
     * The words after `remove` in the command that runs when the resource is deleted. Absent: no command runs. Only preflight and health have
     * them (docs/decisions/0025-undo-a-host-once-and-only-unclaimed.md).
     */
    remove?: pulumi.Input<string>;
}

/** The generation of a step whose host is not surveyed. It never changes. */
const unwatched = "unwatched";

/** In seconds: the host ends a step that takes longer. */
const timeLimit = 900;

function commandLine(user: pulumi.Input<string> | undefined, words: pulumi.Input<string>): pulumi.Output<string> {
    return pulumi.interpolate`${pulumi.output(user).apply(asRoot)}timeout -k 10 ${timeLimit} sh -s -- ${words}`;
}

/** A host that did not answer keeps its last command, so that the preview shows no change. */
function keepLastGeneration(generation: pulumi.Output<string | undefined>): pulumi.ResourceTransform {
    // isKnown is not in the SDK's types. An output that is unknown in a preview never resolves, so nothing may wait for it.
    const { isKnown } = generation as unknown as { isKnown: Promise<boolean> };
    return async ({ props, opts }) => {
        if (!(await isKnown) || (await new Promise((resolve) => generation.apply(resolve))) !== undefined) {
            return undefined;
        }
        return { props, opts: pulumi.mergeOptions(opts, { ignoreChanges: ["create"] }) };
    };
}

/**
 * Makes the command of a step. It runs again if its payload changes, or if one of the steps in `after` ran.
 *
 * The command's text is short and has no secrets, because Pulumi prints it in errors. Payload and script are standard input, which Pulumi does not
 * print there. There are no triggers: they replace a command, and an update is enough.
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

/** Options for commands of a host that is gone: they never change, and they are dropped without a login. */
const untouched = { ignoreChanges: ["*"], retainOnDelete: true };

/** Declares a command of a host that is gone and no longer declared. Its inputs stay those of the last run. */
export function goneStep(name: string, host: string, parent: pulumi.Resource): void {
    // Pulumi prints it only if the pair never had such a host: otherwise `ignoreChanges` keeps the last inputs.
    const connection = { host: `"${host}" in goneHosts was never a host of this pair` };
    new remote.Command(name, { connection, create: "false" }, { parent, ...untouched });
}

/**
 * An error hook that says what to do if a connection failed or broke: the plugin's own error does not. The scripts' errors have their own
 * advice. `name` is the component's, because a hook's name must be unique in a stack.
 */
export function adviseOnLostConnection(name: string, parent: pulumi.Resource): pulumi.ResourceHookBinding {
    const hook = new pulumi.ErrorHook(`${name}-way-out`, ({ name: step, errors }) => {
        if (!errors[0]?.includes("What to do:")) {
            const what =
                'check that the host runs and accepts the login, then run "pulumi up" again; each step can be repeated';
            pulumi.log.error(`${step}: the host did not answer, or the connection broke. What to do: ${what}`, parent);
        }
        return false;
    });
    return { onError: [hook] };
}

/** A finished step's output: its name and the time. It is no secret, and different after every run. */
export function report(command: remote.Command): pulumi.Output<string> {
    return pulumi.unsecret(command.stdout);
}

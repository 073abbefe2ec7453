/**
 * Reads the pairs of a stack from the stack's state: hosts, logins, and the values that the hosts' scripts got. This needs no second
 * inventory and no outputs: the state has the steps of every pair, whichever program in whichever language declared it.
 */

import { defaultFencingTimeout } from "../components/args/defaults";
import { asRoot } from "../components/remote/commandLine";
import { payloadText } from "../components/remote/payload";
import { type Answer, ask, type Login, Refused, Unreachable } from "../components/remote/ssh";
import { NotInstalled, UserError } from "../support/errors";
import { throwIfInterrupted } from "../support/interrupt";
import { attempt } from "../support/run";

const componentType = "ha-load-balancer-pair:index:HaLoadBalancerPair";

export interface DeclaredHost {
    name: string;
    login: Login;
    /** The values that its scripts get, by the scripts' own names. */
    values: Record<string, string>;
}

export interface DeclaredPair {
    name: string;
    url: string;
    /** The preferred one first. */
    hosts: DeclaredHost[];
    fencing?: { command: string; timeout: number };
}

export interface Place {
    /** Folder of the Pulumi program. */
    cwd?: string;
    /** Stack (default: the selected one) there. */
    stack?: string;
    /** Name of the pair, if the stack has several. */
    pair?: string;
}

// biome-ignore lint/suspicious/noExplicitAny: the state is JSON of every provider
type State = any;

/** The state with decrypted secrets; see the engine's sdk/go/common/resource/sig. */
function decrypted(value: State): State {
    if (Array.isArray(value)) {
        return value.map(decrypted);
    }
    if (value === null || typeof value !== "object") {
        return value;
    }
    if (value["4dabf18193072939515e22adb298388d"] === "1b47061264138c4ac30d75fd1eb44270") {
        return decrypted(JSON.parse(value.plaintext));
    }
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, decrypted(each)]));
}

/** The values at the head of a step's standard input, as payloadText writes them. */
export function valuesOf(stdin: string): Record<string, string> {
    const head = stdin.slice(0, stdin.indexOf("\n}\n"));
    const assignment = /^([a-z_]+)='((?:[^']|'\\'')*)'$/gm;
    return Object.fromEntries(
        [...head.matchAll(assignment)].map(([, name, value]) => [name, value.replaceAll("'\\''", "'")]),
    );
}

/** The pairs in an exported state. */
export function pairsIn(state: State): DeclaredPair[] {
    const resources: State[] = state.deployment?.resources ?? [];
    return resources.filter(({ type }) => type === componentType).map((component) => pairOf(component, resources));
}

function pairOf(component: State, resources: State[]): DeclaredPair {
    const name = component.urn.split("::").slice(3).join("::");
    const inputs = decrypted(component.inputs ?? {});
    const stepOf = (host: string, step: string) =>
        resources.find(({ parent, urn }) => parent === component.urn && urn.endsWith(`::${name}-${host}-${step}`));
    const hosts = (inputs.hosts ?? []).flatMap((declared: { name: string }) => {
        const host = declared.name.toLowerCase();
        const [preflight, health] = [stepOf(host, "preflight"), stepOf(host, "health")].map(
            (step) => step && decrypted(step.inputs),
        );
        if (!preflight || !health) {
            return [];
        }
        const values = { ...valuesOf(preflight.stdin), ...valuesOf(health.stdin) };
        return [{ name: host, login: preflight.connection, values }];
    });
    const fencing = inputs.fencing && { timeout: defaultFencingTimeout, ...inputs.fencing };
    return { name, url: decrypted(component.outputs ?? {}).url ?? "", hosts, fencing };
}

async function exported({ cwd, stack }: Place): Promise<State> {
    const words = ["pulumi", "stack", "export", "--show-secrets", "--non-interactive"];
    const { code, stdout, stderr } = await attempt([...words, ...(stack ? ["--stack", stack] : [])], { cwd }).catch(
        (error) => {
            const way =
                'put it on PATH (https://www.pulumi.com/docs/install/), or use "npm run halb", which brings one';
            throw new UserError(error instanceof NotInstalled ? `${error.message}; ${way}` : error.message);
        },
    );
    if (code !== 0) {
        const said = stderr.trim().replace(/^error: /, "");
        throw new UserError(
            `cannot read the stack: ${said}\nName it with --stack, and its program's folder with --cwd`,
        );
    }
    return JSON.parse(stdout);
}

/** The pair that is meant. */
export async function readPair(place: Place): Promise<DeclaredPair> {
    const pairs = pairsIn(await exported(place));
    const names = pairs.map(({ name }) => name).join(", ");
    if (pairs.length === 0) {
        throw new UserError('the stack has no HaLoadBalancerPair; "pulumi up" makes it');
    }
    if (!place.pair && pairs.length > 1) {
        throw new UserError(`the stack has several pairs; name one of them with --pair: ${names}`);
    }
    const pair = place.pair ? pairs.find(({ name }) => name === place.pair) : pairs[0];
    if (!pair) {
        throw new UserError(`--pair: the stack has no pair "${place.pair}"; there is ${names}`);
    }
    if (pair.hosts.length < 2) {
        throw new UserError(`${pair.name} is not complete yet; "pulumi up" completes it`);
    }
    return pair;
}

/** A host that could not be asked. */
export class NotAsked extends UserError {
    constructor(
        host: string,
        readonly why: string,
    ) {
        super(`${host}: ${why}`);
    }
}

/** How much longer we wait for an answer than the host works on it, in milliseconds. */
const grace = 5000;

/** The exit code of timeout(1) where it ended the command. */
const timedOut = 124;

/** Runs a script on a host as root; it ends there after `timeout`, in milliseconds, too: also when the way to it is lost. */
export async function runAsRoot(name: string, login: Login, text: string, timeout = 20_000): Promise<Answer> {
    throwIfInterrupted();
    const command = `${asRoot(login.user)}timeout -k 5 ${timeout / 1000} sh -s`;
    const answer = await ask(login, command, text, timeout + grace).catch((error) => {
        throw error instanceof Refused || error instanceof Unreachable ? new NotAsked(name, error.message) : error;
    });
    if (answer.code === timedOut) {
        throw new NotAsked(name, `no result within ${timeout / 1000} s`);
    }
    return answer;
}

/** Runs shell functions on a host with what the host was told of the pair; the last line calls one of them. */
export function askHost(host: DeclaredHost, scripts: string[], timeout?: number): Promise<Answer> {
    const { name, login, values } = host;
    return runAsRoot(name, login, [payloadText({ values }), ...scripts, ""].join("\n"), timeout);
}

/** One command on a host over SSH, from the program itself: with the same login and the same pinned host key as the steps. */
import type { Client, ClientChannel, ConnectConfig } from "ssh2";
import { forms } from "../values/forms";

/** The resolved fields of a connection that matter here; see ConnectionArgs. */
export interface Login {
    host: string;
    port?: number;
    user?: string;
    privateKey?: string;
    privateKeyPassword?: string;
    password?: string;
    agentSocketPath?: string;
    hostKey?: string;
    proxy?: Login;
}

/** The host did not answer. */
export class Unreachable extends Error {}

/** The host answered and the run must not go on: another host key, or a rejected login. */
export class Refused extends Error {}

/** For connecting and logging in, in milliseconds. */
const readyTimeout = 5000;

/** For a command, in milliseconds. */
const runTimeout = 20_000;

function settings(login: Login): ConnectConfig {
    const [type, key] = login.hostKey?.split(" ") ?? [];
    return {
        host: login.host,
        port: login.port ?? 22,
        username: login.user ?? "root",
        privateKey: login.privateKey,
        passphrase: login.privateKeyPassword,
        password: login.password,
        agent:
            login.agentSocketPath ??
            (login.privateKey || login.password ? undefined : process.env.SSH_AUTH_SOCK || undefined),
        readyTimeout,
        hostVerifier: key ? (offered: Buffer) => offered.toString("base64") === key : undefined,
        algorithms: type ? { serverHostKey: [type as "ssh-ed25519"] } : undefined,
    };
}

/** A connection without a host key accepts any key. The user must allow that (insecureSkipHostKeyCheck). */
function refuseUnusableHostKey({ host, hostKey }: Login): void {
    if (hostKey !== undefined && !forms.hostKey.test(hostKey)) {
        throw new Refused(
            `invalid SSH host key "${hostKey}" of ${host}. What to do: declare the host's line of "ssh-keyscan -t ed25519" without its first word`,
        );
    }
}

function explained(error: Error & { level?: string }, login: Login): Error {
    if (/host denied|verification failed/i.test(error.message)) {
        return new Refused(
            `SSH host key mismatch: the host does not have the declared key ${login.hostKey}. What to do: find out which machine answers; ` +
                "if the host was rebuilt, declare its new host key",
        );
    }
    if (error.level === "client-authentication") {
        return new Refused(
            `SSH login as ${login.user ?? "root"} rejected. What to do: correct the user or the key of its connection`,
        );
    }
    return new Unreachable(error.message);
}

/** ssh2 throws if it cannot read the private key, before it connects. */
function unusable({ message }: Error): Error {
    return new Refused(
        `unusable private key (${message}). What to do: correct privateKey or privateKeyPassword of its connection, or load the ` +
            "key into an SSH agent and leave privateKey out",
    );
}

/** Opens a channel to a host through a connected proxy. */
export function wayThrough(proxy: Client, { host, port }: Login): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
        proxy.forwardOut("127.0.0.1", 0, host, port ?? 22, (error, channel) =>
            error ? reject(new Unreachable(error.message)) : resolve(channel),
        );
    });
}

export async function connect(login: Login, through?: Client): Promise<Client> {
    refuseUnusableHostKey(login);
    const sock = through && (await wayThrough(through, login));
    // Loaded only here: it takes time, and a program without a survey does not need it.
    const ssh2: typeof import("ssh2") = require("ssh2");
    return new Promise((resolve, reject) => {
        const client = new ssh2.Client();
        client.once("ready", () => resolve(client));
        client.once("error", (error) => reject(explained(error, login)));
        try {
            client.connect({ ...settings(login), sock });
        } catch (error) {
            reject(unusable(error as Error));
        }
    });
}

/** The result of a command. */
export interface Answer {
    code: number;
    stdout: string;
    stderr: string;
}

function execute(client: Client, command: string, input: string, timeout: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
        const limit = setTimeout(() => reject(new Unreachable(`no answer within ${timeout / 1000} s`)), timeout);
        client.exec(command, (error, stream) => {
            if (error) {
                reject(new Unreachable(error.message));
                return;
            }
            const answer: Answer = { code: 1, stdout: "", stderr: "" };
            stream.on("data", (data: Buffer) => {
                answer.stdout += data;
            });
            stream.stderr.on("data", (data: Buffer) => {
                answer.stderr += data;
            });
            stream.once("exit", (code: number | null) => {
                answer.code = code ?? 1;
            });
            stream.once("close", () => {
                clearTimeout(limit);
                resolve(answer);
            });
            stream.end(input);
        });
    });
}

/** Runs a command with an input on a host, through its proxy where it has one. */
export async function ask(login: Login, command: string, input: string, timeout = runTimeout): Promise<Answer> {
    const proxy = login.proxy && (await connect(login.proxy));
    try {
        const client = await connect(login, proxy);
        try {
            return await execute(client, command, input, timeout);
        } finally {
            client.end();
        }
    } finally {
        proxy?.end();
    }
}

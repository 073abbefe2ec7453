/**
 * Stand-ins for tests of what the program does over SSH: for a host's sshd, the Server of ssh2 on a port of 127.0.0.1, which runs no
 * command, but notes each and answers what the test has it answer; and for an SSH agent.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, connect as dial, type Server as NetServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import {
    AgentProtocol,
    type AuthContext,
    Client,
    type Connection,
    type ParsedKey,
    Server,
    type ServerChannel,
    type TcpipRequestInfo,
    utils,
} from "ssh2";
import { afterEach, beforeEach, vi } from "vitest";
import type { Login } from "../components/remote/ssh";

export interface Key {
    private: string;
    public: string;
}

/** An ECDSA key: of the Ed25519 keys that ssh2 makes, one in 256 is broken. */
export function makeKey(bits: 256 | 384 = 256, password?: string): Key {
    // One round is fast; the key guards nothing.
    const locked = password === undefined ? {} : { passphrase: password, cipher: "aes256-ctr", rounds: 1 };
    return utils.generateKeyPairSync("ecdsa", { bits, ...locked });
}

function parsed(text: string): ParsedKey {
    const key = utils.parseKey(text);
    if (key instanceof Error) {
        throw key;
    }
    return key;
}

/** What lets a user in on a stand-in. */
export const userKey = makeKey();
export const userPassword = "PASSWORD";

function isRight(context: AuthContext, authorizedKey: string): boolean {
    if (context.method === "password") {
        return context.password === userPassword;
    }
    if (context.method !== "publickey") {
        return false;
    }
    const { key, blob, signature, hashAlgo } = context;
    const own = parsed(authorizedKey);
    // A client asks first whether its key would do, without a signature.
    const isSigned = !signature || (blob !== undefined && own.verify(blob, signature, hashAlgo) === true);
    return key.data.equals(own.getPublicSSH()) && isSigned;
}

/**
 * Makes ssh2's clients send each piece of a packet at once. Otherwise the kernel holds a piece back until the other end has confirmed
 * the one before, 40 ms later: a quarter of a second for one command. vi.restoreAllMocks() undoes it.
 */
function hurryClients(): void {
    const { connect } = Client.prototype;
    vi.spyOn(Client.prototype, "connect").mockImplementation(function (this: Client, config) {
        this.once("connect", () => this.setNoDelay());
        return connect.call(this, config);
    });
}

const running: { stop(): Promise<void> }[] = [];

/** For a file of tests: no SSH agent of whoever runs them, fast clients, and the end of each test's mocks and stand-ins. */
export function useSshStandIns(): void {
    beforeEach(() => {
        vi.stubEnv("SSH_AUTH_SOCK", undefined);
        hurryClients();
    });
    afterEach(async () => {
        vi.restoreAllMocks();
        vi.unstubAllEnvs();
        await Promise.all(running.splice(0).map((each) => each.stop()));
    });
}

/** Listens on a port of 127.0.0.1, and does with each connection what the test says. */
export class TcpStandIn {
    private readonly sockets = new Set<Socket>();
    readonly port: number;

    private constructor(private readonly server: NetServer) {
        this.port = (server.address() as AddressInfo).port;
        running.push(this);
    }

    static async start(onConnection: (socket: Socket) => void): Promise<TcpStandIn> {
        const server = createServer({ noDelay: true });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const standIn = new TcpStandIn(server);
        server.on("connection", (socket) => {
            standIn.sockets.add(socket);
            socket.on("close", () => standIn.sockets.delete(socket));
            // A client that goes without a word is none of a test's errors.
            socket.on("error", () => {});
            onConnection(socket);
        });
        return standIn;
    }

    get openConnections(): number {
        return this.sockets.size;
    }

    /** Whoever is still connected finds the connection ended, not reset: ssh2 would make an error of that. */
    async stop(): Promise<void> {
        const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
        for (const socket of this.sockets) {
            socket.resume().end();
        }
        await closed;
    }
}

type Accept = () => ServerChannel;
type Reject = () => void;

export interface CommandResult {
    code?: number;
    signal?: string;
    stdout?: string;
    stderr?: string;
}

export class SshStandIn {
    /** Each request to let a user in: `root publickey`. */
    readonly attempts: string[] = [];
    readonly runs: { user: string; command: string; input: string }[] = [];
    /** Each request to be connected to another host. */
    readonly tunnels: TcpipRequestInfo[] = [];

    authorizedKey = userKey.public;

    /** The result of each command. */
    answer: CommandResult = {};

    /** Returns the result of a command by its standard input, instead of `answer`. */
    respond?: (input: string) => CommandResult;

    /** Instead of letting a user in or not. */
    onLogin?: () => void;

    /** Instead of running a command. */
    onExec?: (accept: Accept, reject: Reject, connection: Connection) => void;

    /** Where each tunnel leads, whatever host it was meant for; without it none is made. */
    behind?: SshStandIn;

    /** Instead of making a tunnel. */
    onTunnel?: (connection: Connection) => void;

    private constructor(
        private readonly tcp: TcpStandIn,
        /** As `hosts[].hostKey` takes it. */
        readonly hostKey: string,
    ) {}

    /** Its `hostKey` is the first of the keys. */
    static async start(...keys: Key[]): Promise<SshStandIn> {
        const hostKeys = keys.length > 0 ? keys : [makeKey()];
        const server = new Server({ hostKeys: hostKeys.map((key) => key.private) });
        const tcp = await TcpStandIn.start((socket) => server.injectSocket(socket));
        const host = new SshStandIn(tcp, hostKeys[0].public.trim());
        server.on("connection", (connection) => host.serve(connection));
        return host;
    }

    get port(): number {
        return this.tcp.port;
    }

    get openConnections(): number {
        return this.tcp.openConnections;
    }

    /** How root logs in with the right key. */
    get login() {
        const { port, hostKey } = this;
        return { host: "127.0.0.1", port, privateKey: userKey.private, hostKey } satisfies Login;
    }

    stop(): Promise<void> {
        return this.tcp.stop();
    }

    private serve(connection: Connection): void {
        let user = "";
        connection.on("error", () => {});
        connection.on("authentication", (context) => {
            user = context.username;
            this.attempts.push(`${user} ${context.method}`);
            if (this.onLogin) {
                this.onLogin();
            } else if (isRight(context, this.authorizedKey)) {
                context.accept();
            } else {
                context.reject(["publickey", "password"]);
            }
        });
        connection.on("session", (accept) =>
            accept().on("exec", (take, reject, { command }) =>
                this.onExec ? this.onExec(take, reject, connection) : this.run(user, command, take()),
            ),
        );
        connection.on("tcpip", (accept, reject, info) => {
            this.tunnels.push(info);
            if (this.onTunnel) {
                this.onTunnel(connection);
            } else if (this.behind) {
                const [near, far] = [accept(), dial({ port: this.behind.port, host: "127.0.0.1", noDelay: true })];
                far.on("error", () => near.end());
                near.pipe(far).pipe(near);
            } else {
                reject();
            }
        });
    }

    private async run(user: string, command: string, channel: ServerChannel): Promise<void> {
        const input = await text(channel);
        this.runs.push({ user, command, input });
        const { code, signal, stdout, stderr } = this.respond?.(input) ?? this.answer;
        channel.stderr.write(stderr ?? "");
        channel.write(stdout ?? "");
        if (signal === undefined) {
            channel.exit(code ?? 0);
        } else {
            channel.exit(signal);
        }
        channel.end();
    }
}

/** An SSH agent that holds the key of the user, or another one. */
export class AgentStandIn {
    /** How often it was asked for its keys. */
    asked = 0;

    private constructor(
        private readonly server: NetServer,
        private readonly folder: string,
    ) {
        running.push(this);
    }

    static async start(key = userKey): Promise<AgentStandIn> {
        const folder = mkdtempSync(join(tmpdir(), "agent-"));
        const server = createServer();
        const agent = new AgentStandIn(server, folder);
        server.on("connection", (socket) => agent.serve(socket, parsed(key.private)));
        await new Promise<void>((resolve) => server.listen(agent.path, resolve));
        return agent;
    }

    get path(): string {
        return join(this.folder, "socket");
    }

    async stop(): Promise<void> {
        await new Promise<void>((resolve) => this.server.close(() => resolve()));
        rmSync(this.folder, { recursive: true });
    }

    private serve(socket: Socket, key: ParsedKey): void {
        const protocol = new AgentProtocol(false);
        protocol.on("identities", (request) => {
            this.asked++;
            protocol.getIdentitiesReply(request, [key]);
        });
        protocol.on("sign", (request, _key, data, { hash }) => protocol.signReply(request, key.sign(data, hash)));
        socket.on("error", () => {});
        socket.pipe(protocol).pipe(socket);
    }
}

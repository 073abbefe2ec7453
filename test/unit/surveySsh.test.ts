/** What the program does over SSH, against a stand-in for a host's sshd; see sshStandIn.ts. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ask, Refused, Unreachable } from "../../components/remote/ssh";
import { rejection } from "../rejection";
import { AgentStandIn, makeKey, SshStandIn, TcpStandIn, userKey, userPassword, useSshStandIns } from "../sshStandIn";

/** Why a host could not be asked: the whole text, because an operator reads it. */
async function failure(asked: Promise<unknown>): Promise<{ kind: unknown; message: string }> {
    const { constructor: kind, message } = await rejection(asked);
    return { kind, message };
}

const loginRefused = (user: string) => ({
    kind: Refused,
    message: `SSH login as ${user} rejected. What to do: correct the user or the key of its connection`,
});

const otherKey = makeKey().public;

/** The error if the declared key is `hostKey`. */
const mismatch = (hostKey: string) => ({
    kind: Refused,
    message:
        `SSH host key mismatch: the host does not have the declared key ${hostKey}. What to do: find out which machine answers; ` +
        "if the host was rebuilt, declare its new host key",
});

const keyUnusable = (why: string) => ({
    kind: Refused,
    message:
        `unusable private key (${why}). What to do: correct privateKey or privateKeyPassword of its connection, or load the ` +
        "key into an SSH agent and leave privateKey out",
});

useSshStandIns();
let host: SshStandIn;

beforeEach(async () => {
    host = await SshStandIn.start();
});

afterEach(() => {
    vi.useRealTimers();
});

describe("SSH login", () => {
    test("logs in as root with the private key if no user is declared", async () => {
        await ask(host.login, "true", "");
        expect(new Set(host.attempts)).toEqual(new Set(["root none", "root publickey"]));
        expect(host.runs).toHaveLength(1);
    });

    test("logs in as the declared user with the password", async () => {
        await ask({ ...host.login, user: "admin", privateKey: undefined, password: userPassword }, "true", "");
        expect(host.attempts).toEqual(["admin none", "admin password"]);
        expect(host.runs).toHaveLength(1);
    });

    test("decrypts a private key with its password", async () => {
        const locked = makeKey(256, "LOCK");
        host.authorizedKey = locked.public;
        await ask({ ...host.login, privateKey: locked.private, privateKeyPassword: "LOCK" }, "true", "");
        expect(host.runs).toHaveLength(1);
    });

    test("uses the declared SSH agent, not the one of SSH_AUTH_SOCK", async () => {
        const [named, other] = [await AgentStandIn.start(), await AgentStandIn.start(makeKey())];
        vi.stubEnv("SSH_AUTH_SOCK", other.path);
        await ask({ ...host.login, privateKey: undefined, agentSocketPath: named.path }, "true", "");
        expect(host.runs).toHaveLength(1);
        expect([named.asked, other.asked]).toEqual([1, 0]);
    });

    test("uses the declared SSH agent if the host rejects the key", async () => {
        const { path } = await AgentStandIn.start();
        await ask({ ...host.login, privateKey: makeKey().private, agentSocketPath: path }, "true", "");
        expect(host.runs).toHaveLength(1);
    });

    test("uses the agent of SSH_AUTH_SOCK if neither key nor password is declared", async () => {
        vi.stubEnv("SSH_AUTH_SOCK", (await AgentStandIn.start()).path);
        await ask({ ...host.login, privateKey: undefined }, "true", "");
        expect(host.runs).toHaveLength(1);
    });

    test.each([
        ["a key", { privateKey: makeKey().private }],
        ["a password", { privateKey: undefined, password: "WRONG" }],
    ])("does not use the agent of SSH_AUTH_SOCK if %s is declared", async (_, wrong) => {
        const agent = await AgentStandIn.start();
        vi.stubEnv("SSH_AUTH_SOCK", agent.path);
        expect(await failure(ask({ ...host.login, ...wrong }, "true", ""))).toEqual(loginRefused("root"));
        expect(agent.asked).toBe(0);
    });

    test("names the user if the host rejects the login", async () => {
        const login = { ...host.login, user: "admin", privateKey: makeKey().private };
        expect(await failure(ask(login, "true", ""))).toEqual(loginRefused("admin"));
    });

    test("rejects a login without key, password and agent", async () => {
        expect(await failure(ask({ ...host.login, privateKey: undefined }, "true", ""))).toEqual(loginRefused("root"));
        expect(host.attempts).toEqual(["root none"]);
    });

    const locked = makeKey(256, "LOCK").private;

    test.each([
        ["is none", { privateKey: "KEY" }, "Cannot parse privateKey: Unsupported key format"],
        ["is a public key", { privateKey: userKey.public }, "privateKey value does not contain a (valid) private key"],
        [
            "has a password that is not given",
            { privateKey: locked },
            "Cannot parse privateKey: Encrypted private OpenSSH key detected, but no passphrase given",
        ],
        [
            "has another password",
            { privateKey: locked, privateKeyPassword: "WRONG" },
            "Cannot parse privateKey: OpenSSH key integrity check failed -- bad passphrase?",
        ],
    ])("rejects a private key that %s before it connects", async (_, login, why) => {
        expect(await failure(ask({ ...host.login, ...login }, "true", ""))).toEqual(keyUnusable(why));
        expect(host.attempts).toEqual([]);
    });
});

describe("host key", () => {
    test("accepts the declared key, with or without a comment", async () => {
        await ask(host.login, "true", "");
        await ask({ ...host.login, hostKey: `${host.hostKey} root@lb1` }, "true", "");
        expect(host.runs).toHaveLength(2);
    });

    test("accepts any key if none is declared", async () => {
        await ask({ ...host.login, hostKey: undefined }, "true", "");
        expect(host.runs).toHaveLength(1);
    });

    test.each([
        "",
        "ssh-ed25519",
        "AAAAC3NzaC1lZDI1NTE5",
        "ssh-ed25519  ",
    ])('that is no key ("%s") is refused before the host is asked', async (hostKey) => {
        const refused = await failure(ask({ ...host.login, hostKey }, "true", ""));
        expect(refused).toEqual({ kind: Refused, message: expect.stringContaining(`"${hostKey}" of`) });
        expect(host.attempts).toEqual([]);
    });

    test("rejects another key of the declared type before the login", async () => {
        const login = { ...host.login, hostKey: otherKey };
        expect(await failure(ask(login, "true", ""))).toEqual(mismatch(otherKey));
        expect(host.attempts).toEqual([]);
    });

    test("asks for the declared key type, although the host has a preferred one", async () => {
        const [declared, preferred] = [makeKey(384), makeKey(256)];
        const several = await SshStandIn.start(declared, preferred);
        await ask(several.login, "true", "");
        expect(several.runs).toHaveLength(1);
    });
});

describe("reports a host as unreachable that", () => {
    test("does not listen on the port", async () => {
        const { login, port } = host;
        await host.stop();
        expect(await failure(ask(login, "true", ""))).toEqual({
            kind: Unreachable,
            message: `connect ECONNREFUSED 127.0.0.1:${port}`,
        });
    });

    test("closes the connection before its greeting", async () => {
        const { port } = await TcpStandIn.start((socket) => socket.end());
        expect(await failure(ask({ ...host.login, port }, "true", ""))).toEqual({
            kind: Unreachable,
            message: "Connection lost before handshake",
        });
    });

    test("does not complete a login within 5 s", async () => {
        vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
        const begun = new Promise<void>((resolve) => {
            host.onLogin = resolve;
        });
        let isSettled = false;
        const asked = failure(ask(host.login, "true", "")).finally(() => {
            isSettled = true;
        });
        await begun;
        await vi.advanceTimersByTimeAsync(4999);
        expect(isSettled).toBe(false);
        await vi.advanceTimersByTimeAsync(1);
        expect(await asked).toEqual({ kind: Unreachable, message: "Timed out while waiting for handshake" });
    });

    test("rejects the command", async () => {
        host.onExec = (_, reject) => reject();
        expect(await failure(ask(host.login, "true", ""))).toEqual({ kind: Unreachable, message: "Unable to exec" });
    });

    test("closes the connection when it gets a command", async () => {
        host.onExec = (_accept, _reject, connection) => connection.end();
        expect(await failure(ask(host.login, "true", ""))).toEqual({ kind: Unreachable, message: "Unable to exec" });
    });

    test.each([
        ["20 s where no time is given", undefined, 20],
        ["the time that is given", 1500, 1.5],
    ])("does not answer within %s", async (_, timeout, seconds) => {
        vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
        const begun = new Promise<void>((resolve) => {
            host.onExec = (accept) => {
                accept();
                resolve();
            };
        });
        let isSettled = false;
        const asked = failure(ask(host.login, "sleep 60", "", timeout)).finally(() => {
            isSettled = true;
        });
        await begun;
        await vi.advanceTimersByTimeAsync(seconds * 1000 - 1);
        expect(isSettled).toBe(false);
        await vi.advanceTimersByTimeAsync(1);
        expect(await asked).toEqual({ kind: Unreachable, message: `no answer within ${seconds} s` });
    });
});

describe("remote command", () => {
    test("gets its standard input, and returns its output, errors and exit code", async () => {
        host.answer = { code: 3, stdout: "out\n", stderr: "wrong\n" };
        expect(await ask(host.login, "sh -s", "echo out\n")).toEqual({ code: 3, stdout: "out\n", stderr: "wrong\n" });
        expect(host.runs).toEqual([{ user: "root", command: "sh -s", input: "echo out\n" }]);
    });

    test("returns the exit code of a silent command", async () => {
        expect(await ask(host.login, "true", "")).toEqual({ code: 0, stdout: "", stderr: "" });
    });

    test("counts a command that a signal killed as failed", async () => {
        host.answer = { signal: "KILL", stdout: "out\n" };
        expect(await ask(host.login, "sh -s", "")).toEqual({ code: 1, stdout: "out\n", stderr: "" });
    });

    test("passes input and output of many packets", async () => {
        const long = "0123456789abcde\n".repeat(20_000);
        host.answer = { stdout: long, stderr: long };
        expect(await ask(host.login, "cat", long)).toEqual({ code: 0, stdout: long, stderr: long });
        expect(host.runs[0].input).toBe(long);
    });

    test("closes the connection, also after a failure", async () => {
        await ask(host.login, "true", "");
        await vi.waitFor(() => expect(host.openConnections).toBe(0));
        host.onExec = (_, reject) => reject();
        await failure(ask(host.login, "true", ""));
        await vi.waitFor(() => expect(host.openConnections).toBe(0));
    });

    test("leaves no timer that keeps the program running", async () => {
        vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
        await ask(host.login, "true", "");
        expect(vi.getTimerCount()).toBe(0);
    });
});

describe("through a proxy (jump host)", () => {
    let proxy: SshStandIn;

    beforeEach(async () => {
        proxy = await SshStandIn.start();
        proxy.behind = host;
    });

    /** A host of a name that nobody but the proxy knows. */
    const inside = (port?: number) => ({ ...host.login, host: "lb1.invalid", port, proxy: proxy.login });

    test("connects to the declared name and port of the host", async () => {
        host.answer = { stdout: "inside" };
        expect((await ask(inside(2222), "sh -s", "input")).stdout).toBe("inside");
        expect(host.runs).toEqual([{ user: "root", command: "sh -s", input: "input" }]);
        expect(proxy.tunnels).toEqual([{ srcIP: "127.0.0.1", srcPort: 0, destIP: "lb1.invalid", destPort: 2222 }]);
        expect(proxy.runs).toEqual([]);
    });

    test("connects to port 22 if no port is declared", async () => {
        await ask(inside(), "true", "");
        expect(proxy.tunnels.map(({ destPort }) => destPort)).toEqual([22]);
    });

    test("closes the connections to the host and to the proxy", async () => {
        await ask(inside(), "true", "");
        await vi.waitFor(() => expect([host.openConnections, proxy.openConnections]).toEqual([0, 0]));
    });

    test("rejects a host with another host key, and closes the proxy's connection", async () => {
        expect(await failure(ask({ ...inside(), hostKey: otherKey }, "true", ""))).toEqual(mismatch(otherKey));
        await vi.waitFor(() => expect(proxy.openConnections).toBe(0));
    });

    test("rejects a proxy with another host key before it connects to the host", async () => {
        const login = { ...inside(), proxy: { ...proxy.login, hostKey: otherKey } };
        expect(await failure(ask(login, "true", ""))).toEqual(mismatch(otherKey));
        expect(proxy.tunnels).toEqual([]);
    });

    test("fails if the proxy rejects the login", async () => {
        const login = { ...inside(), proxy: { ...proxy.login, user: "jump", privateKey: makeKey().private } };
        expect(await failure(ask(login, "true", ""))).toEqual(loginRefused("jump"));
        expect(proxy.tunnels).toEqual([]);
    });

    test("reports the host as unreachable if the proxy cannot connect to it", async () => {
        proxy.behind = undefined;
        expect(await failure(ask(inside(), "true", ""))).toEqual({
            kind: Unreachable,
            message: "(SSH) Channel open failure: ",
        });
        await vi.waitFor(() => expect(proxy.openConnections).toBe(0));
    });

    test("reports the host as unreachable if the proxy closes the connection", async () => {
        proxy.onTunnel = (connection) => connection.end();
        expect(await failure(ask(inside(), "true", ""))).toEqual({
            kind: Unreachable,
            message: "No response from server",
        });
    });
});

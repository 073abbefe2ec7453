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

describe("a login", () => {
    test("is root's with the private key where no user is named", async () => {
        await ask(host.login, "true", "");
        expect(new Set(host.attempts)).toEqual(new Set(["root none", "root publickey"]));
        expect(host.runs).toHaveLength(1);
    });

    test("is the named user's with the password", async () => {
        await ask({ ...host.login, user: "admin", privateKey: undefined, password: userPassword }, "true", "");
        expect(host.attempts).toEqual(["admin none", "admin password"]);
        expect(host.runs).toHaveLength(1);
    });

    test("opens a private key that has a password", async () => {
        const locked = makeKey(256, "LOCK");
        host.authorizedKey = locked.public;
        await ask({ ...host.login, privateKey: locked.private, privateKeyPassword: "LOCK" }, "true", "");
        expect(host.runs).toHaveLength(1);
    });

    test("is by the agent that is named, and not by the one of the environment", async () => {
        const [named, other] = [await AgentStandIn.start(), await AgentStandIn.start(makeKey())];
        vi.stubEnv("SSH_AUTH_SOCK", other.path);
        await ask({ ...host.login, privateKey: undefined, agentSocketPath: named.path }, "true", "");
        expect(host.runs).toHaveLength(1);
        expect([named.asked, other.asked]).toEqual([1, 0]);
    });

    test("is by the named agent where the key is refused", async () => {
        const { path } = await AgentStandIn.start();
        await ask({ ...host.login, privateKey: makeKey().private, agentSocketPath: path }, "true", "");
        expect(host.runs).toHaveLength(1);
    });

    test("is by the agent of the environment where neither key nor password is given", async () => {
        vi.stubEnv("SSH_AUTH_SOCK", (await AgentStandIn.start()).path);
        await ask({ ...host.login, privateKey: undefined }, "true", "");
        expect(host.runs).toHaveLength(1);
    });

    test.each([
        ["a key", { privateKey: makeKey().private }],
        ["a password", { privateKey: undefined, password: "WRONG" }],
    ])("is never by the agent of the environment where %s is given", async (_, wrong) => {
        const agent = await AgentStandIn.start();
        vi.stubEnv("SSH_AUTH_SOCK", agent.path);
        expect(await failure(ask({ ...host.login, ...wrong }, "true", ""))).toEqual(loginRefused("root"));
        expect(agent.asked).toBe(0);
    });

    test("that is refused names the user", async () => {
        const login = { ...host.login, user: "admin", privateKey: makeKey().private };
        expect(await failure(ask(login, "true", ""))).toEqual(loginRefused("admin"));
    });

    test("that nothing is given for is refused", async () => {
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
    ])("with a private key that %s is refused before the host is asked", async (_, login, why) => {
        expect(await failure(ask({ ...host.login, ...login }, "true", ""))).toEqual(keyUnusable(why));
        expect(host.attempts).toEqual([]);
    });
});

describe("the host key", () => {
    test("that is declared is accepted, with or without a comment behind it", async () => {
        await ask(host.login, "true", "");
        await ask({ ...host.login, hostKey: `${host.hostKey} root@lb1` }, "true", "");
        expect(host.runs).toHaveLength(2);
    });

    test("may be any one where none is declared", async () => {
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

    test("is refused where another one of its type is declared, and nobody logs in", async () => {
        const login = { ...host.login, hostKey: otherKey };
        expect(await failure(ask(login, "true", ""))).toEqual(mismatch(otherKey));
        expect(host.attempts).toEqual([]);
    });

    test("of the declared type is asked for, though the host has one that clients prefer", async () => {
        const [declared, preferred] = [makeKey(384), makeKey(256)];
        const several = await SshStandIn.start(declared, preferred);
        await ask(several.login, "true", "");
        expect(several.runs).toHaveLength(1);
    });
});

describe("a host is unreachable that", () => {
    test("listens on no such port", async () => {
        const { login, port } = host;
        await host.stop();
        expect(await failure(ask(login, "true", ""))).toEqual({
            kind: Unreachable,
            message: `connect ECONNREFUSED 127.0.0.1:${port}`,
        });
    });

    test("hangs up before it says anything", async () => {
        const { port } = await TcpStandIn.start((socket) => socket.end());
        expect(await failure(ask({ ...host.login, port }, "true", ""))).toEqual({
            kind: Unreachable,
            message: "Connection lost before handshake",
        });
    });

    test("lets nobody in within 5 s", async () => {
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

    test("takes no command", async () => {
        host.onExec = (_, reject) => reject();
        expect(await failure(ask(host.login, "true", ""))).toEqual({ kind: Unreachable, message: "Unable to exec" });
    });

    test("hangs up when it is given a command", async () => {
        host.onExec = (_accept, _reject, connection) => connection.end();
        expect(await failure(ask(host.login, "true", ""))).toEqual({ kind: Unreachable, message: "Unable to exec" });
    });

    test.each([
        ["20 s where no time is given", undefined, 20],
        ["the time that is given", 1500, 1.5],
    ])("has not answered within %s", async (_, timeout, seconds) => {
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

describe("a command", () => {
    test("is given its input, and leaves its output, its errors and its exit code", async () => {
        host.answer = { code: 3, stdout: "out\n", stderr: "wrong\n" };
        expect(await ask(host.login, "sh -s", "echo out\n")).toEqual({ code: 3, stdout: "out\n", stderr: "wrong\n" });
        expect(host.runs).toEqual([{ user: "root", command: "sh -s", input: "echo out\n" }]);
    });

    test("that says nothing leaves nothing but its exit code", async () => {
        expect(await ask(host.login, "true", "")).toEqual({ code: 0, stdout: "", stderr: "" });
    });

    test("that a signal ended counts as failed", async () => {
        host.answer = { signal: "KILL", stdout: "out\n" };
        expect(await ask(host.login, "sh -s", "")).toEqual({ code: 1, stdout: "out\n", stderr: "" });
    });

    test("may have an input and an output of many packets", async () => {
        const long = "0123456789abcde\n".repeat(20_000);
        host.answer = { stdout: long, stderr: long };
        expect(await ask(host.login, "cat", long)).toEqual({ code: 0, stdout: long, stderr: long });
        expect(host.runs[0].input).toBe(long);
    });

    test("leaves no connection open, also where it fails", async () => {
        await ask(host.login, "true", "");
        await vi.waitFor(() => expect(host.openConnections).toBe(0));
        host.onExec = (_, reject) => reject();
        await failure(ask(host.login, "true", ""));
        await vi.waitFor(() => expect(host.openConnections).toBe(0));
    });

    test("that has ended leaves no timer, which would keep the program from ending", async () => {
        vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
        await ask(host.login, "true", "");
        expect(vi.getTimerCount()).toBe(0);
    });
});

describe("through a proxy", () => {
    let proxy: SshStandIn;

    beforeEach(async () => {
        proxy = await SshStandIn.start();
        proxy.behind = host;
    });

    /** A host of a name that nobody but the proxy knows. */
    const inside = (port?: number) => ({ ...host.login, host: "lb1.invalid", port, proxy: proxy.login });

    test("a host is reached by the name and the port that the proxy knows it by", async () => {
        host.answer = { stdout: "inside" };
        expect((await ask(inside(2222), "sh -s", "input")).stdout).toBe("inside");
        expect(host.runs).toEqual([{ user: "root", command: "sh -s", input: "input" }]);
        expect(proxy.tunnels).toEqual([{ srcIP: "127.0.0.1", srcPort: 0, destIP: "lb1.invalid", destPort: 2222 }]);
        expect(proxy.runs).toEqual([]);
    });

    test("a host is reached on port 22 where no port is given", async () => {
        await ask(inside(), "true", "");
        expect(proxy.tunnels.map(({ destPort }) => destPort)).toEqual([22]);
    });

    test("no connection is left open, on the host or on the proxy", async () => {
        await ask(inside(), "true", "");
        await vi.waitFor(() => expect([host.openConnections, proxy.openConnections]).toEqual([0, 0]));
    });

    test("another host than the declared one is refused, and the proxy's connection closed", async () => {
        expect(await failure(ask({ ...inside(), hostKey: otherKey }, "true", ""))).toEqual(mismatch(otherKey));
        await vi.waitFor(() => expect(proxy.openConnections).toBe(0));
    });

    test("no host is asked where the proxy is another one than declared", async () => {
        const login = { ...inside(), proxy: { ...proxy.login, hostKey: otherKey } };
        expect(await failure(ask(login, "true", ""))).toEqual(mismatch(otherKey));
        expect(proxy.tunnels).toEqual([]);
    });

    test("no host is asked where the proxy refuses the login", async () => {
        const login = { ...inside(), proxy: { ...proxy.login, user: "jump", privateKey: makeKey().private } };
        expect(await failure(ask(login, "true", ""))).toEqual(loginRefused("jump"));
        expect(proxy.tunnels).toEqual([]);
    });

    test("a host is unreachable where the proxy makes no way to it", async () => {
        proxy.behind = undefined;
        expect(await failure(ask(inside(), "true", ""))).toEqual({
            kind: Unreachable,
            message: "(SSH) Channel open failure: ",
        });
        await vi.waitFor(() => expect(proxy.openConnections).toBe(0));
    });

    test("a host is unreachable where the proxy hangs up", async () => {
        proxy.onTunnel = (connection) => connection.end();
        expect(await failure(ask(inside(), "true", ""))).toEqual({
            kind: Unreachable,
            message: "No response from server",
        });
    });
});

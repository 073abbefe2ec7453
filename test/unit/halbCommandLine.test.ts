/**
 * halb's command line, in this process: options, exit codes, and which pair is meant. `pulumi` is a stand-in, a script that prints a
 * state; the lab's tests (test/lab/halb.test.ts) use the real one.
 */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { command } from "../../cli/commandLine";
import { importPair } from "../../cli/import";
import { loginsOf } from "../../cli/logins";
import { readPair } from "../../cli/stack";
import { payloadText } from "../../components/remote/payload";
import { SshStandIn, userKey } from "../sshStandIn";
import { failure, usePairStandIn } from "./halbFixture";

const used = usePairStandIn();
let folder: string;

// What somebody at a terminal answers; nobody sits at one here.
const { terminal } = vi.hoisted(() => ({ terminal: { question: vi.fn(), close: vi.fn() } }));
vi.mock("node:readline/promises", () => ({ createInterface: () => terminal }));

beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "halb-"));
    vi.spyOn(process.stderr, "write").mockImplementation((text) => used.errors.push(String(text)) > 0);
    usePulumi(`cat "$STATE"`);
    writeState(pairResources("web"));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Puts a `pulumi` on PATH that notes its arguments and its folder, and then runs `script`. */
function usePulumi(script: string): void {
    mkdirSync(join(folder, "bin"), { recursive: true });
    const file = join(folder, "bin", "pulumi");
    writeFileSync(file, `#!/bin/sh\necho "$PWD: $*" >>"$SAID"\n${script}\n`);
    chmodSync(file, 0o755);
    vi.stubEnv("PATH", [join(folder, "bin"), process.env.PATH].join(delimiter));
    vi.stubEnv("STATE", join(folder, "state.json"));
    vi.stubEnv("SAID", join(folder, "said"));
}

function writeState(resources: object[]): void {
    writeFileSync(join(folder, "state.json"), JSON.stringify({ deployment: { resources } }));
}

/** The resources of the stand-in's pair, as a state has them. */
function pairResources(name: string): object[] {
    const type = "ha-load-balancer-pair:index:HaLoadBalancerPair";
    const urn = `urn:pulumi:prod::shop::${type}::${name}`;
    const { hosts, url } = used.pair.declared;
    return [
        { urn, type, inputs: { hosts: hosts.map((host) => ({ name: host.name })) }, outputs: { url } },
        ...hosts.flatMap(({ name: host, login, values }) =>
            ["preflight", "health"].map((step) => ({
                urn: `urn:pulumi:prod::shop::${type}$command:remote:Command::${name}-${host}-${step}`,
                parent: urn,
                inputs: { connection: login, stdin: `${payloadText({ values })}\n` },
            })),
        ),
    ];
}

describe("readPair", () => {
    test("reads the stack's state with pulumi, in the program's folder", async () => {
        expect(await readPair({ cwd: folder, stack: "prod" })).toMatchObject({ name: "web", url: used.pair.url });
        expect(await readPair({})).toMatchObject({ name: "web" });
        expect(readFileSync(join(folder, "said"), "utf8").split("\n").slice(0, 2)).toEqual([
            `${folder}: stack export --show-secrets --non-interactive --stack prod`,
            `${process.cwd()}: stack export --show-secrets --non-interactive`,
        ]);
    });

    test("picks the named pair of several", async () => {
        writeState([...pairResources("web"), ...pairResources("mail")]);
        expect((await readPair({ pair: "mail" })).name).toBe("mail");
        expect(await failure(readPair({}))).toMatchInlineSnapshot(
            `"the stack has several pairs; name one of them with --pair: web, mail"`,
        );
        expect(await failure(readPair({ pair: "news" }))).toMatchInlineSnapshot(
            `"--pair: the stack has no pair "news"; there is web, mail"`,
        );
    });

    test("rejects a stack without a pair, and a pair that is not complete", async () => {
        writeState([]);
        expect(await failure(readPair({}))).toMatchInlineSnapshot(
            `"the stack has no HaLoadBalancerPair; "pulumi up" makes it"`,
        );
        writeState(pairResources("web").slice(0, -1));
        expect(await failure(readPair({}))).toMatchInlineSnapshot(
            `"web is not complete yet; "pulumi up" completes it"`,
        );
    });

    test("reports pulumi's own error, with the way out", async () => {
        usePulumi("echo 'error: no stack named prod' >&2; exit 255");
        expect(await failure(readPair({}))).toMatchInlineSnapshot(`
          "cannot read the stack: no stack named prod
          Name it with --stack, and its program's folder with --cwd"
        `);
    });

    test("reports how to install pulumi if it is missing", async () => {
        vi.stubEnv("PATH", join(folder, "nothing"));
        expect(await failure(readPair({}))).toMatchInlineSnapshot(
            `"pulumi is not installed; put it on PATH (https://www.pulumi.com/docs/install/), or use "npm run halb", which brings one"`,
        );
    });
});

describe("halb", () => {
    test("runs the named command on the stack's pair", async () => {
        expect(await command(["status", "--json", "-s", "prod", "-C", folder])).toBe(0);
        expect(JSON.parse(used.printed[0])).toMatchObject({ name: "web", problems: [] });
        expect(await command(["doctor"])).toBe(0);
        expect(used.printed[1]).toMatch(/^ok {3}lb1/);
        expect(await command(["switchover", "--to", "lb2"])).toBe(0);
        expect(used.pair.holder.name).toBe("lb2.example.com");
        expect(await command(["switchover", "--to", "lb2", "--json"])).toBe(0);
        expect(used.printed.at(-1)).toBe("null");
    });

    test("returns 1 if a problem is found", async () => {
        used.pair.hosts[1].serves = false;
        expect(await command(["status"])).toBe(1);
        expect(await command(["doctor"])).toBe(1);
    });

    test("watches at the declared interval", async () => {
        vi.mocked(console.log).mockImplementation((text) => {
            used.printed.push(text);
            if (used.printed.length === 2) {
                throw new Error("enough");
            }
        });
        const began = performance.now();
        expect(await failure(command(["status", "-w", "--interval", "0.2"]))).toBe("enough");
        expect(performance.now() - began).toBeGreaterThan(200);
    });

    test.each([
        [[]],
        [["fail"]],
        [["status", "--colour"]],
        [["status", "--watch", "--interval", "0"]],
        [["drill", "flood", "--yes"]],
        [["drill", "hand-over", "--yes", "--rate", "-1"]],
        [["drill", "hand-over", "--yes", "--patience", "0"]],
        [["drill", "hand-over"]],
    ])("rejects the command line %j with exit code 2 and the reason", async (words) => {
        expect(await command(words)).toBe(2);
        expect(used.errors.join("")).toMatchSnapshot();
    });

    test("a failure of the pair is an error of the command", async () => {
        writeState([]);
        expect(await failure(command(["status"]))).toContain("the stack has no HaLoadBalancerPair");
    });

    test("rejects a drill that cannot begin, also with --yes", async () => {
        used.pair.hosts[0].serves = false;
        const words = ["drill", "hand-over", "--yes", "--rate", "50", "--patience", "5"];
        expect(await failure(command(words))).toContain("a drill needs a pair without problems");
        expect(await failure(command(["drill", "power", "-y"]))).toContain("this pair has no fencing.command");
    });

    describe("a drill at a terminal", () => {
        const isTTY = process.stdin.isTTY;
        beforeEach(() => {
            process.stdin.isTTY = true;
            // The drill itself is rejected, so that it begins and ends at once.
            used.pair.hosts[0].serves = false;
        });
        afterEach(() => {
            process.stdin.isTTY = isTTY;
        });

        test.each(["yes", " yes\t"])("begins after the answer %j", async (answer) => {
            terminal.question.mockResolvedValue(answer);
            expect(await failure(command(["drill", "hand-over"]))).toContain("a drill needs a pair without problems");
            expect(terminal.question.mock.lastCall).toMatchInlineSnapshot(`
              [
                "a drill (hand-over) happens to the host of web that serves now. Go on? Only "yes" counts: ",
              ]
            `);
            expect(terminal.close).toHaveBeenCalled();
        });

        test.each([
            ["y", async () => "y"],
            ["nothing", async () => ""],
            ["Ctrl-C", () => Promise.reject(new Error("Aborted with Ctrl+C"))],
        ])("does not begin after the answer %s", async (_, answer) => {
            terminal.question.mockImplementation(answer);
            expect(await failure(command(["drill", "hand-over"]))).toBe("not confirmed; nothing was done");
        });
    });

    test("host-keys prints the keys of the pair's hosts, or of the named hosts", async () => {
        expect(await command(["host-keys", "--json"])).toBe(0);
        expect(JSON.parse(used.printed[0]).map(({ hostKey }: { hostKey: string }) => hostKey)).toEqual(
            used.pair.hosts.map(({ ssh }) => ssh.hostKey),
        );
        const { port, hostKey } = used.pair.hosts[1].ssh;
        expect(await command(["host-keys", "127.0.0.1", "--port", String(port), "--json"])).toBe(0);
        expect(JSON.parse(used.printed[1])).toMatchObject([{ host: "127.0.0.1", hostKey }]);
    });

    test.each([
        [["--help"]],
        [["status", "-h"]],
        [["switchover", "--help"]],
        [["drill", "--help"]],
        [["host-keys", "--help"]],
        [["import", "--help"]],
    ])("prints the help of %j", async (words) => {
        expect(await command(words)).toBe(0);
        expect(used.printed.join("\n")).toMatchSnapshot();
    });
});

describe("logins of hosts outside of a stack", () => {
    const known = () => join(folder, "known_hosts");

    beforeEach(() => writeFileSync(known(), "10.0.0.1 ssh-ed25519 AAAA\n[10.0.0.1]:2222 ssh-ed25519 BBBB\n"));

    test("have the key of known_hosts for that port, and the private key of the file", () => {
        writeFileSync(join(folder, "id"), "KEY");
        const options = { user: "admin", port: 2222, identity: join(folder, "id"), knownHosts: known() };
        expect(loginsOf(["10.0.0.1"], options)).toEqual([
            { host: "10.0.0.1", port: 2222, user: "admin", privateKey: "KEY", hostKey: "ssh-ed25519 BBBB" },
        ]);
    });

    test("have no private key if none is named, and expand ~", () => {
        const knownHosts = `~/${relative(homedir(), known())}`;
        const [login] = loginsOf(["10.0.0.1"], { user: "root", port: 22, knownHosts });
        expect(login).toEqual({ host: "10.0.0.1", port: 22, user: "root", hostKey: "ssh-ed25519 AAAA" });
    });

    test("are rejected if a file or a key is missing", () => {
        const at = (options: object) => () =>
            loginsOf(["10.0.0.2"], { user: "root", port: 22, knownHosts: known(), ...options });
        expect(at({ knownHosts: "/no/file" })).toThrow('--known-hosts: there is no file "/no/file"');
        expect(at({ identity: "/no/key" })).toThrow('--identity: there is no file "/no/key"');
        expect(at({ knownHosts: `x~/${folder}` })).toThrow(`there is no file "x~/`);
        expect(() => at({})()).toThrow(`${known()} has no key of 10.0.0.2; "halb host-keys 10.0.0.2" shows it`);
    });
});

describe("import", () => {
    const file = (path: string, text: string) => `file\t${path}\t${Buffer.from(text).toString("base64")}`;
    const said = (node: string, last: number) =>
        [
            `node\t${node}`,
            `address\t10.0.0.${last}/24\teth0`,
            `address\t10.0.0.9/24\teth0`,
            file("/etc/ha.d/ha.cf", "keepalive 1\nbcast eth0\n"),
            file("/etc/ha.d/haresources", "b IPaddr::10.0.0.9/24/eth0\n"),
            file("/etc/haproxy/haproxy.cfg", "listen web\n    bind 10.0.0.9:80\n    server w 10.0.0.20:80\n"),
            "authkeys\t1\tmd5",
        ].join("\n");

    async function hosts(): Promise<SshStandIn[]> {
        const standIns = [await SshStandIn.start(), await SshStandIn.start()];
        standIns[0].answer = { stdout: said("A", 1) };
        standIns[1].answer = { stdout: said("b", 2) };
        return standIns;
    }

    test("prints the component's arguments, the preferred host first, and notes what it leaves out", async () => {
        const [a, b] = await hosts();
        expect(
            await importPair([a.login, b.login].map((login) => ({ ...login, user: "root", port: login.port }))),
        ).toBe(0);
        const args = JSON.parse(used.printed[0]);
        expect(args.hosts).toEqual([
            { name: "b", address: "127.0.0.1", hostKey: b.hostKey },
            { name: "a", address: "127.0.0.1", hostKey: a.hostKey },
        ]);
        expect(args.connection).toEqual({ port: b.port });
        const { hosts: _, connection: __, ...rest } = args;
        expect(rest).toMatchInlineSnapshot(`
          {
            "haproxy": {
              "listen": [
                {
                  "bind": [
                    {
                      "port": 80,
                    },
                  ],
                  "mode": "tcp",
                  "name": "web",
                  "servers": [
                    {
                      "address": "10.0.0.20",
                      "check": false,
                      "name": "w",
                      "port": 80,
                    },
                  ],
                },
              ],
            },
            "heartbeat": {
              "bcast": [
                "eth0",
              ],
              "keepalive": "1",
            },
            "virtualIps": [
              {
                "address": "10.0.0.9",
                "interface": "eth0",
              },
            ],
          }
        `);
        expect(used.errors).toMatchInlineSnapshot(`
          [
            "note: authkeys: the key (md5) is not imported; "pulumi up" generates a random key, for sha1",
          ]
        `);
        expect(a.runs[0].input.trimEnd()).toMatch(/\nimport$/);
    });

    test("is what halb runs for two addresses, with the login of the options", async () => {
        const [a, b] = await hosts();
        const known = join(folder, "known_hosts");
        writeFileSync(known, `[127.0.0.1]:${a.port} ${a.hostKey}\n`);
        writeFileSync(join(folder, "id"), userKey.private);
        const options = ["--port", String(a.port), "--identity", join(folder, "id"), "--known-hosts", known];
        expect(await command(["import", "127.0.0.1", "127.0.0.1", ...options])).toBe(0);
        expect(a.runs).toHaveLength(2);
        expect(b.runs).toHaveLength(0);
    });

    test("names the host that fails", async () => {
        const [a, b] = await hosts();
        b.answer = { code: 1, stderr: "sudo: a password is required\n" };
        expect(await failure(importPair([a.login, b.login]))).toBe("127.0.0.1: sudo: a password is required");
    });
});

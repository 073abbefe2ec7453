/** The operations command on a pair that serves: what it says, and what a client sees of what it does. */
import type { ChildProcess } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Drill } from "../../cli/drill";
import type { PairState } from "../../cli/look";
import { fencingScript, PowerSwitch } from "../../lab/powerSwitch";
import { writeConfig } from "../../lab/pulumi";
import { type RunOptions, run } from "../../support/run";
import { until } from "../../support/wait";
import { root } from "../../toolchain/paths";
import { halb as halbOn, halbProgram, holds, inAll, underLoad, untilHolds, useServingPair, virtualIp } from "./fixture";

const used = useServingPair({ name: "halb" });

const halb = (words: string[], options?: RunOptions) => halbOn(used, words, options);

/** A pair that has just moved something is well when both hosts hear each other of it. */
async function untilWell(): Promise<void> {
    let said = "";
    const isWell = async () => {
        const { code, stdout } = await halb(["status"]);
        said = stdout;
        return code === 0;
    };
    await until("halb status says that all is well", 60_000, isWell, 500).catch(() => expect.unreachable(said));
}

beforeAll(async () => {
    for (const host of used.lab.loadBalancers) {
        await host.run("cat >/usr/local/bin/fence && chmod +x /usr/local/bin/fence", fencingScript);
    }
    writeConfig(used.lab, used.stack.place.configFile as string, { fencing: { command: "/usr/local/bin/fence" } });
    await used.stack.up();
    await untilWell();
});

describe("status", () => {
    test("prints holders, services and the servers' states", async () => {
        const { code, stdout } = await halb(["status"]);
        expect(code).toBe(0);
        for (const line of [
            /^lb {2}http:\/\/192\.168\.0\.99\/$/m,
            /^lb1\.example\.com +active +active +active +active +heard +192\.168\.0\.99$/m,
            /^lb2\.example\.com +active +active +active +active +heard +-$/m,
            /^192\.168\.0\.99 +lb1\.example\.com +lb1\.example\.com +eth0$/m,
            /^webfarm\/web1 +UP +UP$/m,
            /^lb1\.example\.com +eth0 up +haproxy 2\.6\.\S+ heartbeat \S+$/m,
            /^All is well\.$/m,
        ]) {
            expect(stdout).toMatch(line);
        }
    });

    test("prints problems, and exits with 1", async () => {
        const { lab } = used;
        await lab.host("lb2").run("systemctl stop haproxy; echo '# by hand' >>/etc/ha.d/ha.cf");
        await lab.host("web2").run("systemctl stop nginx");
        // HAProxy looks at a server every 2 s, two times.
        await until(
            "lb1 sees web2 down",
            20_000,
            async () => /web2 is DOWN/.test((await halb(["status"])).stdout),
            500,
        );
        const { code, stdout } = await halb(["status"]);
        await lab.host("web2").run("systemctl start nginx");
        expect(code).toBe(1);
        expect(stdout).toContain('- lb2.example.com: HAProxy is inactive (see "journalctl -u haproxy" there)');
        expect(stdout).toContain('- lb2.example.com: /etc/ha.d/ha.cf was edited; "pulumi up" repairs it');
        expect(stdout).toMatch(/- lb1\.example\.com: the server webfarm\/web2 is DOWN/);
        await used.stack.up();
        await untilWell();
    });

    test("--json prints the same state without a secret", async () => {
        const { stdout } = await halb(["status", "--json"]);
        const said: PairState = JSON.parse(stdout);
        expect(said).toMatchObject({
            name: "lb",
            problems: [],
            virtualIps: [{ address: virtualIp, holders: ["lb1.example.com"], preferredHost: "lb1.example.com" }],
        });
        const { authkeysSecret, statisticsPassword } = await used.stack.outputs();
        for (const secret of [authkeysSecret, statisticsPassword, "PRIVATE KEY"]) {
            expect(stdout).not.toContain(secret);
        }
    });

    test("--watch prints the state repeatedly until Ctrl-C", async () => {
        let seen = 0;
        let child: ChildProcess | undefined;
        const { code } = await halb(["status", "--watch", "--interval", "0.5", "--json"], {
            timeout: 120_000,
            onSpawn: (spawned) => (child = spawned),
            onLine: (line) => {
                seen += line.startsWith('{"at":') ? 1 : 0;
                if (seen === 3) {
                    child?.kill("SIGINT");
                }
            },
        });
        expect(seen).toBeGreaterThanOrEqual(3);
        expect(code).toBe(130);
    });

    test("--watch ends when its output is closed", inAll, async () => {
        const watch = `${halbProgram.join(" ")} status --watch --interval 0.5 --stack dev | head -1`;
        const { env } = used.stack.place;
        const { code } = await used.lab.attempt(["bash", "-c", watch], { cwd: root, env, timeout: 60_000 });
        expect(code).toBe(0);
    });

    test("reports a host without power", inAll, async () => {
        await used.lab.host("lb2").powerOff();
        const { code, stdout } = await halb(["status"]);
        await used.lab.host("lb2").boot();
        expect(code).toBe(1);
        expect(stdout).toMatch(/- lb2\.example\.com: unreachable/);
        await untilWell();
    });
});

describe("switchover", () => {
    test("drops no request, there and back", async () => {
        const seen = await underLoad(used.lab, "halb switchover, there and back", async () => {
            const there = await halb(["switchover"]);
            expect(there.stdout).toMatch(/^lb2\.example\.com has 192\.168\.0\.99 \(\d+\.\d s\)/);
            expect(await holds(used.lab.host("lb2"))).toBe(true);
            expect((await halb(["switchover", "--to", "lb1"])).code).toBe(0);
            expect(await holds(used.lab.host("lb1"))).toBe(true);
        });
        expect(seen).toMatchObject({ failed: 0, several: 0 });
    });

    test("to the holder moves nothing", async () => {
        const { code, stdout } = await halb(["switchover", "--to", "lb1.example.com"]);
        expect({ code, stdout }).toEqual({
            code: 0,
            stdout: "That host already holds all virtual IPs; nothing was moved.\n",
        });
    });

    test("is rejected with the reason if the other host is unfit", async () => {
        await used.lab.host("lb2").run("systemctl stop haproxy");
        const { code, stderr } = await halb(["switchover"]);
        await used.lab.host("lb2").run("systemctl start haproxy");
        expect(code).toBe(1);
        expect(stderr).toBe(
            'error: lb2.example.com is unfit, and nothing was moved: HAProxy is inactive (see "journalctl -u haproxy" there)\n',
        );
        expect(await holds(used.lab.host("lb1"))).toBe(true);
        await untilWell();
    });

    test("is rejected while pulumi runs", inAll, async () => {
        const host = used.lab.host("lb1");
        await host.run("systemd-run --quiet --unit busy flock /var/lib/ha-load-balancer-pair/lock sleep 60");
        const { code, stderr } = await halb(["switchover"]);
        await host.run("systemctl stop busy");
        expect(code).toBe(1);
        expect(stderr).toContain("a pulumi run holds the lock of this host");
        expect(stderr).toContain("What to do: wait for it to end");
    });
});

describe("drill", () => {
    const report = () => join(used.lab.scratch, "drill");

    async function rehearsed(...words: string[]): Promise<Drill> {
        const { code, stdout, stderr } = await halb(["drill", ...words, "--yes", "--json", "--report", report()]);
        expect(code, stderr).toBe(0);
        const drill: Drill = JSON.parse(stdout);
        console.log(`halb drill ${words[0]}: ${drill.failed} of ${drill.sent} failed, gap ${drill.gap.toFixed(2)} s`);
        expect(JSON.parse(readFileSync(join(report(), "drill.json"), "utf8"))).toEqual(drill);
        expect(readFileSync(join(report(), "drill.svg"), "utf8")).toContain(
            `${drill.failed} of ${drill.sent} requests lost`,
        );
        expect(drill).toMatchObject({ from: "lb1.example.com", to: "lb2.example.com", isRestored: true });
        expect(await holds(used.lab.host("lb1"))).toBe(true);
        return drill;
    }

    test("hand-over drops no request", inAll, async () => {
        expect((await rehearsed("hand-over")).failed).toBe(0);
    });

    test("haproxy measures the gap, and starts HAProxy again", async () => {
        const drill = await rehearsed("haproxy");
        expect(drill.failed).toBeGreaterThan(0);
        expect(drill.marks.map(({ what }) => what)).toEqual([
            "HAProxy is stopped on lb1.example.com",
            "lb2.example.com has the virtual IPs",
            "HAProxy is started on lb1.example.com",
            "lb1.example.com has the virtual IPs again",
        ]);
        await untilWell();
    });

    test("power switches the holder off by the fencing command, and on again", inAll, async () => {
        const power = new PowerSwitch(used.lab);
        const on = "curl -sSf -m 60 http://192.168.0.1:8099/on/lb1.example.com";
        const drill = await rehearsed("power", "--power-on", on);
        power.stop();
        // The keeper, which knows of no drill, makes sure before it takes over.
        const off = "/off/lb1.example.com";
        expect(power.requests).toEqual([off, off, "/on/lb1.example.com"]);
        expect(drill.failed).toBeGreaterThan(0);
        await untilWell();
    });

    test.each([
        ["interrupted, by somebody who is impatient", ["SIGINT", "SIGINT"]],
        ["left alone by its terminal", ["SIGHUP"]],
    ] as const)("that is %s restores what was", inAll, async (_, signals) => {
        let child: ChildProcess | undefined;
        const { code, stderr } = await halb(["drill", "haproxy", "--yes"], {
            onSpawn: (spawned) => (child = spawned),
            onLine: (line) => {
                if (line.includes("HAProxy is stopped")) {
                    for (const [i, signal] of signals.entries()) {
                        setTimeout(() => child?.kill(signal), i * 1000);
                    }
                }
            },
        });
        expect(code).toBe(130);
        expect(stderr).toContain("lb1.example.com has the virtual IPs again");
        expect(await holds(used.lab.host("lb1"))).toBe(true);
        await untilWell();
    });

    test("restores the pair after Ctrl-C twice, through a program that passes signals on", inAll, async () => {
        const { env } = used.stack.place;
        const words = [
            join(root, "node_modules/.bin/tsx"),
            "cli/halb.ts",
            "drill",
            "haproxy",
            "--yes",
            "--stack",
            "dev",
        ];
        let child: ChildProcess | undefined;
        const { stdout } = await used.lab.attempt(["script", "-qec", words.join(" "), "/dev/null"], {
            ...{ cwd: root, env, keepInputOpen: true },
            onSpawn: (spawned) => (child = spawned),
            onLine: (line) => {
                if (line.includes("HAProxy is stopped")) {
                    child?.stdin?.write("\x03");
                    setTimeout(() => child?.stdin?.write("\x03"), 1500);
                }
            },
        });
        expect(stdout).toContain("still cleaning up");
        expect(stdout).toContain("lb1.example.com has the virtual IPs again");
        expect(await holds(used.lab.host("lb1"))).toBe(true);
        await untilWell();
    });

    test("changes nothing if it is interrupted before it begins", inAll, async () => {
        let child: ChildProcess | undefined;
        const { code, stderr } = await halb(["drill", "haproxy", "--yes"], {
            onSpawn: (spawned) => (child = spawned),
            onLine: (line) => line.includes("without a failure first") && child?.kill("SIGINT"),
        });
        expect(code).toBe(130);
        expect(stderr).not.toContain("HAProxy is stopped");
        expect(await used.lab.host("lb1").run("systemctl is-active haproxy")).toBe("active");
    });

    test("leaves a timer on the host that starts HAProxy if halb is killed", inAll, async () => {
        const host = used.lab.host("lb1");
        let child: ChildProcess | undefined;
        await halb(["drill", "haproxy", "--yes"], {
            onSpawn: (spawned) => (child = spawned),
            onLine: (line) => line.includes("has the virtual IPs") && child?.kill("SIGKILL"),
        });
        const unit = "ha-load-balancer-pair-drill";
        expect(await host.run(`systemctl is-active ${unit}.timer; systemctl is-active haproxy || :`)).toBe(
            "active\ninactive",
        );
        await host.run(`systemctl start ${unit}.service`);
        await untilHolds(host);
        await untilWell();
    });

    test("is rejected if no request is answered, and changes nothing", inAll, async () => {
        await used.lab.run(["ip", "route", "add", "prohibit", `${virtualIp}/32`]);
        const { code, stderr } = await halb(["drill", "haproxy", "--yes"]);
        await used.lab.run(["ip", "route", "del", "prohibit", `${virtualIp}/32`]);
        expect(code).toBe(1);
        expect(stderr).toMatch(/^error: no answer at http:\/\/192\.168\.0\.99\/ from here \(E[A-Z]+\)/m);
        expect(await used.lab.host("lb1").run("systemctl is-active haproxy")).toBe("active");
    });

    test("requires --yes and a pair without problems", inAll, async () => {
        const unsure = await halb(["drill", "haproxy"]);
        expect(unsure).toMatchObject({ code: 2 });
        expect(unsure.stderr).toContain("pass --yes to confirm");
        await used.lab.host("lb2").run("systemctl stop haproxy");
        const unwell = await halb(["drill", "haproxy", "--yes"]);
        await used.lab.host("lb2").run("systemctl start haproxy");
        expect(unwell.code).toBe(1);
        expect(unwell.stderr).toContain(
            "error: a drill needs a pair without problems:\n  - lb2.example.com: HAProxy is inactive",
        );
        await untilWell();
    });
});

describe("doctor", () => {
    test("finds no problem on a healthy pair", async () => {
        const { code, stdout } = await halb(["doctor"]);
        expect(code, stdout).toBe(0);
        expect(stdout.trim().split("\n")).toHaveLength(10);
        expect(
            stdout
                .trim()
                .split("\n")
                .filter((line) => !line.startsWith("ok   ")),
        ).toEqual([]);
    });

    test("finds problems that would fail the next pulumi up", inAll, async () => {
        const host = used.lab.host("lb2");
        await host.run("fallocate -l $(($(df -Pk / | awk 'NR == 2 { print $4 }') - 5000))K /var/filler");
        const { code, stdout } = await halb(["doctor"]);
        await host.run("rm /var/filler");
        expect(code).toBe(1);
        expect(stdout).toMatch(
            /^BAD {2}lb2\.example\.com: node name.*\n {7}\/etc has \d MiB free, and 10 are needed\. What to do: make room there/m,
        );
    });
});

test("host-keys prints the configuration that pins the keys", async () => {
    const known = readFileSync(used.lab.knownHostsFile, "utf8");
    const fingerprints = (await used.lab.run(["ssh-keygen", "-lf", used.lab.knownHostsFile])).match(/SHA256:\S+/g);
    for (const words of [["host-keys"], ["host-keys", "192.168.0.100", "192.168.0.101"]]) {
        const { code, stdout } = await halb(words);
        expect(code).toBe(0);
        const keys = [...stdout.matchAll(/^pulumi config set --path 'hosts\[\d\]\.hostKey' '(\S+ \S+)'$/gm)];
        expect(keys.map(([, key]) => key)).toEqual(
            ["192.168.0.100", "192.168.0.101"].map(
                (address) => new RegExp(`^${address} (\\S+ \\S+)$`, "m").exec(known)?.[1],
            ),
        );
        expect(stdout.match(/SHA256:\S+/g)).toEqual(fingerprints?.slice(0, 2));
    }
});

test("import reports a failed login in one line", inAll, async () => {
    const encrypted = join(used.lab.scratch, "encrypted");
    await used.lab.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "not empty", "-f", encrypted]);
    const words = ["import", "192.168.0.100", "192.168.0.101", "--known-hosts", used.lab.knownHostsFile];
    for (const [identity, said] of [
        [encrypted, /^error: 192\.168\.0\.10\d: unusable private key \(.*\)\. What to do: .*\n$/],
        [`${used.lab.privateKeyFile}.pub`, /^error: 192\.168\.0\.10\d: unusable private key .*\n$/],
    ] as const) {
        const { code, stderr } = await halb([...words, "--identity", identity]);
        expect(code).toBe(1);
        expect(stderr).toMatch(said);
    }
});

test("completion prints a script that completes commands in bash", inAll, async () => {
    const path = [join(used.lab.scratch, "bin"), process.env.PATH].join(delimiter);
    mkdirSync(join(used.lab.scratch, "bin"));
    writeFileSync(join(used.lab.scratch, "bin", "halb"), `#!/bin/sh\nexec ${halbProgram.join(" ")} "$@"\n`, {
        mode: 0o755,
    });
    const completed = (...words: string[]) => {
        const typed = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}`;
        const script = `source <(halb completion); ${typed}; _halb_yargs_completions; echo "\${COMPREPLY[*]}"`;
        return run(["bash", "-c", script], { cwd: root, env: { ...process.env, PATH: path } });
    };
    expect(await completed("halb", "sw")).toBe("switchover");
    expect((await completed("halb", "drill", "")).split(" ")).toEqual(
        expect.arrayContaining(["hand-over", "haproxy", "power"]),
    );
});

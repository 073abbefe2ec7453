/** The lab itself: what it promises to every test that stands on it. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Lab } from "../../lab/lab";
import { attempt } from "../../support/run";
import { until } from "../../support/wait";
import { cache, root } from "../../toolchain/paths";
import { inAll, labPrefix, page, useLab } from "./fixture";

/** Whatever of a lab can be left behind: namespaces, control groups, mounts, loop devices, processes, files. */
async function traces(name: string): Promise<string[]> {
    const words = [`halb.${name}.`, `${join("labs", name)}/`];
    const { stdout } = await attempt([
        "sh",
        "-c",
        "ls /run/netns; cat /proc/self/mounts; losetup -a; find /sys/fs/cgroup -maxdepth 2 -type d; ps -eo args",
    ]);
    const found = stdout.split("\n").filter((line) => words.some((word) => line.includes(word)));
    return existsSync(join(cache, "labs", name)) ? [...found, "its folder"] : found;
}

describe("a lab", () => {
    const used = useLab({ name: "lab", loadBalancers: 1, backEnds: 1 });

    test("has hosts with an init, a machine-id and a host key of their own", async () => {
        const [lb1, web1] = used.lab.hosts;
        expect(await lb1.run("uname -n; systemctl is-system-running --wait; ps -p 1 -o comm=")).toBe(
            "lb1.example.com\nrunning\nsystemd",
        );
        const identity = "cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub";
        expect(await lb1.run(identity)).not.toBe(await web1.run(identity));
        expect(await page(used.lab, `http://${web1.address}/`)).toMatchObject({ status: 200, body: "This is web1.\n" });
    });

    test("installs packages from its own repository, without a network", async () => {
        const [lb1] = used.lab.hosts;
        expect(await lb1.run("apt-get -qq update && apt-cache policy haproxy")).toContain("file:/srv/repo");
        expect((await lb1.attempt("timeout 3 bash -c '</dev/tcp/1.1.1.1/53'")).code).not.toBe(0);
    });

    test("power-off kills the host, and power-on boots the same disk", async () => {
        const [lb1] = used.lab.hosts;
        await lb1.run("echo kept > /root/file && sync");
        await lb1.powerOff();
        expect(lb1.isOn()).toBe(false);
        expect((await lb1.attempt("true")).code).not.toBe(0);
        await lb1.boot();
        expect(await lb1.run("cat /root/file; systemctl is-system-running --wait")).toBe("kept\nrunning");
    });

    test("a host does not answer while its cable is cut or while it is frozen", async () => {
        const [lb1] = used.lab.hosts;
        const ping = async () => (await used.lab.attempt(["ping", "-c1", "-W1", lb1.address])).code === 0;
        const answers = async () => (await lb1.attempt("true", "", 2000)).code === 0;
        await lb1.cut();
        expect(await ping()).toBe(false);
        await lb1.mend();
        await until("the mended host answers", 10_000, ping);
        lb1.freeze();
        expect(await ping()).toBe(true);
        expect(await answers()).toBe(false);
        lb1.thaw();
        await until("the thawed host answers", 10_000, answers);
    });
});

/** Without the command tsx, which makes itself a folder by the user's number, where another test's may be. */
const cli = (...args: string[]) => [process.execPath, "--import", "tsx", join(root, "lab/cli.ts"), ...args];
/** Whatever else burns CPU: those that are killed in the middle must get there. */
const outOfTurn = { cwd: root, env: { ...process.env, HALB_BUDGET: undefined } };

test("down deletes every trace of a lab, and leaves other labs alone", async () => {
    const names = [`${labPrefix}one`, `${labPrefix}one-more`];
    const one = await Lab.up({ name: names[0], loadBalancers: 1, backEnds: 0 });
    await Lab.up({ name: names[1], loadBalancers: 1, backEnds: 0 });
    // A killed pulumi leaves its plugins behind like this: alive, and without a parent.
    const orphan = await one.run(["sh", "-c", "sleep 600 >/dev/null 2>&1 & echo $!"]);
    await Lab.down(names[0]);
    expect(await traces(names[0])).toEqual([]);
    await until("the orphan is gone", 5000, async () => !existsSync(`/proc/${orphan.trim()}`));
    const other = await Lab.open(names[1]);
    expect(await other.hosts[0].run("echo alive")).toBe("alive");
    await Lab.down(names[1]);
    expect(await traces(names[1])).toEqual([]);
});

test("down cleans up after an up that was killed half-way", inAll, async () => {
    const name = `${labPrefix}killed`;
    const child = spawn(cli("up", "--name", name)[0], cli("up", "--name", name).slice(1), {
        ...outOfTurn,
        stdio: "ignore",
        detached: true,
    });
    await until(
        "something is there",
        20_000,
        async () => (await traces(name)).some((line) => line.includes("overlay")),
        5,
    );
    process.kill(-(child.pid as number), "SIGKILL");
    expect((await attempt(cli("down", "--name", name), { cwd: root })).code).toBe(0);
    expect(await traces(name)).toEqual([]);
});

test("an up that is interrupted cleans up by itself", inAll, async () => {
    const name = `${labPrefix}interrupted`;
    const child = spawn(cli("up", "--name", name)[0], cli("up", "--name", name).slice(1), {
        ...outOfTurn,
        stdio: "ignore",
        detached: true,
    });
    const ended = new Promise((resolve) => child.once("close", resolve));
    await until(
        "something is there",
        20_000,
        async () => (await traces(name)).some((line) => line.includes("overlay")),
        5,
    );
    // To the whole group, as a terminal does.
    process.kill(-(child.pid as number), "SIGINT");
    await ended;
    expect(await traces(name)).toEqual([]);
});

test("without root it fails with the reason, and leaves no trace", async () => {
    const name = `${labPrefix}nobody`;
    const asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    const result = await attempt([...asNobody, ...cli("up", "--name", name)], { cwd: root });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("error: the lab needs root (run it with sudo)");
    expect(await traces(name)).toEqual([]);
});

test.each([
    [["--help"], 0, /usage: npm run lab/],
    [[], 2, /usage: npm run lab/],
    [["fly"], 2, /"fly" is no command/],
    [["up", "--nmae", "x"], 2, /Unknown option '--nmae'/],
    [["power-off"], 2, /which host\?/],
    [["up", "--name", "a b"], 1, /--name: "a b" must be lower-case letters/],
    [["up", "--release", "sid"], 1, /--release: "sid" is not one of bookworm, trixie/],
    [["ssh", "lb1", "--name", "nowhere"], 1, /no lab named "nowhere" is up/],
])("lab %j exits with %i and says why, without a stack trace", async (args, code, text) => {
    const result = await attempt(cli(...args), { cwd: root });
    expect(result.code).toBe(code);
    expect(result.stdout + result.stderr).toMatch(text);
    expect(result.stderr).not.toMatch(/^\s+at /m);
});

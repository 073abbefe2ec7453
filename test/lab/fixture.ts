/** What the lab tests share: a lab of their own, a stack in front of it, and looks at the hosts from outside. */
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { explain } from "../../lab/explain";
import type { Host } from "../../lab/host";
import { Lab, type LabPlan } from "../../lab/lab";
import { labStack, type Settings, site, virtualIp } from "../../lab/pulumi";
import { type Seen, seenDuring } from "../../lab/seen";
import { root } from "../../toolchain/paths";
import { type Result, type RunOptions, run, sleep, until } from "../../toolchain/shell";
import type { Stack } from "../../toolchain/stack";

export { site, virtualIp };

/** Begins the names of this run's labs, so that the run can find them, and runs side by side do not meet. */
export const labPrefix = process.env.HALB_TEST_LABS ?? `t${process.pid}-`;

/** The lab of the file or describe block it is called in: up before its tests, down after them. */
export function useLab(plan: Partial<LabPlan> & { name: string }): { lab: Lab } {
    const used = {} as { lab: Lab };
    const name = `${labPrefix}${plan.name}`;
    beforeAll(async () => {
        used.lab = await Lab.up({ ...plan, name });
    });
    afterEach(async ({ task }) => {
        if (task.result?.state === "fail") {
            await explain(used.lab);
        }
    });
    afterAll(() => Lab.down(name));
    return used;
}

/** A lab with a stack of this project in front of it, not converged yet. */
export function usePair(
    plan: Partial<LabPlan> & { name: string },
    settings: Settings = {},
): { lab: Lab; stack: Stack } {
    const used = useLab(plan) as { lab: Lab; stack: Stack };
    beforeAll(async () => {
        used.stack = await labStack(used.lab, settings);
    });
    return used;
}

/** The addresses of a host, by `ip address` on it. */
export async function addresses(host: Host): Promise<string[]> {
    // What was let go and stays for one more second does not count.
    const lines = await host.run("ip -o address show permanent");
    return [...lines.matchAll(/inet6? ([^/ ]+)/g)].map(([, address]) => address);
}

export async function holds(host: Host, address = virtualIp): Promise<boolean> {
    return (await addresses(host)).includes(address);
}

export function untilHolds(host: Host, limit = 60_000, address = virtualIp): Promise<boolean> {
    return until(`${host.name} holds ${address}`, limit, () => holds(host, address));
}

/** halb, without the command tsx: that is a process of its own, which would die of a signal that is not for it. */
export const halbProgram = [process.execPath, "--import", "tsx", join(root, "cli", "halb.ts")];

/** In an environment of its own: nobody at a terminal, and nothing but what the state needs. */
export function halb(
    { lab, stack }: { lab: Lab; stack: Stack },
    words: string[],
    options: RunOptions = {},
): Promise<Result> {
    const command = [...halbProgram, ...words, "--cwd", root, "--stack", "dev"];
    return lab.attempt(command, { cwd: root, env: stack.place.env, ...options });
}

/** The project as it is here, what is not committed included, and nothing that git does not know. */
export async function copyCheckout(to: string): Promise<void> {
    const copy = 'git ls-files -co --exclude-standard -z | xargs -0 cp --parents -t "$1"';
    await run(["sh", "-c", copy, "sh", to], { cwd: root });
}

/** The body and status of a page, as a client in the lab's network gets them; status 0 where nobody answers. */
export async function page(lab: Lab, url: string, login?: string): Promise<{ status: number; body: string }> {
    const config = login ? `user = "${login}"\n` : "";
    const { stdout } = await lab.attempt(["curl", "-sS", "-m", "3", "-w", "\n%{http_code}", "--config", "-", url], {
        input: config,
    });
    const end = stdout.lastIndexOf("\n");
    return { status: Number(stdout.slice(end + 1)), body: stdout.slice(0, end) };
}

/** The head of an answer, as a client in the lab's network gets it. */
export async function head(lab: Lab, url: string, ...options: string[]): Promise<string> {
    return (await lab.run(["curl", "-sS", "-m", "3", "-o", "/dev/null", "-D", "-", ...options, url])).trim();
}

/** What a client sees of an action, and who holds the virtual IP meanwhile. Printed under the name. */
export async function underLoad(
    lab: Lab,
    what: string,
    action: () => Promise<unknown>,
    address = virtualIp,
): Promise<Seen> {
    const seen = await seenDuring(lab, address, async () => {
        await action();
        // Long enough for a peer that was declared dead by mistake to show.
        await sleep(3000);
    });
    const { failed, sent, gap, none, several, looks } = seen;
    console.log(
        `${what}: ${failed} of ${sent} requests failed, longest gap ${gap.toFixed(3)} s; ` +
            `${none} of ${looks.length} looks saw no holder, ${several} saw two`,
    );
    return seen;
}

/** Runs pulumi up, whatever comes of it, and does something as soon as it prints a line that matches. */
export async function upUntil(
    stack: Stack,
    when: RegExp,
    action: (pulumi: ChildProcess) => unknown,
): Promise<{ code: number; said: string }> {
    let child: ChildProcess | undefined;
    let started: Promise<unknown> | undefined;
    const { code, stdout, stderr } = await stack.attemptUp({
        onSpawn: (spawned) => (child = spawned),
        onLine: (text) => {
            if (when.test(text)) {
                started ??= Promise.resolve(action(child as ChildProcess));
            }
        },
    });
    expect(started, `pulumi printed a line like ${when}:\n${stdout}`).toBeDefined();
    await started;
    return { code, said: stdout + stderr };
}

/** Kills pulumi as a crash would. */
export function kill(pulumi: ChildProcess): void {
    pulumi.kill("SIGKILL");
}

/** What a run of pulumi that must fail says. */
export async function failure(stack: Stack, ...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await stack.attempt([...words, "--config-file", stack.place.configFile as string]);
    expect(code).not.toBe(0);
    return stdout + stderr;
}

/** What a pulumi up that must fail says. */
export async function failedUp(stack: Stack): Promise<string> {
    const { code, stdout, stderr } = await stack.attemptUp();
    expect(code).not.toBe(0);
    return stdout + stderr;
}

/** Everything of a host that a converge and a destroy may change, as text to compare. */
export function snapshot(host: Host): Promise<string> {
    return host.run(`dpkg-query -W -f '\${Package} \${db:Status-Status}\\n'; dpkg-query -W -f '\${Version}' haproxy heartbeat
        apt-mark showmanual
        find /etc -xdev \\( -name 'ld.so.cache' -o -name '*-' -o -name ssl -o -path /etc/systemd/system/timers.target.wants \\) -prune \
            -o -printf '%p %m %u %g %l\\n' -type f -exec sha256sum {} + | sort
        find /var/lib/ha-load-balancer-pair /run/systemd/system 2>/dev/null
        systemctl list-unit-files --no-legend --state=enabled
        systemctl is-active haproxy heartbeat
        sysctl net.ipv4.ip_nonlocal_bind net.ipv6.conf.all.disable_ipv6 net.ipv6.ip_nonlocal_bind
        nft list ruleset
        ip -o address show | sed 's/ valid_lft.*//'`);
}

/** Counts from the end of a preview or an update: `{ create: 21 }`, `{ unchanged: 21 }`. */
export function counts(output: string): Record<string, number> {
    const summary = output.slice(output.lastIndexOf("Resources:"));
    return Object.fromEntries(
        [...summary.matchAll(/(\d+) (?:to )?([a-z]+)/g)].map(([, count, what]) => [what, Number(count)]),
    );
}

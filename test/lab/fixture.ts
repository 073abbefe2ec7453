/** What the lab tests share: a lab of their own, a stack in front of it, and looks at the hosts from outside. */
import type { ChildProcess } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { ensureConverged } from "../../lab/converged";
import { explain } from "../../lab/explain";
import type { Host } from "../../lab/host";
import { defaultPlan, Lab, type LabPlan } from "../../lab/lab";
import { labStack, type Settings, site, virtualIp } from "../../lab/pulumi";
import { untilRest } from "../../lab/rest";
import { type Seen, seenDuring } from "../../lab/seen";
import { type Result, type RunOptions, run } from "../../support/run";
import { sleep, until } from "../../support/wait";
import { cache, root } from "../../toolchain/paths";
import type { Stack } from "../../toolchain/stack";

export { site, virtualIp };

/** Begins the names of this run's labs, so that the run can find them, and runs side by side do not meet. */
export const labPrefix = process.env.HALB_TEST_LABS ?? `t${process.pid}-`;

/** Of tests that `npm test` leaves to `npm run test:all`: their mechanism is proven by another one, or rarely touched. */
export const inAll = { tags: ["all"] };

type NamedPlan = Partial<LabPlan> & { name: string };

/** The lab of the file or describe block it is called in: up before its tests, down after them. */
export function useLab(plan: NamedPlan, begin: "bare" | "converged" = "bare"): { lab: Lab } {
    const used = {} as { lab: Lab };
    const name = `${labPrefix}${plan.name}`;
    beforeAll(async () => {
        const release = plan.release ?? defaultPlan.release;
        const converged = begin === "converged" ? await ensureConverged(release) : undefined;
        used.lab = await Lab.up({ ...plan, name, converged });
    });
    afterEach(async ({ task }) => {
        if (task.result?.state === "fail") {
            await explain(used.lab);
        }
    });
    afterAll(() => Lab.down(name));
    return used;
}

interface Pair {
    lab: Lab;
    stack: Stack;
}

/** Bare hosts with a stack of this project in front of them, not converged yet. */
export function usePair(plan: NamedPlan, settings: Settings = {}): Pair {
    const used = useLab(plan) as Pair;
    beforeAll(async () => {
        used.stack = await labStack(used.lab, settings);
    });
    return used;
}

/** A pair that serves and is at rest: the local lab's, with `settings` put over it by a pulumi up. */
export function useServingPair(plan: NamedPlan, settings: Settings = {}): Pair {
    const used = useLab(plan, "converged") as Pair;
    beforeAll(async () => {
        used.stack = await labStack(used.lab, settings);
        if (Object.keys(settings).length > 0) {
            await used.stack.up();
        }
        await untilRest(used.lab);
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

/**
 * halb as it is published: compiled, by run.ts. By itself a test takes the TypeScript; without the command tsx, which
 * is a process of its own and would die of a signal that is not for it.
 */
export const halbProgram = process.env.HALB_TEST_COMPILED
    ? [process.execPath, join(process.env.HALB_TEST_COMPILED, "cli", "halb.js")]
    : [process.execPath, "--import", "tsx", join(root, "cli", "halb.ts")];

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

/** Makes a folder a cache in which everything is built, with a state of its own. */
export function linkCache(dir: string): void {
    for (const built of ["images", "toolchain", "python", "object-store", "labs", "converged"]) {
        mkdirSync(join(cache, built), { recursive: true });
        symlinkSync(join(cache, built), join(dir, built));
    }
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

/** What HAProxy's runtime socket answers. */
export function askHaproxy(host: Host, question: string): Promise<string> {
    const program = `import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect("/run/haproxy/admin.sock")
s.sendall(sys.argv[1].encode() + b"\\n")
print(s.makefile().read())`;
    return host.run(`python3 -c '${program}' '${question}'`);
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
    const { failed, sent, gap, none, several } = seen;
    console.log(
        `${what}: ${failed} of ${sent} requests failed, longest gap ${gap.toFixed(3)} s; ` +
            `no holder for ${none.toFixed(3)} s, two for ${several.toFixed(3)} s`,
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
        ip -o address show | sed 's/ valid_lft.*//; s/ tentative//'`);
}

/** Hands every virtual IP over to a host, by halb. */
export async function switchOver(used: Pair, to: string): Promise<void> {
    const { code, stderr } = await halb(used, ["switchover", "--to", to]);
    expect(code, stderr).toBe(0);
}

/** Of each load balancer its own addresses and routes: all but the virtual IPs, without lifetimes. */
export function ownNetworks(lab: Lab, ...virtualIps: string[]): Promise<string[][]> {
    return Promise.all(lab.loadBalancers.map((host) => ownNetwork(host, [virtualIp, ...virtualIps])));
}

async function ownNetwork({ id }: Host, virtualIps: string[]): Promise<string[]> {
    const shown = await Promise.all([
        run(["ip", "-n", id, "-o", "address", "show", "scope", "global"]),
        run(["ip", "-n", id, "-4", "route", "show"]),
        run(["ip", "-n", id, "-6", "route", "show"]),
    ]);
    return shown
        .flatMap((text) => text.split("\n"))
        .map((line) => line.replace(/^\d+: |\\ .*| expires \S+/g, "").trim())
        .filter((line) => line !== "" && !virtualIps.some((each) => line.includes(`${each}/`)))
        .sort();
}

/** Counts from the end of a preview or an update: `{ create: 21 }`, `{ unchanged: 21 }`. */
export function counts(output: string): Record<string, number> {
    const summary = output.slice(output.lastIndexOf("Resources:"));
    return Object.fromEntries(
        [...summary.matchAll(/(\d+) (?:to )?([a-z]+)/g)].map(([, count, what]) => [what, Number(count)]),
    );
}

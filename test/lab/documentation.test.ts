/**
 * Every block of commands in the documentation, as somebody types it: in a checkout of its own, line by line, in the order of the
 * pages. What differs from the text is what has to: addresses, and nobody who says yes at a terminal.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Host } from "../../lab/host";
import { Lab } from "../../lab/lab";
import { attempt, type Result, run } from "../../support/run";
import { sleep, until } from "../../support/wait";
import { behindOthers } from "../../toolchain/budget";
import { root } from "../../toolchain/paths";
import { ensureToolchain, pulumiEnvironment } from "../../toolchain/toolchain";
import { makeCertificate } from "../certificates";
import { copyCheckout, holds, inAll, labPrefix, linkCache, page, useLab } from "./fixture";

const used = useLab({ name: "docs" });
/** The lab of the commands that make one. */
const ownLab = `${labPrefix}docs-own`;
const dir = mkdtempSync(join(tmpdir(), "documentation-"));
const home = join(dir, "home");
const checkout = join(dir, "checkout");
const agentSocket = join(dir, "agent");
let agent: ChildProcess;
let environment: NodeJS.ProcessEnv;
/** Nobody has installed Pulumi: what is in the cache counts. */
const withoutPulumi: NodeJS.ProcessEnv = {
    ...process.env,
    // The checkout has a cache of its own.
    HALB_CACHE: undefined,
    HALB_LAB: ownLab,
    PULUMI_SKIP_CONFIRMATIONS: "true",
};

const pages = [
    "README.md",
    "CONTRIBUTING.md",
    "docs/haproxy.md",
    "docs/operations.md",
    "docs/upgrading.md",
    "examples/README.md",
];

/** The lines of a page's blocks of commands, without what is said beside them. */
function commandsIn(name: string): string[] {
    const blocks = [...readFileSync(join(root, name), "utf8").matchAll(/^```sh\n(.*?)^```$/gms)];
    return blocks.flatMap(([, block]) =>
        block
            .replaceAll(/\\\n\s+/g, "")
            .split("\n")
            .map((line) => line.replace(/(^|\s+)#.*/, ""))
            .filter(Boolean),
    );
}

const untyped = new Map(pages.map((name) => [name, commandsIn(name)]));

/** What the pages call these hosts. */
const addresses: Record<string, string> = {
    "10.0.0.10": "192.168.0.99",
    "10.0.0.11": "192.168.0.100",
    "10.0.0.12": "192.168.0.101",
    "10.0.0.21": "192.168.0.102",
};

interface Typing {
    cwd?: string;
    /** Where there is a way to the registries, and none to the hosts. */
    isOutside?: boolean;
    replace?: [string, string];
    /** Where it only needs time: what clients see is measured beside it. */
    isBehind?: boolean;
    env?: NodeJS.ProcessEnv;
}

/** Types a line of a page, which must be there, and which has not been typed before. */
async function typeFrom(
    name: string,
    line: string,
    { cwd, isOutside, replace, isBehind, env }: Typing = {},
): Promise<Result> {
    const lines = untyped.get(name) as string[];
    expect(lines, `${name} has no such line, or it was typed before`).toContain(line);
    lines.splice(lines.indexOf(line), 1);
    const typed = Object.entries(addresses).reduce((text, [from, to]) => text.replaceAll(from, to), line);
    const command = ["bash", "-e", "-c", replace ? typed.replace(...replace) : typed];
    const words = isBehind ? behindOthers(command) : command;
    const options = { cwd: join(checkout, cwd ?? ""), env: env ?? environment, timeout: 900_000 };
    return isOutside ? attempt(words, options) : used.lab.attempt(words, options);
}

/** The same of a line that must succeed; what it printed. */
async function done(name: string, line: string, typing: Typing = {}): Promise<string> {
    const { code, stdout, stderr } = await typeFrom(name, line, typing);
    expect(code, `${line}\n${stdout}${stderr}`).toBe(0);
    return stdout;
}

/** A pair that has just moved something is well when both hosts hear each other of it. */
async function untilWell(status: string, cwd: string): Promise<void> {
    const look = () => used.lab.attempt(status.split(" "), { cwd, env: environment });
    await until("all is well", 60_000, async () => (await look()).code === 0);
}

beforeAll(async () => {
    mkdirSync(checkout);
    await copyCheckout(checkout);
    // The documentation's tests ask git for the pages.
    await run(["sh", "-c", "git init -q && git add -A"], { cwd: checkout });
    mkdirSync(join(checkout, ".cache"));
    linkCache(join(checkout, ".cache"));
    const dev = join(checkout, "Pulumi.dev.yaml");
    writeFileSync(dev, readFileSync(dev, "utf8").replaceAll("labs/dev/", `labs/${ownLab}/`));
    mkdirSync(join(home, ".ssh"), { recursive: true });
    copyFileSync(used.lab.privateKeyFile, join(home, ".ssh", "id_ed25519"));
    copyFileSync(used.lab.knownHostsFile, join(home, ".ssh", "known_hosts"));
    agent = spawn("ssh-agent", ["-D", "-a", agentSocket], { stdio: "ignore" });
    const withAgent = { ...process.env, SSH_AUTH_SOCK: agentSocket };
    await until("the SSH agent", 10_000, async () => {
        const { code } = await attempt(["ssh-add", "-q", used.lab.privateKeyFile], { env: withAgent });
        return code === 0;
    });
    const pulumi = pulumiEnvironment(await ensureToolchain(), join(dir, "state"));
    environment = {
        ...pulumi,
        HALB_CACHE: undefined,
        PATH: [dirname(process.execPath), join(checkout, "examples/node_modules/.bin"), pulumi.PATH].join(delimiter),
        HOME: home,
        SSH_AUTH_SOCK: agentSocket,
        HALB_LAB: ownLab,
        PULUMI_SKIP_CONFIRMATIONS: "true",
    };
});

afterAll(async () => {
    agent?.kill();
    await Lab.down(ownLab);
    rmSync(dir, { recursive: true, force: true });
});

describe("README.md: your own hosts, and when it runs", () => {
    const say = (line: string, typing?: Typing) => done("README.md", line, typing);

    test("from nothing to a pair that serves", async () => {
        await say("npm run bootstrap && pulumi stack init prod", { isOutside: true });
        await say("pulumi config set --secret sshPrivateKey < ~/.ssh/id_ed25519");
        const [hosts] = (untyped.get("README.md") as string[]).filter((line) => line.includes("hosts[0].name"));
        await say(hosts);
        expect(await say("pulumi up")).toContain("+ 21 created");
        expect((await page(used.lab, "http://192.168.0.99/")).body).toBe("This is web1.\n");
    });

    test("halb", inAll, async () => {
        await untilWell("npm run halb -- status", checkout);
        expect(await say("npm run halb -- status")).toContain("All is well.");
        expect(await say("npm run halb -- doctor")).toContain("ok ");
        expect(await say("npm run halb -- switchover")).toContain("lb2.example.com has 192.168.0.99");
        expect(await holds(used.lab.host("lb2"))).toBe(true);
        // At a terminal, where somebody is asked, and is sure.
        const drill = "npm run halb -- drill haproxy";
        await untilWell("npm run halb -- status", checkout);
        expect(await say(drill, { replace: [drill, `script -qec '${drill}' /dev/null <<<yes`] })).toMatch(
            /haproxy: \d+ of \d+ requests failed, longest gap/,
        );
        const printed = await say("npm run halb -- import A B", { replace: ["A B", "192.168.0.100 192.168.0.101"] });
        expect(printed).toContain('"address": "192.168.0.99"');
    });
});

describe("the other pages about a pair that runs", inAll, () => {
    test("docs/operations.md", async () => {
        const line = "pulumi config set --path heartbeat.keyVersion 2 && pulumi up";
        expect(await done("docs/operations.md", line)).toMatch(/^ {4}~ \d+ (changed|updated)|\+-\d+ replaced/m);
    });

    test("docs/upgrading.md", async () => {
        expect(await done("docs/upgrading.md", "pulumi preview --diff")).toContain("21 unchanged");
        // For a new version of the component, and for a new Debian release, whose other commands releaseUpgrade.test.ts types.
        expect(await done("docs/upgrading.md", "pulumi up")).toContain("21 unchanged");
        expect(await done("docs/upgrading.md", "pulumi up")).toContain("21 unchanged");
    });

    test("docs/haproxy.md: TLS, on top of a front end and a back end", async () => {
        const { certificate, privateKey } = makeCertificate(["www.example.com"]);
        writeFileSync(join(checkout, "fullchain.pem"), certificate);
        writeFileSync(join(checkout, "privkey.pem"), privateKey);
        await run(["pulumi", "config", "rm", "servers"], { cwd: checkout, env: environment });
        const set = ["pulumi", "config", "set", "--path", "--plaintext"];
        for (const [key, value] of [
            ["haproxy.frontend[0].name", "www"],
            ["haproxy.frontend[0].defaultBackend", "web"],
            ["haproxy.backend[0].name", "web"],
            ["haproxy.backend[0].servers[0].name", "web1"],
            ["haproxy.backend[0].servers[0].address", "192.168.0.102"],
        ]) {
            await run([...set, key, value], { cwd: checkout, env: environment });
        }
        for (const line of [...(untyped.get("docs/haproxy.md") as string[])]) {
            await done("docs/haproxy.md", line);
        }
        const said = await used.lab.run(["pulumi", "up", "--diff"], { cwd: checkout, env: environment });
        expect(said).not.toContain("PRIVATE KEY");
        const served = ["curl", "-sS", "--cacert", "fullchain.pem", "--resolve", "www.example.com:443:192.168.0.99"];
        const options = { cwd: checkout };
        expect(await used.lab.run([...served, "https://www.example.com/"], options)).toBe("This is web1.");
        await used.lab.run(["pulumi", "destroy"], { cwd: checkout, env: environment });
    });

    test("examples/README.md, and halb by its name, from the package", async () => {
        const [install, config, set, up] = untyped.get("examples/README.md") as string[];
        await done("examples/README.md", install, { isOutside: true });
        await done("examples/README.md", config, { cwd: "examples" });
        await done("examples/README.md", set, { cwd: "examples/two-pairs" });
        expect(await done("examples/README.md", up, { cwd: "examples/two-pairs" })).toContain("+ 21 created");
        const halb = "halb import 10.0.0.11 10.0.0.12 --identity ~/.ssh/id_ed25519";
        expect(await done("docs/operations.md", halb)).toContain('"address": "192.168.0.99"');
    });
});

/** Of commands within sentences that are only a part of one: the whole line that is typed. */
const completed: Record<string, string> = {
    "hostnamectl set-hostname": "hostnamectl set-hostname lb1.example.com",
    "npm run halb -- host-keys ADDRESS …": "npm run halb -- host-keys 192.168.0.100 192.168.0.101",
    "npm run halb -- host-keys ADDRESS ADDRESS": "npm run halb -- host-keys 192.168.0.100 192.168.0.101",
    "halb switchover --to HOST": "halb switchover --to lb2",
    "halb switchover --to": "halb switchover --to lb1",
    "halb drill": "halb drill hand-over --yes",
    "halb import": "halb import 192.168.0.100 192.168.0.101",
    "pulumi config set --secret sshPrivateKey": "pulumi config set --secret sshPrivateKey < ~/.ssh/id_ed25519",
    "pulumi state delete": "pulumi state delete --help",
    "npm install ha-load-balancer-pair-0.1.0.tgz": "npm install --dry-run --offline ../ha-load-balancer-pair-0.1.0.tgz",
};
/** Typed elsewhere, or not to be typed here. */
const elsewhere: [RegExp, string][] = [
    [
        /^npm run( bench.*| soak| format| schema| toolchain| pulumi)?$/,
        "CONTRIBUTING.md, below; the long benchmarks are what its table has",
    ],
    [/^npm (test|run (test:all|mutants))\b/, "what runs this, and takes minutes or hours"],
    [/^npm run bench -- power-loss --runs 10$/, "20 minutes"],
    [/^npm run halb -- status$|^npm pack$|^pulumi$|^halb$/, "README.md and examples/README.md, above"],
    [/^npm install$|^git pull$|^pulumi package add /, "need a registry, or a repository, that has this project"],
    [/^npx vitest run .* -u$/, "what every test runs; -u changes the checkout"],
    [/^pulumi (up --replace|state taint)$/, "need a URN; ownership.test.ts types them"],
    [/^timedatectl set-ntp true$/, "a host of the lab has the machine's clock"],
    [/^apt-get could not install$/, "an error's text"],
];

function sentencesWith(programs: RegExp): string[] {
    const all = [...pages, "docs/runbook.md", "docs/pipelines.md", "docs/high-availability.md", "docs/inputs.md"];
    const texts = all.map((name) => readFileSync(join(root, name), "utf8").replace(/^```.*?^```$/gms, ""));
    const words = texts.flatMap((text) => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code));
    return [...new Set(words)].filter((code) => programs.test(code) && !elsewhere.some(([known]) => known.test(code)));
}

describe("commands within sentences", inAll, () => {
    test("on a host", async () => {
        const [lb1, lb2] = used.lab.loadBalancers;
        const lock = "/var/lib/ha-load-balancer-pair/lock";
        await lb1.run(`systemd-run --quiet --unit busy flock ${lock} sleep 60`);
        const commands = sentencesWith(
            /^(journalctl|systemctl|dmesg|apt-get|apt-cache|timedatectl|hostnamectl|lslocks|uname|\/usr\/share\/heartbeat\/\S+) /,
        );
        const said = new Map<string, string>();
        const isHandedOver = async (command: string, to: Host) => {
            // Heartbeat does not heed a request in the first 10 s after its start.
            await lb1.run(command);
            await sleep(3000);
            return holds(to);
        };
        for (const command of [...commands.filter((each) => !each.startsWith("/")), "dmesg"]) {
            said.set(command, await lb1.run(completed[command] ?? command));
        }
        await lb1.run("systemctl stop busy");
        for (const [command, to] of [
            ["/usr/share/heartbeat/hb_standby all", lb2],
            ["/usr/share/heartbeat/hb_takeover local", lb1],
        ] as const) {
            expect(commands).toContain(command);
            await until(`${to.name} holds it`, 60_000, () => isHandedOver(command, to));
        }
        expect(said.size).toBeGreaterThan(7);
        expect(said.get("lslocks -u")).toMatch(new RegExp(`flock.*${lock}`));
    });

    test("where the program is", async () => {
        const commands = sentencesWith(/^(npm|npx|pulumi|halb)\b/).filter((command) => command !== "pulumi destroy");
        expect(commands.length).toBeGreaterThan(15);
        for (const command of [...commands, "pulumi destroy"]) {
            const cwd = join(checkout, command.startsWith("npm run") ? "" : "examples/two-pairs");
            const words = ["bash", "-e", "-c", completed[command] ?? command];
            const { code, stdout, stderr } = await used.lab.attempt(words, { cwd, env: environment });
            expect(code, `${command}\n${stdout}${stderr}`).toBe(0);
            if (/^halb (switchover|drill)/.test(command)) {
                await untilWell("halb status", cwd);
            }
        }
    });
});

describe("CONTRIBUTING.md", inAll, () => {
    const say = (line: string, typing: Typing = {}) =>
        done("CONTRIBUTING.md", line, { isOutside: true, env: withoutPulumi, ...typing });

    test("the pair in a lab by hand", async () => {
        await say("npm run lab -- up");
        await say("npm run pulumi -- stack init dev");
        expect(await say("npm run lab -- exec -- npm run pulumi -- up --stack dev")).toContain("+ 21 created");
        const own = await Lab.open(ownLab);
        await until("lb1 holds it", 30_000, () => holds(own.host("lb1")));
        expect(await say("npm run lab -- exec -- npm run --silent halb -- status --stack dev")).toContain(
            "All is well.",
        );
        await say("npm run lab -- ssh lb1");
        await say("npm run lab -- power-off lb1");
        expect(own.host("lb1").isOn()).toBe(false);
        await say("npm run lab -- down");
        expect(Lab.names()).not.toContain(ownLab);
    });

    test("one test by its name", async () => {
        expect(await say('npm test -- --suite unit --name "ha.cf"', { isBehind: true })).toMatch(
            /^\d+ passed, 0 failed/m,
        );
    });

    test("the package and the pictures", async () => {
        await say("npm pack", { isBehind: true });
        await say("npm run schema", { isBehind: true });
        for (const file of ["components/schema.json", "docs/inputs.md"]) {
            expect(readFileSync(join(checkout, file), "utf8")).toBe(readFileSync(join(root, file), "utf8"));
        }
        rmSync(join(checkout, "docs", "statistics.png"));
        await say("npm run screenshots");
        expect(
            readFileSync(join(checkout, "docs", "statistics.png"))
                .subarray(1, 4)
                .toString(),
        ).toBe("PNG");
    });

    test("the simulation", async () => {
        const lines = (untyped.get("CONTRIBUTING.md") as string[]).filter((line) => line.startsWith("python3 "));
        expect(lines).toHaveLength(2);
        for (const line of [...lines]) {
            // Each named schedule once: the simulation's own suite runs them with more seeds.
            const replace: [string, string] = [line, line.replace("--schedules", "--seeds 1 --schedules")];
            expect(await say(line, { isBehind: true, replace })).toMatch(/^OK$|: passes$/m);
        }
    });

    // What they do is done by the tests and by bench.test.ts; to do it here too would take half an hour.
    test("tests and benchmarks that take minutes are understood", async () => {
        const long = (untyped.get("CONTRIBUTING.md") as string[]).filter((line) =>
            /^npm (test|run (bench|mutants|soak))/.test(line),
        );
        expect(long.length).toBeGreaterThan(5);
        for (const line of [...long]) {
            const asked = line.endsWith("--help") ? line : `${line}${line.includes(" -- ") ? "" : " --"} --help`;
            expect(await say(line, { replace: [line, asked] }), line).toMatch(/^usage: |^ +--/m);
        }
    });
});

describe("README.md: two commands", () => {
    test("npm run demo is what demo.test.ts runs, and npm test is what runs this", () => {
        const lines = untyped.get("README.md") as string[];
        expect(lines.splice(lines.indexOf("npm run demo"), 2)).toEqual(["npm run demo", "npm test"]);
        expect(readFileSync(join(root, ".ci", "run"), "utf8")).toMatch(/^npm test$/m);
    });
});

test("every line was typed", inAll, () => {
    expect([...untyped].filter(([, lines]) => lines.length > 0)).toEqual([]);
});

test("and no other page has such blocks", async () => {
    const all = (await run(["git", "ls-files", "-co", "--exclude-standard", "*.md"], { cwd: root })).split("\n");
    expect(all.filter((name) => commandsIn(name).length > 0).sort()).toEqual([...pages].sort());
});

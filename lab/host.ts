/** One host of a lab: its disk, its cable, its power switch, and a way in. */
import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../support/errors";
import { attempt, type Result, run } from "../support/run";
import { sleep, until } from "../support/wait";
import { Disk } from "./disk";
import { controlGroupFolders, freeze, ip, isPopulated, kill } from "./kernel";
import type { HostPlan, Site } from "./plan";

/** The socket of the SSH connection to a host that all commands of root share. (The path of a socket has 108 characters at most.) */
function connectionOf(id: string): string {
    return `/run/${id}.ssh`;
}

/** Closes the shared connections to the hosts whose ids begin so. */
export async function closeConnections(prefix: string): Promise<void> {
    const sockets = readdirSync("/run").filter((name) => name.startsWith(prefix) && name.endsWith(".ssh"));
    for (const socket of sockets) {
        await attempt(["ssh", "-F", "none", "-o", `ControlPath=/run/${socket}`, "-O", "exit", "host"]);
        rmSync(join("/run", socket), { force: true });
    }
}

/** Removes the host's own addresses (scope global) and virtual IPs (scope host); the kernel's own link-local ones stay. */
function noAddresses(device: string): string[] {
    return ["global", "host"].map((scope) => `address flush dev ${device} scope ${scope}`);
}

export class Host {
    readonly name: string;
    readonly address: string;
    /** Network namespace and control group. */
    readonly id: string;
    private readonly dir: string;
    private readonly disk: Disk;

    constructor(
        readonly plan: HostPlan,
        private readonly site: Site,
    ) {
        this.name = plan.name;
        this.address = plan.address;
        this.id = `${site.prefix}.${plan.name}`;
        this.dir = join(site.dir, plan.name);
        this.disk = new Disk(plan, site);
    }

    /** What the control namespace's kernel calls the host's namespace, in the events that it passes on. */
    get nsid(): number {
        return Number(this.address.split(".")[3]);
    }

    /** The root file system, as seen from outside; only while the disk is mounted. */
    get root(): string {
        return this.disk.root;
    }

    /** The files that the host itself has written, as seen from outside. */
    get ownDisk(): string {
        return this.disk.own;
    }

    /** Makes the disk and the cable. The host stays off. */
    async make(hostsFile: string): Promise<void> {
        await this.disk.make(hostsFile);
        await run(["ip", "netns", "add", this.id]);
        await run(["ip", "-n", this.site.control, "netns", "set", this.id, String(this.nsid)]);
        await ip(
            this.cables.flatMap((cable, i) => [
                `link add ${cable} type veth peer name eth${i} netns ${this.id}`,
                `link set ${cable} master br${i}`,
            ]),
            this.site.control,
        );
    }

    /** The outer ends of its cables: of eth0, and of eth1 where there is one. */
    private get cables(): string[] {
        return this.plan.secondAddress ? [this.name, `${this.name}-second`] : [this.name];
    }

    /** Another machine under the same name: off, with a fresh disk and a new SSH key. Returns its line for a known_hosts file. */
    async rebuild(hostsFile: string): Promise<string> {
        await this.powerOff();
        await this.disk.erase();
        const knownHost = await this.disk.makeHostKey();
        await this.disk.make(hostsFile);
        return knownHost;
    }

    /** Makes the host's SSH key and returns its line for a known_hosts file. */
    makeHostKey(): Promise<string> {
        return this.disk.makeHostKey();
    }

    /** Copies the disk and the SSH key of a host that is off, for labs that begin with them. */
    keep(to: string): Promise<void> {
        return this.disk.keep(to);
    }

    /** Plugs the cable in and boots. Returns at once. */
    async powerOn(): Promise<void> {
        if (!existsSync(this.root)) {
            throw new UserError(`${this.name} has no disk; run "npm run lab -- down" and "up" again`);
        }
        // A container's init changes its network namespace, so nothing from the last boot may stay.
        await ip(
            [
                "link set lo up",
                ...[this.address, this.plan.secondAddress].flatMap((address, i) =>
                    address === undefined
                        ? []
                        : [
                              ...noAddresses(`eth${i}`),
                              `address add ${address}/24 broadcast + dev eth${i}`,
                              `link set eth${i} up`,
                          ],
                ),
                `address replace ${this.plan.address6}/64 dev eth0 nodad`,
                "route replace default via 192.168.0.1",
            ],
            this.id,
        );
        await Promise.all(this.cables.map((_, i) => this.mend(i)));
        const groups = controlGroupFolders(this.id);
        for (const group of groups) {
            mkdirSync(group, { recursive: true });
        }
        const log = openSync(join(this.dir, "console.log"), "a");
        const child = spawn("sh", [join(__dirname, "sh", "boot.sh"), ...groups, "--", ...this.nspawn()], {
            detached: true,
            stdio: ["ignore", log, log],
        });
        child.unref();
        closeSync(log);
    }

    private nspawn(): string[] {
        return [
            "systemd-nspawn",
            "--quiet",
            "--boot",
            "--register=no",
            "--keep-unit",
            "--capability=all",
            "--resolv-conf=off",
            "--timezone=off",
            "--link-journal=no",
            `--machine=${this.name}`,
            `--hostname=${this.plan.fqdn}`,
            `--directory=${this.root}`,
            `--bind-ro=${this.site.image.repository}:/srv/repo`,
            ...(this.site.nextRepository ? [`--bind-ro=${this.site.nextRepository}:/srv/next`] : []),
            `--network-namespace-path=/run/netns/${this.id}`,
        ];
    }

    /** Waits until sshd answers, and opens the connection that all commands share. */
    async booted(): Promise<void> {
        await until(`${this.name} answers on port 22 (see ${this.dir}/console.log)`, 60_000, async () => {
            const probe = [
                "bash",
                "-c",
                `exec 3<>/dev/tcp/${this.address}/22 && read -r -t 1 line <&3 && [ -n "$line" ]`,
            ];
            return (await this.fromControl(probe)).code === 0;
        });
        await closeConnections(this.id);
        const { code, stderr } = await this.fromControl([...this.sshCommand(), "-M", "-N", "-f"]);
        if (code !== 0) {
            throw new UserError(`${this.name}: ssh exited with ${code}: ${stderr}`);
        }
    }

    /** Plugs the cable in, boots, and waits until sshd answers. */
    async boot(): Promise<void> {
        await this.powerOn();
        await this.booted();
    }

    /** Power loss: the cable goes first, so that no farewell leaves the host. */
    async powerOff(): Promise<void> {
        await Promise.all(this.cables.map((_, i) => this.cut(i)));
        await kill(this.id);
        await closeConnections(this.id);
        // Of a host without power no address is left; its namespace stays.
        await ip(noAddresses("eth0"), this.id);
    }

    /** Unplugs the cable of eth0, or of another interface by its number. */
    async cut(i = 0): Promise<void> {
        await ip([`link set ${this.cables[i]} down`], this.site.control);
    }

    async mend(i = 0): Promise<void> {
        await ip([`link set ${this.cables[i]} up`], this.site.control);
    }

    /** Unplugs the cable of eth0 for a time in milliseconds. */
    async cutFor(milliseconds: number): Promise<void> {
        await this.cut();
        await sleep(milliseconds);
        await this.mend();
    }

    /** Drops packets, as a firewall in between would: \`input\` and \`output\` are nftables expressions. \`pass\` ends it. */
    async drop({ input = [], output = [] }: { input?: string[]; output?: string[] }): Promise<void> {
        const chain = (name: string, expressions: string[]) =>
            `chain ${name} { type filter hook ${name} priority -300; ${expressions.map((each) => `${each} drop;`).join(" ")} }`;
        await this.run("nft -f -", `table inet lab {\n${chain("input", input)}\n${chain("output", output)}\n}\n`);
    }

    async pass(): Promise<void> {
        await this.run("nft delete table inet lab");
    }

    /** Removes every address of eth0, as ifdown or netplan apply do, and adds the host's own ones again after a time in milliseconds. */
    async flush(milliseconds: number): Promise<void> {
        const routes = (await run(["ip", "-n", this.id, "route", "show", "default"])).split("\n").filter(Boolean);
        await ip(["address flush dev eth0 scope global", "address flush dev eth0 scope host"], this.id);
        await sleep(milliseconds);
        await ip(
            [
                `address add ${this.plan.address}/24 broadcast + dev eth0`,
                `address add ${this.plan.address6}/64 dev eth0 nodad`,
                ...routes.map((route) => `route replace ${route.trim()}`),
            ],
            this.id,
        );
    }

    freeze(): void {
        freeze(this.id, true);
    }

    thaw(): void {
        freeze(this.id, false);
    }

    isOn(): boolean {
        return isPopulated(this.id);
    }

    private fromControl(command: string[], input?: string, timeout?: number): Promise<Result> {
        return attempt(["ip", "netns", "exec", this.site.control, ...command], { input, timeout });
    }

    /** The ssh command line that reaches the host from the control namespace. */
    sshCommand(user = "root"): string[] {
        const options = [
            `IdentityFile=${this.site.dir}/id_ed25519`,
            `UserKnownHostsFile=${this.site.dir}/known_hosts`,
            "IdentitiesOnly=yes",
            "StrictHostKeyChecking=yes",
            "ConnectTimeout=5",
            "LogLevel=ERROR",
            // A handshake costs 50 ms of CPU at each end. Without a connection to share, each command makes its own.
            `ControlPath=${user === "root" ? connectionOf(this.id) : "none"}`,
        ];
        return ["ssh", "-F", "none", ...options.flatMap((option) => ["-o", option]), `${user}@${this.address}`];
    }

    /** Runs a shell command on the host over SSH, and returns its exit code. */
    attempt(command: string, input?: string, timeout?: number): Promise<Result> {
        return this.fromControl([...this.sshCommand(), command], input, timeout);
    }

    /** Runs a shell command on the host over SSH and returns what it printed. */
    async run(command: string, input?: string): Promise<string> {
        const result = await this.attempt(command, input);
        if (result.code !== 0) {
            throw new UserError(
                `${this.name}: ${command} exited with ${result.code}: ${result.stderr || result.stdout}`,
            );
        }
        return result.stdout.trim();
    }
}

/**
 * A lab: real Debian hosts on one machine, with a network of their own.
 *
 * All traffic stays in namespaces that the lab made. Operators and clients (pulumi, ssh, curl) are
 * in its control namespace, at 192.168.0.1 and fd00::1; every host hangs on the same bridge, and the load balancers on one more.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../support/errors";
import { cleanUp } from "../support/interrupt";
import { attempt, type Result, type RunOptions, run } from "../support/run";
import { allEnded } from "../support/wait";
import { inTurn } from "../toolchain/budget";
import { cache } from "../toolchain/paths";
import { copyKey } from "./disk";
import { closeConnections, Host } from "./host";
import { ensureImage } from "./image";
import { controlGroups, deleteNamespace, ip, kill, namespaces, unmountBelow } from "./kernel";
import type { HostPlan, Role, Site } from "./plan";
import { ensureRequirements } from "./requirements";

export interface LabPlan {
    /** The lab's name; several labs live side by side. Default: `dev`. */
    name: string;
    release: string;
    loadBalancers: number;
    backEnds: number;
    /** Whether the load balancers lack what Debian's cloud images have, Python and Perl among it. Default: no. */
    isMinimal?: boolean;
    /** A Debian release whose packages each host has in /srv/next. Default: none. */
    nextRelease?: string;
    /** The folder of a converged pair to begin with (converged.ts). Default: bare hosts. */
    converged?: string;
}

/** `HALB_LAB`: the lab's default name, so that several runs can work side by side. */
export const defaultPlan: LabPlan = {
    name: process.env.HALB_LAB ?? "dev",
    release: "bookworm",
    loadBalancers: 2,
    backEnds: 2,
};

const labsDir = join(cache, "labs");

function hostPlans(plan: LabPlan): HostPlan[] {
    const make = (role: Role, name: string, last: number): HostPlan => ({
        name,
        fqdn: `${name}.example.com`,
        address: `192.168.0.${last}`,
        address6: `fd00::${last}`,
        ...(role === "load balancer" ? { secondAddress: `10.0.0.${last}` } : {}),
        role,
    });
    const count = (n: number) => Array.from({ length: n }, (_, i) => i);
    const backEndsFrom = 100 + Math.max(2, plan.loadBalancers);
    return [
        ...count(plan.loadBalancers).map((i) => make("load balancer", `lb${i + 1}`, 100 + i)),
        ...count(plan.backEnds).map((i) => make("back end", `web${i + 1}`, backEndsFrom + i)),
    ];
}

function checkName(name: string): void {
    if (!/^[a-z0-9][a-z0-9-]{0,30}$/.test(name)) {
        throw new UserError(`--name: "${name}" must be lower-case letters, digits and dashes, 31 at most`);
    }
}

export class Lab {
    readonly hosts: Host[];

    private constructor(
        readonly plan: LabPlan,
        private readonly site: Site,
    ) {
        this.hosts = hostPlans(plan).map((host) => new Host(host, site));
    }

    private static site(name: string): Omit<Site, "image"> {
        const prefix = `halb.${name}`;
        return { prefix, dir: join(labsDir, name), control: `${prefix}.control` };
    }

    private static async of(plan: LabPlan): Promise<Lab> {
        const { name, release, nextRelease, isMinimal, converged } = plan;
        const image = await ensureImage(release);
        const next = nextRelease === undefined ? undefined : (await ensureImage(nextRelease)).repository;
        return new Lab(plan, { ...Lab.site(name), image, nextRepository: next, isMinimal, converged });
    }

    /** Makes the lab and boots its hosts; where something fails half-way, nothing is left of it. */
    static async up(wanted: Partial<LabPlan> = {}): Promise<Lab> {
        const plan = { ...defaultPlan, ...wanted };
        checkName(plan.name);
        await ensureRequirements();
        const lab = await Lab.of(plan);
        if (existsSync(lab.site.dir) || namespaces(`${lab.site.prefix}.`).length > 0) {
            throw new UserError(
                `a lab named "${plan.name}" is there already; "npm run lab -- down --name ${plan.name}" removes it`,
            );
        }
        try {
            await inTurn(() => lab.make());
        } catch (error) {
            await cleanUp(() => Lab.down(plan.name));
            throw error;
        }
        return lab;
    }

    /** A lab that is up, made by this or another process. */
    static async open(name: string): Promise<Lab> {
        const file = join(labsDir, name, "lab.json");
        if (!existsSync(file)) {
            throw new UserError(`no lab named "${name}" is up; "npm run lab -- up" makes one`);
        }
        return Lab.of(JSON.parse(readFileSync(file, "utf8")));
    }

    static names(): string[] {
        return existsSync(labsDir) ? readdirSync(labsDir) : [];
    }

    private async make(): Promise<void> {
        const { dir, control } = this.site;
        mkdirSync(dir, { recursive: true });
        if (this.plan.converged) {
            copyKey("id_ed25519", this.plan.converged, dir);
            cpSync(join(this.plan.converged, "state"), join(this.scratch, "state"), { recursive: true });
        } else {
            await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", this.privateKeyFile]);
        }
        const keys = await Promise.all(this.hosts.map((host) => host.makeHostKey()));
        writeFileSync(this.knownHostsFile, keys.join(""));
        await run(["ip", "netns", "add", control]);
        await ip(
            [
                "link set lo up",
                "link add br0 type bridge",
                "address add 192.168.0.1/24 dev br0",
                "address add fd00::1/64 dev br0 nodad",
                "link set br0 up",
                "link add br1 type bridge",
                "link set br1 up",
            ],
            control,
        );
        await allEnded(
            this.hosts.map(async (host) => {
                await host.make(this.hostsFile);
                await host.boot();
            }),
        );
        writeFileSync(join(dir, "lab.json"), `${JSON.stringify(this.plan, null, 4)}\n`);
    }

    /** Keeps all that a lab needs which begins with this one's load balancers, as they are now. They must be off. */
    async keep(to: string): Promise<void> {
        for (const host of this.loadBalancers) {
            await host.keep(join(to, host.name));
        }
        copyKey("id_ed25519", this.site.dir, to);
        cpSync(join(this.scratch, "state"), join(to, "state"), { recursive: true });
    }

    /** Deletes a lab, also an incomplete one. */
    static async down(name: string): Promise<void> {
        checkName(name);
        const { prefix, dir } = Lab.site(name);
        for (const group of controlGroups(`${prefix}.`)) {
            await kill(group);
        }
        await closeConnections(`${prefix}.`);
        await unmountBelow(dir);
        for (const namespace of namespaces(`${prefix}.`)) {
            await deleteNamespace(namespace);
        }
        rmSync(dir, { recursive: true, force: true });
    }

    /** Each host's /etc/hosts. */
    private get hostsFile(): string {
        const names = this.hosts.map(({ plan }) => `${plan.address} ${plan.fqdn} ${plan.name}\n`);
        return `127.0.0.1 localhost\n::1 localhost ip6-localhost\n${names.join("")}`;
    }

    /** Puts a fresh machine in the place of a host: the same name and address, another disk and another SSH key. */
    async rebuild(name: string): Promise<void> {
        const host = this.host(name);
        const line = await host.rebuild(this.hostsFile);
        const others = readFileSync(this.knownHostsFile, "utf8")
            .split("\n")
            .filter((known) => known !== "" && !known.startsWith(`${host.address} `));
        writeFileSync(this.knownHostsFile, [...others, line].join("\n"));
        await host.boot();
    }

    /** A folder that goes with the lab. */
    get scratch(): string {
        return join(this.site.dir, "scratch");
    }

    get privateKeyFile(): string {
        return join(this.site.dir, "id_ed25519");
    }

    get knownHostsFile(): string {
        return join(this.site.dir, "known_hosts");
    }

    get loadBalancers(): Host[] {
        return this.hosts.filter(({ plan }) => plan.role === "load balancer");
    }

    /** Runs a command on both load balancers at once. */
    onLoadBalancers(command: string, input?: string): Promise<string[]> {
        return Promise.all(this.loadBalancers.map((host) => host.run(command, input)));
    }

    host(name: string): Host {
        const host = this.hosts.find((candidate) => candidate.name === name);
        if (!host) {
            throw new UserError(
                `no host "${name}" in this lab; there are ${this.hosts.map(({ name: n }) => n).join(", ")}`,
            );
        }
        return host;
    }

    /** The words before a command that make it run where the operators and clients are. */
    get enter(): string[] {
        return ["ip", "netns", "exec", this.site.control];
    }

    /** Runs a program where the operators and clients are. */
    attempt(command: string[], options?: RunOptions): Promise<Result> {
        return attempt([...this.enter, ...command], options);
    }

    run(command: string[], options?: RunOptions): Promise<string> {
        return run([...this.enter, ...command], options);
    }
}

/** A lab host's disk: an overlay over the images, with the host's names and keys. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../support/run";
import { unmountBelow } from "./kernel";
import type { HostPlan, Site } from "./plan";

const hostKey = "ssh_host_ed25519_key";

/** Copies a private key and its public key to another folder. */
export function copyKey(name: string, from: string, to: string): void {
    for (const file of [name, `${name}.pub`]) {
        cpSync(join(from, file), join(to, file));
    }
}

export class Disk {
    /** The host's folder in the lab's folder. */
    private readonly dir: string;
    /** Whether the host was rebuilt: it then begins without a converged disk. */
    private isRebuilt = false;

    constructor(
        private readonly plan: HostPlan,
        private readonly site: Site,
    ) {
        this.dir = join(site.dir, plan.name);
    }

    /** The root file system, as seen from outside; only while the disk is mounted. */
    get root(): string {
        return join(this.dir, "root");
    }

    /** The files that the host itself has written, as seen from outside. */
    get own(): string {
        return join(this.dir, "disk", "upper");
    }

    /** Deletes the disk and the host's SSH key. */
    async erase(): Promise<void> {
        await unmountBelow(this.dir);
        rmSync(this.dir, { recursive: true });
        this.isRebuilt = true;
    }

    /** The read-only disks below it, the uppermost first. */
    private get lowerDisks(): string[] {
        const { base, cloud, web } = this.site.image;
        if (this.plan.role === "back end") {
            return [web, base];
        }
        return [
            ...(this.converged ? [join(this.converged, "disk")] : []),
            ...(this.site.isMinimal ? [] : [cloud]),
            base,
        ];
    }

    /** Makes an empty disk over the images, and mounts it. */
    async make(hostsFile: string): Promise<void> {
        const disk = join(this.dir, "disk");
        mkdirSync(disk, { recursive: true });
        await run(["truncate", "--size=4G", `${disk}.img`]);
        await run(["mkfs.ext4", "-q", "-F", "-O", "^resize_inode", "-E", "lazy_itable_init=1", `${disk}.img`]);
        await run(["mount", "-o", "loop", `${disk}.img`, disk]);
        for (const folder of [join(disk, "upper"), join(disk, "work"), this.root]) {
            mkdirSync(folder);
        }
        const lower = this.lowerDisks.join(":");
        const options = `lowerdir=${lower},upperdir=${disk}/upper,workdir=${disk}/work`;
        await run(["mount", "-t", "overlay", "overlay", "-o", options, this.root]);
        await this.individualize(hostsFile);
    }

    /** The folder with the disk and the key of a converged host, if the lab begins with a converged pair. */
    private get converged(): string | undefined {
        const dir = join(this.site.converged ?? "/nowhere", this.plan.name);
        return !this.isRebuilt && existsSync(dir) ? dir : undefined;
    }

    /** Copies the disk and the SSH key of a host that is off, for labs that begin with them. */
    async keep(to: string): Promise<void> {
        mkdirSync(to);
        // cp -a also copies the marks of deleted files (special files) and of replaced folders (extended attributes).
        await run(["cp", "-a", this.own, join(to, "disk")]);
        rmSync(join(to, "disk", "var", "log", "journal"), { recursive: true, force: true });
        mkdirSync(join(to, "disk", "var", "log", "journal"), { recursive: true });
        copyKey(hostKey, this.dir, to);
    }

    /** Writes the files that tell this host from others: names, keys, pages. */
    private async individualize(hostsFile: string): Promise<void> {
        const put = (path: string, text: string, mode = 0o644) => writeFileSync(join(this.root, path), text, { mode });
        put("etc/hostname", `${this.plan.fqdn}\n`);
        put("etc/hosts", hostsFile);
        copyKey(hostKey, this.dir, join(this.root, "etc/ssh"));
        const authorized = readFileSync(join(this.site.dir, "id_ed25519.pub"), "utf8");
        for (const [home, uid] of [
            ["root", 0],
            ["home/admin", 1000],
        ] as const) {
            mkdirSync(join(this.root, home, ".ssh"), { recursive: true, mode: 0o700 });
            put(`${home}/.ssh/authorized_keys`, authorized, 0o600);
            await run(["chown", "-R", `${uid}:${uid}`, join(this.root, home, ".ssh")]);
        }
        if (this.plan.role === "back end") {
            put("var/www/html/index.html", `This is ${this.plan.name}.\n`);
            put("var/www/html/check.txt", "up\n");
        }
    }

    /** Makes the host's SSH key and returns its line for a known_hosts file. */
    async makeHostKey(): Promise<string> {
        mkdirSync(this.dir, { recursive: true });
        const key = join(this.dir, hostKey);
        if (this.converged) {
            copyKey(hostKey, this.converged, this.dir);
        } else {
            await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", this.plan.fqdn, "-f", key]);
        }
        const [type, blob] = readFileSync(`${key}.pub`, "utf8").split(" ");
        return `${this.plan.address} ${type} ${blob}\n`;
    }
}

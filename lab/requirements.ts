/** What a machine must have before it can carry a lab, and how it gets it. */
import { existsSync } from "node:fs";
import { UserError } from "../support/errors";
import { step } from "../support/progress";
import { attempt } from "../support/run";
import { aptInstall } from "../toolchain/apt";
import { hasControlGroups } from "./kernel";

/** Programs the lab runs, and the Debian package of each. */
const programs: Record<string, string> = {
    debootstrap: "debootstrap",
    "systemd-nspawn": "systemd-container",
    "dpkg-scanpackages": "dpkg-dev",
    ip: "iproute2",
    ssh: "openssh-client",
    curl: "curl",
    ping: "iputils-ping",
    "mkfs.ext4": "e2fsprogs",
};

async function isInstalled(program: string): Promise<boolean> {
    return (await attempt(["sh", "-c", 'command -v "$1"', "sh", program])).code === 0;
}

/** Why this machine cannot carry a lab at all; empty where it can. */
export function obstacles(): string[] {
    const found: string[] = [];
    if (process.platform !== "linux") {
        found.push(`Linux (this is ${process.platform}): the hosts are Linux containers with their own network`);
        return found;
    }
    if (process.getuid?.() !== 0) {
        found.push("root (run it with sudo): it makes network namespaces, mounts and control groups");
    }
    if (!hasControlGroups()) {
        found.push(
            "control groups version 2, mounted anywhere (mount -t cgroup2): hosts are frozen and killed by them",
        );
    }
    return found;
}

/** A sentence about one obstacle, a list of several. */
export function needs(who: string, found: string[]): string {
    return `${who}${found.length === 1 ? ` ${found[0]}` : `:\n${found.map((line) => `  - ${line}`).join("\n")}`}`;
}

/** Installs what is missing; where that cannot be done, says exactly what is needed. */
export async function ensureRequirements(): Promise<void> {
    const found = obstacles();
    if (found.length > 0) {
        throw new UserError(needs("the lab needs", found));
    }
    await ensurePrograms(programs);
}

/** Installs those programs that are missing, each by its Debian package. */
export async function ensurePrograms(wanted: Record<string, string>): Promise<void> {
    const missing: string[] = [];
    for (const [program, name] of Object.entries(wanted)) {
        if (!(await isInstalled(program))) {
            missing.push(name);
        }
    }
    if (missing.length === 0) {
        return;
    }
    if (!existsSync("/usr/bin/apt-get")) {
        throw new UserError(`these programs are needed: ${missing.join(", ")}; install them and run it again`);
    }
    await step(`installing ${missing.join(", ")}`, () => aptInstall(missing));
}

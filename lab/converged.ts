/**
 * Pairs that a lab can begin with. Most tests are about a pair that serves, and a converge from bare hosts costs 40 s, most of
 * it apt's. So it is done once for each release and state of the sources: the hosts' disks, their keys and Pulumi's state are
 * kept, and new labs have them below their own disks, read-only.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cleanUp } from "../support/interrupt";
import { step } from "../support/progress";
import { until } from "../support/wait";
import { filesBelow } from "../toolchain/files";
import { cache, root } from "../toolchain/paths";
import { recipe as imageRecipe } from "./image";
import { Lab } from "./lab";
import { labStack } from "./pulumi";

const dir = join(cache, "converged");

/** Whatever a converged pair is made of. */
const sources = ["components", "index.ts", "Pulumi.yaml", "Pulumi.dev.yaml", "package-lock.json"];

function recipe(): string {
    const hash = createHash("sha256").update(imageRecipe());
    for (const source of sources.map((name) => join(root, name))) {
        for (const file of existsSync(source) && !/\.\w+$/.test(source) ? filesBelow(source) : [source]) {
            hash.update(`${file.slice(root.length)}\0`).update(readFileSync(file));
        }
    }
    return hash.digest("hex").slice(0, 16);
}

/** The folder of the converged pair of a release, made where the sources have changed since. */
export async function ensureConverged(release: string): Promise<string> {
    const made = join(dir, `${release}-${recipe()}`);
    if (!existsSync(made)) {
        await step(`converging a ${release} pair for the tests (about a minute, once for each change)`, () =>
            converge(release, made),
        );
    }
    return made;
}

async function converge(release: string, made: string): Promise<void> {
    const name = `converging-${release}-${process.pid}`;
    const work = `${made}.making-${process.pid}`;
    const lab = await Lab.up({ name, release });
    try {
        const stack = await labStack(lab);
        await stack.up();
        await Promise.all(lab.loadBalancers.map((host) => host.attempt("systemctl poweroff")));
        for (const host of lab.loadBalancers) {
            await until(`${host.name} is off`, 60_000, async () => !host.isOn());
        }
        rmSync(work, { recursive: true, force: true });
        mkdirSync(work, { recursive: true });
        await lab.keep(work);
        removeOlder(release);
        // Two runs may have made it at once.
        if (!existsSync(made)) {
            renameSync(work, made);
        }
    } finally {
        rmSync(work, { recursive: true, force: true });
        await cleanUp(() => Lab.down(name));
    }
}

function removeOlder(release: string): void {
    for (const older of existsSync(dir) ? readdirSync(dir).filter((name) => name.startsWith(`${release}-`)) : []) {
        // Labs of another run may still have it below their disks.
        const isInUse = readFileSync("/proc/self/mounts", "utf8").includes(`${join(dir, older)}/`);
        if (!isInUse && !older.includes(".making-")) {
            rmSync(join(dir, older), { recursive: true, force: true });
        }
    }
}

/** The images that hosts boot from: built once for each Debian release, then read-only. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../support/errors";
import { step } from "../support/progress";
import { run } from "../support/run";
import { cache } from "../toolchain/paths";

export const releases = ["bookworm", "trixie"];

export interface Image {
    base: string;
    /** What a load balancer has on top of the base. */
    cloud: string;
    /** What a back end has on top of the base. */
    web: string;
    /** The apt repository that every host mounts. */
    repository: string;
}

const scripts = ["build-image.sh", "configure-base.sh"].map((name) => join(__dirname, "sh", name));

/** Changes with the scripts, so that an image made by older ones is built again. */
export function recipe(): string {
    const hash = createHash("sha256");
    for (const script of scripts) {
        hash.update(readFileSync(script));
    }
    return hash.digest("hex");
}

export async function ensureImage(release: string): Promise<Image> {
    if (!releases.includes(release)) {
        throw new UserError(`--release: "${release}" is not one of ${releases.join(", ")}`);
    }
    const dir = join(cache, "images", release);
    const mark = join(dir, "recipe");
    if (!existsSync(mark) || readFileSync(mark, "utf8") !== recipe()) {
        mkdirSync(join(cache, "images"), { recursive: true });
        await step(`building the ${release} image (about a minute, once)`, () =>
            run(["sh", scripts[0], release, dir], { onLine: (line) => process.stderr.write(`  ${line}\n`) }),
        );
        writeFileSync(mark, recipe());
    }
    return { base: join(dir, "base"), cloud: join(dir, "cloud"), web: join(dir, "web"), repository: join(dir, "repo") };
}

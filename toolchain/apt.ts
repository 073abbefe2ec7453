/** Debian packages for this machine. */
import { run } from "../support/run";

/** Installs Debian packages on this machine. */
export async function aptInstall(packages: string[]): Promise<void> {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await run(["apt-get", "-qq", "update"], { env });
    await run(["apt-get", "-qq", "-y", "--no-install-recommends", "install", ...packages], { env });
}

/** This project's own program, in front of a lab's hosts. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { root } from "../toolchain/paths";
import { Stack } from "../toolchain/stack";
import { ensureToolchain, pulumiEnvironment } from "../toolchain/toolchain";
import type { Lab } from "./lab";

/** What a lab's pair serves on, by the configuration for the local lab. */
export const virtualIp = "192.168.0.99";
export const site = `http://${virtualIp}/`;

/** Configuration of a stack, by key. */
export type Settings = Record<string, unknown>;

/**
 * A stack of this project whose configuration is the one for the local lab, with a lab's own keys and with `settings`
 * put over it. Its state and its configuration are in the lab's folder, and go with it.
 */
export async function labStack(lab: Lab, settings: Settings = {}): Promise<Stack> {
    const dir = lab.scratch;
    mkdirSync(dir, { recursive: true });
    const configFile = join(dir, "Pulumi.lab.yaml");
    writeConfig(lab, configFile, settings);
    const env = pulumiEnvironment(await ensureToolchain(), join(dir, "state"));
    // By the name of the stack that has a file here, because a new stack writes its salt to the file of its name.
    const stack = new Stack({ enter: lab.enter, env, dir: root, name: "dev", configFile });
    // A lab that began converged has brought the state of its pair.
    if (!existsSync(join(dir, "state", ".pulumi", "stacks"))) {
        await stack.create();
    }
    return stack;
}

/** Writes the configuration of a stack; each key that is given replaces that of the local lab. */
export function writeConfig(lab: Lab, file: string, settings: Settings): void {
    const dev = parse(readFileSync(join(root, "Pulumi.dev.yaml"), "utf8"));
    const own: Settings = { sshPrivateKeyFile: lab.privateKeyFile, knownHostsFile: lab.knownHostsFile, ...settings };
    for (const [key, value] of Object.entries(own)) {
        dev.config[`ha-load-balancer-pair:${key}`] = value;
    }
    writeFileSync(file, stringify(dev));
}

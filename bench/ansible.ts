/** Ansible, from PyPI, as the benchmarks' peer. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "../lab/lab";
import { step } from "../support/progress";
import { run } from "../support/run";
import { cache, root } from "../toolchain/paths";

const version = "2.19.14";
const venv = join(cache, "ansible", version);
const playbook = join(root, "bench", "peers", "playbook.yml");

export async function ensureAnsible(): Promise<void> {
    if (!existsSync(join(venv, "bin", "ansible-playbook"))) {
        await step(`installing ansible-core ${version} from PyPI`, async () => {
            await run(["python3", "-m", "venv", venv]);
            await run([join(venv, "bin", "pip"), "install", "--quiet", `ansible-core==${version}`]);
        });
    }
}

/** Runs the play against a lab's load balancers, as fast as its documentation says: pipelining and one SSH connection. */
export async function play(lab: Lab, variables: Record<string, string> = {}, ...options: string[]): Promise<void> {
    mkdirSync(lab.scratch, { recursive: true });
    const inventory = join(lab.scratch, "inventory");
    const hosts = lab.loadBalancers;
    writeFileSync(
        inventory,
        `[balancers]\n${hosts.map((host) => `${host.name} ansible_host=${host.address}`).join("\n")}\n`,
    );
    const sshOptions = `-o UserKnownHostsFile=${lab.knownHostsFile} -o ControlMaster=auto -o ControlPersist=60s`;
    const env = {
        ...process.env,
        ANSIBLE_PIPELINING: "True",
        ANSIBLE_PRIVATE_KEY_FILE: lab.privateKeyFile,
        ANSIBLE_REMOTE_USER: "root",
        ANSIBLE_SSH_COMMON_ARGS: sshOptions,
        ANSIBLE_SSH_CONTROL_PATH_DIR: join(lab.scratch, "cp"),
        ANSIBLE_PYTHON_INTERPRETER: "/usr/bin/python3",
        ANSIBLE_LOCALHOST_WARNING: "False",
        HOME: lab.scratch,
    };
    const words = ["-i", inventory, "--extra-vars", JSON.stringify(variables), ...options, playbook];
    await lab.run([join(venv, "bin", "ansible-playbook"), ...words], { env });
}

/** What Ansible itself needs on the hosts, in front of its clock. */
export async function withPython(lab: Lab): Promise<void> {
    const command =
        "apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install python3";
    const hosts = lab.loadBalancers;
    await Promise.all(hosts.map((host) => host.run(command)));
    await Promise.all(hosts.map((host) => host.run("rm -rf /var/lib/apt/lists/*_*")));
}

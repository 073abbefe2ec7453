/** The program: the stack's configuration in, one pair out. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import {
    type CertificateArgs,
    type ConnectionArgs,
    type FencingArgs,
    HaLoadBalancerPair,
    type HaproxyArgs,
    type HeartbeatArgs,
    type HostArgs,
    hostKeyOf,
    type ListenArgs,
    type ServerArgs,
    type VirtualIpArgs,
} from "./components";

const config = new pulumi.Config();

/** The keys below `config` in Pulumi.yaml. */
function declaredKeys(): string[] {
    const [, declared] = readFileSync(join(__dirname, "Pulumi.yaml"), "utf8").split(/^config:$/m);
    return [...declared.matchAll(/^ {4}(\w+):$/gm)].map(([, key]) => key);
}

/** Pulumi accepts any key, so a misspelt one would have no effect. */
function rejectUnknownKeys(): void {
    const prefix = `${config.name}:`;
    const keys = declaredKeys();
    const given = Object.keys(pulumi.runtime.allConfig()).filter((key) => key.startsWith(prefix));
    const unknown = given.map((key) => key.slice(prefix.length)).filter((key) => !keys.includes(key));
    if (unknown.length > 0) {
        throw new pulumi.RunError(
            `${unknown.join(", ")}: unknown configuration key; valid keys: ${keys.join(", ")}. Run "pulumi config rm ${unknown[0]}"`,
        );
    }
}

rejectUnknownKeys();

function fileText(key: string): string | undefined {
    const path = config.get(key)?.replace(/^~(?=\/)/, homedir());
    if (!path) {
        return undefined;
    }
    if (!existsSync(path)) {
        // The default file need not be there; one that was named must.
        if (path === `${homedir()}/.ssh/known_hosts`) {
            return undefined;
        }
        throw new pulumi.RunError(
            `${key}: there is no file "${path}"; correct it with "pulumi config set ${key} FILE"`,
        );
    }
    return readFileSync(path, "utf8");
}

/** A secret of the configuration; undefined where it is empty. (Config.get would warn that the value is secret.) */
function secret(key: string): pulumi.Output<string> | undefined {
    return pulumi.runtime.getConfig(`${config.name}:${key}`) ? config.requireSecret(key) : undefined;
}

/** An object with secrets in it, of which some parts are none. (Config.requireObject would warn.) */
function plainObject<T>(key: string): T {
    return JSON.parse(pulumi.runtime.getConfig(`${config.name}:${key}`) as string);
}

const connection = config.requireObject<ConnectionArgs>("connection");
const privateKey = secret("sshPrivateKey") ?? fileText("sshPrivateKeyFile");
const knownHosts = fileText("knownHostsFile") ?? "";

const haproxy = config.requireObject<HaproxyArgs>("haproxy");
const listen = config.requireObject<ListenArgs>("listen");
const servers = config.requireObject<ServerArgs[]>("servers");
const more = (haproxy.listen ?? []) as ListenArgs[];
if (!Array.isArray(more)) {
    throw new pulumi.RunError(
        "haproxy.listen: must be a list of sections. Put a dash in front of the section; the section of `servers` has the key listen",
    );
}
if (haproxy.certificates !== undefined || haproxy.stats?.password !== undefined) {
    throw new pulumi.RunError(
        "haproxy: certificates and the password of the statistics page have keys of their own, so that no secret hides the rest: " +
            '"pulumi config set --secret statsPassword" and "pulumi config set --secret --path \'certificates[0].privateKey\'"',
    );
}
/** Whether it is said in `haproxy` what is served; then `servers` need not be. */
const isElsewhere = [haproxy.listen, haproxy.frontend, haproxy.sections, haproxy.config].some(
    (each) => each !== undefined,
);
if (servers.length === 0 && isElsewhere && Object.keys(listen).some((name) => name !== "name")) {
    throw new pulumi.RunError(
        "listen: there are no servers for it; give servers, or move the section to haproxy.listen, with servers of its own",
    );
}
const certificates = plainObject<CertificateArgs[]>("certificates");
const fencing = config.requireObject<FencingArgs>("fencing");

const pair = new HaLoadBalancerPair("lb", {
    hosts: config.requireObject<HostArgs[]>("hosts").map((host) => ({
        ...host,
        hostKey:
            host.hostKey ??
            hostKeyOf(
                knownHosts,
                String(host.sshHost ?? host.address),
                Number(host.connection?.port ?? connection.port ?? 22),
            ),
    })),
    connection: { ...connection, privateKey: privateKey && pulumi.secret(privateKey) },
    virtualIps: config.requireObject<VirtualIpArgs[]>("virtualIps"),
    heartbeat: config.requireObject<HeartbeatArgs>("heartbeat"),
    haproxy: {
        ...haproxy,
        listen: servers.length > 0 || !isElsewhere ? [{ ...listen, servers }, ...more] : haproxy.listen,
        certificates: certificates.map((each) => ({ ...each, privateKey: pulumi.secret(each.privateKey) })),
        stats: { ...haproxy.stats, password: secret("statsPassword") },
    },
    fencing: fencing.command === undefined ? undefined : fencing,
    firewall: config.requireBoolean("firewall"),
    driftDetection: config.requireBoolean("driftDetection"),
    goneHosts: config.requireObject<string[]>("goneHosts"),
});

export const { url, statisticsUrl, statisticsUser, statisticsPassword, authkeysSecret } = pair;

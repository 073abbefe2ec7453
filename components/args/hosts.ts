/** The two hosts, and how to log in on them. */
import type * as pulumi from "@pulumi/pulumi";

/** How to log in on a host. The user must be root, or be allowed `sudo -n`. */
export interface Connection {
    /**
     * SSH user. Default: `root`. Any other user needs passwordless sudo.
     */
    user?: pulumi.Input<string>;
    /**
     * TCP port of sshd. Default: 22.
     */
    port?: pulumi.Input<number>;
    /**
     * Private key, in OpenSSH or PEM format. Kept as a secret.
     */
    privateKey?: pulumi.Input<string>;
    /**
     * Passphrase of the private key. Kept as a secret.
     */
    privateKeyPassword?: pulumi.Input<string>;
    /**
     * Password, also offered to keyboard-interactive. Kept as a secret.
     */
    password?: pulumi.Input<string>;
    /**
     * Path of an SSH agent's socket on the machine that runs Pulumi. Default: the agent of SSH_AUTH_SOCK, if any.
     */
    agentSocketPath?: pulumi.Input<string>;
    /**
     * Jump host (bastion) between the machine that runs Pulumi and the load balancers. Default: none.
     */
    proxy?: pulumi.Input<Proxy>;
}

/** A jump host on the way to the load balancers. */
export interface Proxy {
    /**
     * Address or name of the proxy.
     */
    host: pulumi.Input<string>;
    /**
     * SSH user on the proxy. Default: `root`.
     */
    user?: pulumi.Input<string>;
    /**
     * TCP port of the proxy's sshd. Default: 22.
     */
    port?: pulumi.Input<number>;
    /**
     * Private key for the proxy. Kept as a secret.
     */
    privateKey?: pulumi.Input<string>;
    /**
     * Passphrase of that key. Kept as a secret.
     */
    privateKeyPassword?: pulumi.Input<string>;
    /**
     * Password for the proxy. Kept as a secret.
     */
    password?: pulumi.Input<string>;
    /**
     * The proxy's SSH host key, one line as in a known_hosts file without the host's name: `ssh-ed25519 AAAA…`.
     */
    hostKey: pulumi.Input<string>;
}

/** One of the two load balancers. */
export interface Host {
    /**
     * Node name, as `uname -n` prints it on the host: `lb1.example.com`. It is part of the names of the host's resources, so it is plain text, and
     * another name is another host. Upper and lower case are equal, as in Heartbeat.
     */
    name: string;
    /**
     * IP address of the host, for the peer's heartbeats and for SSH. Not a name: Heartbeat must start while the name service does not answer.
     */
    address: pulumi.Input<string>;
    /**
     * Address or name for SSH. Default: `address`.
     */
    sshHost?: pulumi.Input<string>;
    /**
     * The host's SSH host key, one line as in a known_hosts file without the host's name: `ssh-ed25519 AAAA…`. Required,
     * unless `insecureSkipHostKeyCheck` is set. No RSA keys: the SSH client asks for a signature that OpenSSH 8.8 and later rejects.
     */
    hostKey?: pulumi.Input<string>;
    /**
     * Accepts any host key. An attacker between Pulumi and the host can then read every secret. Default: false.
     */
    insecureSkipHostKeyCheck?: boolean;
    /**
     * Login on this host. Its fields override those of the pair's `connection`.
     */
    connection?: Connection;
    /**
     * Any text that changes when the machine is rebuilt, such as an instance id. A change runs every step again. Default: none.
     */
    identity?: pulumi.Input<string>;
}

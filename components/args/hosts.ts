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
     * A host to go through (bastion, jump host).
     */
    proxy?: pulumi.Input<Proxy>;
}

/** A host to go through on the way to the load balancers. */
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
     * The node name: what `uname -n` says on the host. Part of the identity of the host's resources, so it is plain
     * text: another name is another host. Letters are compared without case, as Heartbeat does.
     */
    name: string;
    /**
     * IP address of the host: where the peer's heartbeats go and where sshd listens. An address, not a name, because
     * Heartbeat must start when the name service does not answer.
     */
    address: pulumi.Input<string>;
    /**
     * Address or name for SSH, where it is not `address`.
     */
    sshHost?: pulumi.Input<string>;
    /**
     * The host's SSH host key, one line as in a known_hosts file without the host's name: `ssh-ed25519 AAAA…`. Required,
     * unless `insecureSkipHostKeyCheck` is set. No RSA keys: the SSH client offers them in a form that OpenSSH refuses.
     */
    hostKey?: pulumi.Input<string>;
    /**
     * Connects without knowing who answers. Whoever is in between can then read every secret. Default: false.
     */
    insecureSkipHostKeyCheck?: boolean;
    /**
     * How to log in on this host, where it differs from the pair's `connection`; fields given here win.
     */
    connection?: Connection;
    /**
     * Changes when the machine behind the name was rebuilt (an instance id, say); every step is then run again.
     */
    identity?: pulumi.Input<string>;
}

/** TLS: certificates, and how they are used towards clients and servers. */
import type * as pulumi from "@pulumi/pulumi";

/** A certificate with its key, in a file that root alone may read. */
export interface Certificate {
    /**
     * What a `bind` calls it by. Letters, digits and `_ - .`. Its file on the hosts is
     * `/etc/haproxy/ha-load-balancer-pair/certificates/NAME.pem`.
     */
    name: string;
    /**
     * The certificate in PEM, and behind it those that lead to its root, each signed by the next.
     */
    certificate: pulumi.Input<string>;
    /**
     * Its private key in PEM, without a passphrase. Kept as a secret.
     */
    privateKey: pulumi.Input<string>;
}

/** `ssl` of a `bind`: TLS 1.2 at least, unless it says otherwise. */
export interface BindSsl {
    /**
     * Names of `haproxy.certificates`. Which one a client gets follows from the name it asks for (SNI); the first one is for
     * all other names.
     */
    certificates: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * Protocols that are offered (ALPN). Default: `h2,http/1.1` in mode http, none in mode tcp.
     */
    alpn?: pulumi.Input<string>;
    /**
     * `TLSv1.2` or `TLSv1.3`. Default: `TLSv1.2`.
     */
    minVersion?: pulumi.Input<string>;
    /**
     * Whether clients that ask for a name that no certificate has are turned away. Default: false.
     */
    strictSni?: pulumi.Input<boolean>;
    /**
     * Certificates, in PEM, of who signs client certificates; with it, clients need one. Default: none.
     */
    clientCa?: pulumi.Input<string>;
    /**
     * `required`, or `optional` for rules that look at `ssl_c_used` and the like. Default: `required`.
     */
    verify?: pulumi.Input<string>;
}

/** `ssl` of a `server`: its certificate is verified, unless it says otherwise. */
export interface ServerSsl {
    /**
     * `required`, or `none`: whoever is in between can then read everything. Default: `required`.
     */
    verify?: pulumi.Input<string>;
    /**
     * Certificates, in PEM, of who signs the server's. Default: those that the system trusts.
     */
    ca?: pulumi.Input<string>;
    /**
     * The name that the server's certificate must have (`verifyhost`), and that is asked for (`sni`, `check-sni`). Default: the server's
     * `address` where that is a host name.
     */
    hostname?: pulumi.Input<string>;
}

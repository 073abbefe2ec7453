/** TLS towards clients and servers. */
import type * as pulumi from "@pulumi/pulumi";

/** A certificate with its key, in a file that only root may read. */
export interface Certificate {
    /**
     * Name that a `bind` uses. Letters, digits and `_ - .`. Its file on the hosts is
     * `/etc/haproxy/ha-load-balancer-pair/certificates/NAME.pem`.
     */
    name: string;
    /**
     * The certificate in PEM, followed by its chain, each certificate signed by the next one.
     */
    certificate: pulumi.Input<string>;
    /**
     * Its private key in PEM, without a passphrase. Kept as a secret.
     */
    privateKey: pulumi.Input<string>;
}

/** `ssl` of a `bind`. */
export interface BindSsl {
    /**
     * Names of `haproxy.certificates`. The client's server name (SNI) selects one; the first one is for
     * all other names.
     */
    certificates: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * Protocols that HAProxy offers (ALPN). Default: `h2,http/1.1` in mode http, none in mode tcp.
     */
    alpn?: pulumi.Input<string>;
    /**
     * Lowest version, `TLSv1.2` or `TLSv1.3`. Default: `TLSv1.2`.
     */
    minVersion?: pulumi.Input<string>;
    /**
     * Whether HAProxy rejects clients that ask for a name that no certificate has. Default: false.
     */
    strictSni?: pulumi.Input<boolean>;
    /**
     * Certificates of the authorities that sign client certificates, in PEM. With it, clients need a certificate. Default: none.
     */
    clientCa?: pulumi.Input<string>;
    /**
     * `required`, or `optional` for rules that look at `ssl_c_used` and the like. Default: `required`.
     */
    verify?: pulumi.Input<string>;
}

/** `ssl` of a `server`. */
export interface ServerSsl {
    /**
     * `required`, or `none`: an attacker between HAProxy and the server can then read everything. Default: `required`.
     */
    verify?: pulumi.Input<string>;
    /**
     * Certificates of the authorities that sign the server's certificate, in PEM. Default: those that the system trusts.
     */
    ca?: pulumi.Input<string>;
    /**
     * Name that the server's certificate must have (`verifyhost`) and that HAProxy asks for (`sni`, `check-sni`). Default: the server's
     * `address` where that is a host name.
     */
    hostname?: pulumi.Input<string>;
}

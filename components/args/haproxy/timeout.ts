/** Timeouts, of the whole of HAProxy or of a section. */
import type * as pulumi from "@pulumi/pulumi";

/** `timeout`: times in HAProxy's own syntax, above 0 and below 24 days: a number is milliseconds, or has a unit (`us ms s m h d`). */
export interface Timeout {
    /**
     * Time for a connection to a server to be established. Default: `5s`.
     */
    connect?: pulumi.Input<string>;
    /**
     * Longest silence of a client. Default: `50s`.
     */
    client?: pulumi.Input<string>;
    /**
     * Longest silence of a server. Default: `50s`.
     */
    server?: pulumi.Input<string>;
    /**
     * `timeout http-request`: time for a client to send the head of a request. Default: `10s`.
     */
    httpRequest?: pulumi.Input<string>;
    /**
     * `timeout http-keep-alive`: time between two requests on a connection. Default: `10s`.
     */
    httpKeepAlive?: pulumi.Input<string>;
    /**
     * Longest wait for a free connection to a server. Default: `10s`.
     */
    queue?: pulumi.Input<string>;
    /**
     * Time for the answer to a check, once connected. Default: the time between checks.
     */
    check?: pulumi.Input<string>;
    /**
     * Longest silence of a tunnel (WebSocket, CONNECT). Default: `1h`.
     */
    tunnel?: pulumi.Input<string>;
}

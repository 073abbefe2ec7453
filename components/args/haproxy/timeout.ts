/** Timeouts, of the whole of HAProxy or of a section. */
import type * as pulumi from "@pulumi/pulumi";

/** Timeouts in HAProxy's syntax, above 0 and below 24 days: a number of milliseconds, or with a unit (`us ms s m h d`). */
export interface Timeout {
    /**
     * `timeout connect`: time to establish a connection to a server. Default: `5s`.
     */
    connect?: pulumi.Input<string>;
    /**
     * `timeout client`: longest silence of a client. Default: `50s`.
     */
    client?: pulumi.Input<string>;
    /**
     * `timeout server`: longest silence of a server. Default: `50s`.
     */
    server?: pulumi.Input<string>;
    /**
     * `timeout http-request`: time for a client to send the headers of a request. Default: `10s`.
     */
    httpRequest?: pulumi.Input<string>;
    /**
     * `timeout http-keep-alive`: time between two requests on a connection. Default: `10s`.
     */
    httpKeepAlive?: pulumi.Input<string>;
    /**
     * `timeout queue`: longest wait for a free connection to a server. Default: `10s`.
     */
    queue?: pulumi.Input<string>;
    /**
     * `timeout check`: time for the answer to a check after the connection. Default: the time between checks.
     */
    check?: pulumi.Input<string>;
    /**
     * `timeout tunnel`: longest silence of a tunnel (WebSocket, CONNECT). Default: `1h`.
     */
    tunnel?: pulumi.Input<string>;
}

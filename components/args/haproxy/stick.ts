/** Persistence and counters that both hosts share. */
import type * as pulumi from "@pulumi/pulumi";

/** `stick-table` (configuration manual, 4.2; 11 in later versions): entries about clients. Both hosts have the same entries (see `peers`). */
export interface StickTable {
    /**
     * Type of the keys: `ip`, `ipv6`, `integer`, `string` or `binary`.
     */
    type: pulumi.Input<string>;
    /**
     * Longest key in bytes, 1 to 1024, with the types `string` and `binary`. Default: HAProxy's, 32.
     */
    len?: pulumi.Input<number>;
    /**
     * Maximum number of entries, in HAProxy's syntax. An entry takes some 50 bytes and its key. Default: `100k`.
     */
    size?: pulumi.Input<string>;
    /**
     * Time after which an unused entry expires, in HAProxy's syntax. Default: `30m`.
     */
    expire?: pulumi.Input<string>;
    /**
     * Whether a full table rejects new entries instead of dropping the oldest. Default: false.
     */
    nopurge?: pulumi.Input<boolean>;
    /**
     * Counters of each entry: `conn_cur`, `http_req_rate(10s)`, `gpc0`, …. Rules such as `http-request track-sc0` increase them. Default: none.
     */
    store?: pulumi.Input<pulumi.Input<string>[]>;
}

/** `stick on PATTERN` and the like: a client gets the server that it had before. */
export interface Stick {
    /**
     * `on`, or one half of it, `match` or `store-request`; or `store-response`. Default: `on`.
     */
    kind?: pulumi.Input<string>;
    /**
     * Sample that identifies the client: `src`, `req.cook(SESSIONID)`, `rdp_cookie(mstshash)`, ….
     */
    pattern: pulumi.Input<string>;
    /**
     * Name of the section with the `stickTable`. Default: this section.
     */
    table?: pulumi.Input<string>;
    /**
     * `if` or `unless` and a condition, in HAProxy's words. Default: always.
     */
    condition?: pulumi.Input<string>;
}

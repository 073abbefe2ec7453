/** Persistence and counters that both hosts share. */
import type * as pulumi from "@pulumi/pulumi";

/** `stick-table` (manual, 4.2; 11 in later ones): what is remembered of clients. Both hosts have the same entries (see `peers`). */
export interface StickTable {
    /**
     * What an entry is found by: `ip`, `ipv6`, `integer`, `string` or `binary`.
     */
    type: pulumi.Input<string>;
    /**
     * Longest key in bytes, 1 to 1024, with the types `string` and `binary`. Default: HAProxy's, 32.
     */
    len?: pulumi.Input<number>;
    /**
     * Most entries, in HAProxy's syntax; an entry takes some 50 bytes and its key. Default: `100k`.
     */
    size?: pulumi.Input<string>;
    /**
     * For how long an entry stays that is not used, in HAProxy's syntax. Default: `30m`.
     */
    expire?: pulumi.Input<string>;
    /**
     * Whether a full table takes no new entries, instead of forgetting the oldest. Default: false.
     */
    nopurge?: pulumi.Input<boolean>;
    /**
     * What is counted: `conn_cur`, `http_req_rate(10s)`, `gpc0`, …. Rules such as `http-request track-sc0` count. Default: nothing.
     */
    store?: pulumi.Input<pulumi.Input<string>[]>;
}

/** `stick on PATTERN` and its kin: a client comes back to the server that it had. */
export interface Stick {
    /**
     * `on`, or one half of it: `match`, `store-request`; or `store-response`. Default: `on`.
     */
    kind?: pulumi.Input<string>;
    /**
     * What is looked at: `src`, `req.cook(SESSIONID)`, `rdp_cookie(mstshash)`, ….
     */
    pattern: pulumi.Input<string>;
    /**
     * The section whose `stickTable` it is. Default: this one.
     */
    table?: pulumi.Input<string>;
    /**
     * When: `if` or `unless` and a condition, in HAProxy's words. Default: always.
     */
    condition?: pulumi.Input<string>;
}

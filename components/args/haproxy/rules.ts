/** Criteria and rules of requests. */
import type * as pulumi from "@pulumi/pulumi";

/** `acl NAME CRITERION FLAG … VALUE …` (manual, 7.1). */
export interface Acl {
    /**
     * Name. Letters, digits and `_ - . :`. Several of one name match when one of them does.
     */
    name: pulumi.Input<string>;
    /**
     * Criterion: `path_beg`, `hdr(host)`, `src`, `req.hdr(x-user),lower`, ….
     */
    criterion: pulumi.Input<string>;
    /**
     * Flags: `-i`, `-m`, `beg`, …, a word each. Default: none.
     */
    flags?: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * Values to compare with, each taken literally. Default: none.
     */
    values?: pulumi.Input<pulumi.Input<string>[]>;
}

/** A rule such as `http-request set-header X-Forwarded-Proto https if { ssl_fc }`: an action, its words and a condition. */
export interface Rule {
    /**
     * Name of the action: `set-header`, `deny`, `redirect`, `track-sc0`, `use-service`, ….
     */
    action: pulumi.Input<string>;
    /**
     * The words after the action. Each stays one word, with its spaces and quotes; `%[…]` works as in HAProxy. Default: none.
     */
    words?: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * `if` or `unless` and a condition, in HAProxy's words: `if is_admin !is_local`, `if { path_beg /api }`.
     * Values with quotes, backslashes or `#` need an `acl`. Default: always.
     */
    condition?: pulumi.Input<string>;
}

/** `use_backend NAME if …`: the first whose condition is true. */
export interface UseBackend {
    /**
     * Name of a `backend` or `listen`.
     */
    backend: pulumi.Input<string>;
    /**
     * `if` or `unless` and a condition, in HAProxy's words. Default: always.
     */
    condition?: pulumi.Input<string>;
}

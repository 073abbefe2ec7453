/**
 * The simple options of haproxy.cfg: one field, one keyword and at most one value each. `validate`, `defaults`, `render` and
 * `halb import` work on these tables. A new option is one documented field in `args/haproxy/` and one row here; CONTRIBUTING.md,
 * "Add an option of HAProxy", has the recipe. The order of the rows is their order in haproxy.cfg.
 */
import type { BackendArgs, FrontendArgs, HaproxyArgs, ServerArgs, TimeoutArgs } from "../args";

export type SectionKeyword = "listen" | "frontend" | "backend";

export type Value = string | number | boolean;

/** What a value may be. Of a `flag` the file has the keyword alone, where it is true. `time` is HAProxy's syntax (manual, 2.5). */
type Kind =
    | { is: "integer"; min: number; max: number }
    | { is: "flag" }
    | { is: "time" }
    | { is: "choice"; words: string[] };

export interface Option<Field extends string = string> {
    /** The name of the input. */
    field: Field;
    /** The words in haproxy.cfg, in front of the value. */
    keyword: string;
    kind: Kind;
    /** What this component writes where the input is absent. None: the line is absent too, and HAProxy's own default counts. */
    default?: Value;
    /** The sections that have the default. Absent: those of `sections`. */
    defaultIn?: readonly SectionKeyword[];
    /** What HAProxy itself does where the line is absent. `halb import` writes it down if the default differs. Of a flag: false. */
    ofHaproxy?: Value;
    /** Absent: any mode. In mode tcp an option of HTTP is rejected, and its default is left out. */
    mode?: "http";
    /** The sections that take it. Absent: all. HAProxy warns of it in others, and this component treats a warning as an error. */
    sections?: readonly SectionKeyword[];
    /** The field without which the option has no effect, if that is false. */
    needs?: Field;
    /** The first version of HAProxy that knows the keyword, where that is later than Debian 12's 2.6. */
    since?: string;
}

const count: Kind = { is: "integer", min: 1, max: 10_000_000 };
const checks: Kind = { is: "integer", min: 1, max: 1_000_000 };
const flag: Kind = { is: "flag" };
const time: Kind = { is: "time" };
const choice = (...words: string[]): Kind => ({ is: "choice", words });

const frontSections = ["listen", "frontend"] as const;
const backSections = ["listen", "backend"] as const;

/** Of `listen`, `frontend` and `backend`, behind `bind` and the log's format. */
export const sectionOptions: Option<keyof (FrontendArgs & BackendArgs)>[] = [
    { field: "maxconn", keyword: "maxconn", kind: count, sections: frontSections },
    {
        field: "restrictReqHdrNames",
        keyword: "option http-restrict-req-hdr-names",
        kind: choice("preserve", "delete", "reject"),
        default: "delete",
        ofHaproxy: "preserve",
        sections: frontSections,
        mode: "http",
    },
    {
        field: "forwardfor",
        keyword: "option forwardfor",
        kind: flag,
        default: true,
        defaultIn: frontSections,
        mode: "http",
    },
    { field: "httpServerClose", keyword: "option http-server-close", kind: flag, mode: "http" },
    { field: "retries", keyword: "retries", kind: { is: "integer", min: 0, max: 1000 }, sections: backSections },
    {
        field: "httpReuse",
        keyword: "http-reuse",
        kind: choice("never", "safe", "aggressive", "always"),
        mode: "http",
        sections: backSections,
    },
];

/** The words of a `server` line. */
export const serverOptions: Option<keyof ServerArgs>[] = [
    { field: "weight", keyword: "weight", kind: { is: "integer", min: 0, max: 256 } },
    { field: "maxconn", keyword: "maxconn", kind: count },
    { field: "backup", keyword: "backup", kind: flag },
    { field: "check", keyword: "check", kind: flag, default: true },
    { field: "inter", keyword: "inter", kind: time, needs: "check" },
    { field: "fall", keyword: "fall", kind: checks, needs: "check" },
    { field: "rise", keyword: "rise", kind: checks, needs: "check" },
    { field: "slowstart", keyword: "slowstart", kind: time, needs: "check" },
    { field: "sendProxy", keyword: "send-proxy-v2", kind: flag },
    { field: "disabled", keyword: "disabled", kind: flag },
];

/** Timeouts, in `defaults` with a default, and in a section without one. */
export const timeoutOptions: Option<keyof TimeoutArgs>[] = [
    { field: "connect", keyword: "timeout connect", kind: time, sections: backSections, default: "5s" },
    { field: "client", keyword: "timeout client", kind: time, sections: frontSections, default: "50s" },
    { field: "server", keyword: "timeout server", kind: time, sections: backSections, default: "50s" },
    { field: "httpRequest", keyword: "timeout http-request", kind: time, default: "10s" },
    { field: "httpKeepAlive", keyword: "timeout http-keep-alive", kind: time, default: "10s" },
    { field: "queue", keyword: "timeout queue", kind: time, sections: backSections, default: "10s" },
    { field: "check", keyword: "timeout check", kind: time, sections: backSections },
    { field: "tunnel", keyword: "timeout tunnel", kind: time, sections: backSections, default: "1h" },
];

/** At the end of `global`, in front of the user's lines. */
export const globalOptions: Option<keyof HaproxyArgs>[] = [
    { field: "ocspUpdate", keyword: "ocsp-update.mode on", kind: flag, since: "3.0" },
];

/** The same options without their defaults. */
export const sectionTimeoutOptions = timeoutOptions.map(({ default: _, ...option }) => option);

/** The fields that are set, by their names. */
export type Options = Record<string, Value>;

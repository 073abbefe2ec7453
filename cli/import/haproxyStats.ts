/** `stats` lines of haproxy.cfg, and sections that have nothing else in them. */
import type { StatsArgs } from "../../components/args";
import type { Section } from "./haproxyText";

export interface ImportedStats {
    args: StatsArgs;
    notes: string[];
}

/** A line, without its first word. */
export function importStats([what, ...rest]: string[], { args, notes }: ImportedStats): void {
    args.enable = true;
    if (what === "uri") {
        args.uri = rest[0];
    } else if (what === "auth" && args.password === undefined) {
        [args.user, args.password] = rest[0].split(/:(.*)/s);
    } else if (what === "auth") {
        notes.push(`haproxy.cfg: the statistics page has one user here; "${rest[0].split(":")[0]}" is left out`);
    } else if (what !== "enable") {
        notes.push(`haproxy.cfg: "stats ${[what, ...rest].join(" ")}" has no counterpart, and is left out`);
    }
}

/** The port of a section that is there for the statistics page alone; undefined of any other one. */
export function portOfStatistics({ keyword, lines }: Section): number | undefined {
    const isOther = (line: string) =>
        !/^(bind|mode http$|stats|log global$|option httplog$|maxconn|timeout) ?/.test(line);
    const [bind, ...others] = lines.filter((line) => line.startsWith("bind "));
    const [, port] = /^bind \S*:(\d+)$/.exec(bind ?? "") ?? [];
    if (keyword === "backend" || others.length > 0 || !lines.some((line) => line.startsWith("stats "))) {
        return undefined;
    }
    return port === undefined || lines.some(isOther) ? undefined : Number(port);
}

/** What is to be said, at last. */
export function importedStats({ args, notes }: ImportedStats): ImportedStats {
    if (!args.enable) {
        return { args: { enable: false }, notes };
    }
    const { enable: _, ...rest } = args;
    const about =
        args.password === undefined
            ? "the statistics page has no password there; here it has a generated one (statisticsPassword)"
            : "the password of the statistics page is among the arguments: keep it as a secret";
    return { args: rest, notes: [...notes, `haproxy.cfg: ${about}`] };
}

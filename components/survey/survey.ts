/**
 * Asks a host for its drift and problems before anything is planned. remote.Command cannot read a host. So each step leaves a manifest with a
 * generation there, and the program asks once per run what no longer matches. A step that drifted gets a new generation, which changes its
 * command's text: the preview shows it, and the update repairs it. See docs/decisions/0005-how-drift-becomes-a-change.md.
 */

import { asRoot } from "../remote/commandLine";
import { payloadText } from "../remote/payload";
import { ask, type Login, Refused, Unreachable } from "../remote/ssh";
import type { Expectations } from "../steps/preflight";
import { script } from "../steps/script";
import { canonical } from "../values/canonical";

export interface Finding {
    step: string;
    what: string;
}

export interface Survey {
    /** Why the host did not answer. Undefined if it did. */
    unreachable?: string;
    /** The generation that each step was applied with last, by the step's name. */
    generations: Record<string, string>;
    drift: Finding[];
    /** Why the host cannot be part of a pair, each with what to do. */
    problems: string[];
    /** What is missing now and may be there once the pair is converged, each with what to do. */
    warnings: string[];
    /** The virtual IPs that the host holds. */
    holds: string[];
    /** The interface of each virtual IP on this host. */
    interfaces: Record<string, string>;
    /** The virtual IPs whose interface no earlier run has written to the host. */
    newVirtualIps: string[];
    /** Virtual IPs that are new to the host and that another machine answers for. */
    answered: string[];
    /** Virtual IPs that the host was given by an earlier run. */
    known: string[];
    /** How far the host's clock is ahead of the one here, in seconds. */
    clockAhead: number;
}

const nothing: Survey = {
    generations: {},
    drift: [],
    problems: [],
    warnings: [],
    holds: [],
    interfaces: {},
    newVirtualIps: [],
    answered: [],
    known: [],
    clockAhead: 0,
};

export function unreachable(why: string): Survey {
    return { ...nothing, unreachable: why };
}

/** The lines of survey.sh: a keyword and its fields, between tabs. */
export function parse(text: string, now = Date.now()): Survey {
    const survey: Survey = structuredClone(nothing);
    for (const [keyword, first, second] of text.split("\n").map((line) => line.split("\t"))) {
        if (keyword === "generation" && /^[a-z0-9]+$/.test(second)) {
            // It becomes a word of a command line, so only these characters.
            survey.generations[first] = second;
        } else if (keyword === "drift") {
            survey.drift.push({ step: first, what: second });
        } else if (keyword === "problem") {
            survey.problems.push(`${first}. What to do: ${second}`);
        } else if (keyword === "warning") {
            survey.warnings.push(`${first}. What to do: ${second}`);
        } else if (keyword === "holds") {
            survey.holds.push(canonical(first));
        } else if (keyword === "interface") {
            survey.interfaces[canonical(first)] = second;
        } else if (keyword === "new") {
            survey.newVirtualIps.push(canonical(first));
        } else if (keyword === "answers") {
            survey.answered.push(canonical(first));
        } else if (keyword === "known") {
            survey.known.push(canonical(first));
        } else if (keyword === "time") {
            survey.clockAhead = Number(first) - Math.round(now / 1000);
        }
    }
    return survey;
}

/** The scripts that `survey` in survey.sh consists of, in the order in which the shell reads them. */
export const surveyScripts = [
    "lib.sh",
    "pair.sh",
    "interfaces.sh",
    "address-conflicts.sh",
    "preflight.sh",
    "survey.sh",
];

/** Never throws for a fault of the host: that is in the result. */
export async function survey(login: Login, expected: Expectations): Promise<Survey> {
    const values = { ...expected };
    const input = [payloadText({ values }), ...surveyScripts.map(script), 'survey "$@"\n'].join("\n");
    try {
        const { code, stdout, stderr } = await ask(login, `${asRoot(login.user)}sh -s`, input);
        if (code === 0) {
            return parse(stdout);
        }
        if (/sudo:/.test(stderr)) {
            const way = `allow it (a line "${login.user} ALL=(ALL) NOPASSWD: ALL" in /etc/sudoers.d) or connect as root`;
            return { ...nothing, problems: [`sudo requires a password for ${login.user}. What to do: ${way}`] };
        }
        return unreachable(`survey failed with exit status ${code}: ${stderr.trim()}`);
    } catch (error) {
        if (error instanceof Refused) {
            return { ...nothing, problems: [error.message] };
        }
        if (error instanceof Unreachable) {
            return unreachable(error.message);
        }
        throw error;
    }
}

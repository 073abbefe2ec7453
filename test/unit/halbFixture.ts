/** What the tests of halb's commands share: a stand-in for a pair, and what a command prints and fails with. */
import { beforeEach, vi } from "vitest";
import { names, PairStandIn } from "../pairStandIn";
import { rejection } from "../rejection";
import { useSshStandIns } from "../sshStandIn";

export const [first, second] = names;

interface Used {
    pair: PairStandIn;
    /** The arguments of console.log and of console.error, a call each. */
    printed: string[];
    errors: string[];
}

/** A new pair for each test of the file. */
export function usePairStandIn(): Used {
    const used = {} as Used;
    useSshStandIns();
    beforeEach(async () => {
        used.printed = [];
        used.errors = [];
        vi.spyOn(console, "log").mockImplementation((text) => used.printed.push(text));
        vi.spyOn(console, "error").mockImplementation((text) => used.errors.push(text));
        used.pair = await PairStandIn.start();
    });
    return used;
}

/** Printed lines as one text, with the ports, seconds and counts replaced that differ from run to run. */
export function output(lines: string[]): string {
    return lines
        .join("\n")
        .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, "http://SITE")
        .replaceAll(/\d+\.\d+ s\b/g, "N s")
        .replaceAll(/\d+ of \d+ requests/g, "N of N requests");
}

/** The message of the error that a command fails with. */
export async function failure(command: Promise<unknown>): Promise<string> {
    return (await rejection(command)).message;
}

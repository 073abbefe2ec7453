/** From what the hosts said to the generation of each step. */
import type { Survey } from "./survey";

/** Differs from every recorded generation: the time, in a short form. One for the whole run. */
const fresh = Date.now().toString(36);

/** A step keeps its generation as long as its host remembers it and nothing of it drifted. */
export function generation(survey: Survey, step: string): string {
    const isDrifted = survey.drift.some((finding) => finding.step === step);
    return isDrifted ? fresh : (survey.generations[step] ?? fresh);
}

/** Adds drift that shows only in both surveys together: a virtual IP without a holder, or with two. */
export function withVirtualIps(surveys: Survey[], virtualIps: string[]): Survey[] {
    const [first, ...rest] = surveys;
    const areConverged = surveys.every((survey) => survey.unreachable === undefined && "health" in survey.generations);
    if (!areConverged) {
        return surveys;
    }
    const findings = virtualIps
        .map((address) => ({ address, holders: surveys.filter((survey) => survey.holds.includes(address)).length }))
        .filter(({ holders }) => holders !== 1)
        .map(({ address, holders }) => ({
            step: "health",
            what: `${address} is held by ${holders === 0 ? "no host" : "both hosts"}`,
        }));
    return [{ ...first, drift: [...first.drift, ...findings] }, ...rest];
}

/** What the hosts said that speaks against them, beyond what each could judge by itself. */
import type { Survey } from "./survey";

/** How far a host's clock may be from the one here, in seconds; further off, certificates and package lists begin to fail. */
const clockTolerance = 300;

export function clockProblem({ clockAhead }: Survey): string[] {
    const way = 'What to do: set it ("timedatectl set-ntp true" on the host), or set the clock of this machine';
    return Math.abs(clockAhead) <= clockTolerance
        ? []
        : [`its clock is ${Math.abs(clockAhead)} s ${clockAhead > 0 ? "ahead of" : "behind"} the one here. ${way}`];
}

/**
 * A virtual IP that is new to the pair and that another machine answers for. Told only where all hosts could be asked; one
 * that a host knows already may be on a host that is being replaced.
 */
export function strangers({ answered }: Survey, surveys: Survey[]): string[] {
    if (surveys.some((survey) => survey.unreachable !== undefined)) {
        return [];
    }
    return answered
        .filter((address) => !surveys.some(({ holds, known }) => [...holds, ...known].includes(address)))
        .map(
            (address) =>
                `another machine answers on the virtual IP ${address}. What to do: declare an address that nobody has, or take it from that machine`,
        );
}

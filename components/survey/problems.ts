/** Problems that a host cannot find by itself: its clock, and addresses that other machines hold. Used by index.ts. */
import type { Survey } from "./survey";

/** In seconds. With a larger difference, certificates and package lists begin to fail. */
const clockTolerance = 300;

export function clockProblem({ clockAhead }: Survey): string[] {
    const way = 'What to do: set it ("timedatectl set-ntp true" on the host), or set the clock of this machine';
    return Math.abs(clockAhead) <= clockTolerance
        ? []
        : [`clock is ${Math.abs(clockAhead)} s ${clockAhead > 0 ? "ahead of" : "behind"} this machine's. ${way}`];
}

/**
 * Virtual IPs that are new to the pair and that another machine holds. Only if all hosts were reached: an unreachable host may be that
 * machine. An address that a host already knows may be on a host that is being replaced.
 */
export function addressConflicts({ answered }: Survey, surveys: Survey[]): string[] {
    if (surveys.some((survey) => survey.unreachable !== undefined)) {
        return [];
    }
    return answered
        .filter((address) => !surveys.some(({ holds, known }) => [...holds, ...known].includes(address)))
        .map(
            (address) =>
                `another machine answers on the virtual IP ${address}. What to do: declare an address that no machine has, or remove it from that machine`,
        );
}

/** What an event of the availability table is, where it takes place, and the load balancer that it happens to. */
import type { Host } from "../host";
import type { Lab } from "../lab";

/** Where an event takes place. */
export interface Place {
    lab: Lab;
    /** The preferred host, which holds the virtual IP when an event begins, and the other one. */
    lb1: Host;
    lb2: Host;
}

export function placeOf(lab: Lab): Place {
    return { lab, lb1: lab.host("lb1"), lb2: lab.host("lb2") };
}

export interface Event {
    name: string;
    /** What should come of it, as the table says it. Each statement is a bound in `holds`. */
    expected: string;
    /** Whether it is about Heartbeat or the keeper, which keepalived has not got. */
    oursOnly?: true;
    /** When it is run: by `npm test` too, by `npm run test:all` only (the default), or for the table only, because it takes minutes. */
    tier?: "quick" | "table";
    /** What must be true of every run of it on this pair. Figures are for the table; these are for the tests. */
    holds: Limits;
    /** Whether the hosts do not see each other at its end: it is over then when the holder has not changed for 3 s. */
    endsApart?: true;
    /** After how many seconds an event that is not over has failed. Default: 60. */
    within?: number;
    /** What must have happened before the clocks run. */
    before?: (place: Place) => Promise<unknown>;
    /** The event itself. What comes of it is waited for. */
    action: (place: Place) => Promise<unknown>;
    /** Undoes what the event has done. */
    after?: (place: Place) => Promise<unknown>;
}

interface Limits {
    /** The holder when the clocks begin to run. Default: lb1. */
    before?: "lb2" | "lb1 and lb2" | "none";
    /** The holder at the end. */
    after: "lb1" | "lb2" | "lb1 and lb2";
    /** That no request fails, but for one at most at each move whose connection was open just then. */
    failed?: 0;
    /** The longest gap that a client may see, and the least one, in seconds. Generous: the machine is shared. */
    gap?: number;
    leastGap?: number;
    /** For how many seconds there may be more than one holder. */
    several?: number;
    /** That the holder never changes. */
    moves?: 0;
    /** Whether no host answers at the end. Otherwise the outage must end. */
    isDown?: true;
}

/** A load balancer that events happen to: this pair, or keepalived in `bench`. */
export interface Contender {
    name: string;
    /** Whether it has Heartbeat and a keeper, for the events that are about those. */
    isOurs: boolean;
    setUp(place: Place): Promise<void>;
    /** Leaves the hosts to the next one. */
    tearDown(place: Place): Promise<void>;
    /** Waits until lb1 holds the virtual IP and both hosts have settled. */
    rest(place: Place): Promise<void>;
    /** Why the hosts have not settled; undefined where they have. */
    whyNotAtRest(lab: Lab): Promise<string | undefined>;
}

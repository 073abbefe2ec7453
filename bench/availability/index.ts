/**
 * `npm run bench -- availability`: every event on this pair, and on keepalived where it has it too.
 * `npm run bench -- power-loss`: one of them, at several timings of both.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { events } from "../../lab/events";
import { restartBoth } from "../../lab/events/actions";
import type { Contender } from "../../lab/events/event";
import { type Event, type Place, placeOf } from "../../lab/events/event";
import { measure, type Outcome } from "../../lab/events/measure";
import { ours } from "../../lab/events/thisPair";
import type { Lab } from "../../lab/lab";
import { UserError } from "../../support/errors";
import { step } from "../../support/progress";
import { root } from "../../toolchain/paths";
import { machine, onBareHosts, table } from "../measure";
import { keepalived, timings } from "./contenders";
import { type AvailabilityRecord, find, load, record, save } from "./records";
import { drawing, gaps, page } from "./report";

const drawn = [
    "holder loses power",
    "HAProxy is stopped on the holder",
    "frozen holder thaws",
    "holder is shut down",
    "holder's cable is mended",
];

/** A contender, and what is still to be done to it. */
interface Work {
    make: () => Contender;
    events: Event[];
}

async function repeat(
    place: Place,
    contender: Contender,
    event: Event,
    { runs, labs }: Extent,
): Promise<AvailabilityRecord> {
    const outcomes: Outcome[] = [];
    const troubles: string[] = [];
    while (outcomes.length + troubles.length < runs) {
        try {
            outcomes.push(await measure(place, contender, event));
        } catch (error) {
            // What goes wrong once belongs in the table, and must not cost the others theirs.
            troubles.push((error as Error).message);
            console.log(`${contender.name}: ${event.name}: ${(error as Error).message}`);
            await restartBoth(place);
        }
    }
    const lost = outcomes.map(({ failed }) => failed).join(" ");
    const own = record(contender.name, event, labs, outcomes, troubles);
    console.log(`${contender.name}: ${event.name}: gap ${gaps(own)} s, lost ${lost}`);
    return own;
}

interface Extent {
    /** Of each event. */
    runs: number;
    /** Side by side. */
    labs: number;
}

/** All contenders in turn on the same hosts. Several labs take their events from the same list. */
async function workOff(
    lab: Lab,
    works: Work[],
    extent: Extent,
    keep: (own: AvailabilityRecord) => void,
): Promise<void> {
    const place = placeOf(lab);
    for (const { make, events: left } of works.filter(({ events: list }) => list.length > 0)) {
        const contender = make();
        await step(`${contender.name}: setting up`, () => contender.setUp(place));
        for (let event = left.shift(); event; event = left.shift()) {
            keep(await repeat(place, contender, event, extent));
        }
        await contender.tearDown(place);
    }
}

/** `keep` gets each record as soon as there is one. */
async function measureAll(works: Work[], extent: Extent, keep: (own: AvailabilityRecord) => void): Promise<void> {
    await Promise.all(
        Array.from({ length: extent.labs }, () => onBareHosts((lab) => workOff(lab, works, extent, keep))),
    );
}

const asShipped = () => keepalived(2, 1);
const others = [asShipped, () => keepalived(3, 0.1), () => keepalived(3, 0.05)];
/** Of the page. The timings meet in power-loss. */
const contenders = [() => ours(), asShipped];

/** Only events whose name matches `only`. The page is written when there is a record of each. */
export async function availability(runs: number, { only, labs }: { only?: string; labs: number }): Promise<void> {
    const chosen = events.filter(({ name }) => only === undefined || new RegExp(only).test(name));
    if (chosen.length === 0) {
        throw new UserError(
            `--only: no event matches "${only}"; there are:\n${events.map(({ name }) => `  ${name}`).join("\n")}`,
        );
    }
    // The long ones first, so that no lab is left alone with one.
    const inOrder = [...chosen].sort((a, b) => Number(b.tier === "table") - Number(a.tier === "table"));
    const works = contenders.map((make) => ({ make, events: inOrder.filter((event) => goesThrough(make(), event)) }));
    await measureAll(works, { runs, labs }, save);
    const records = load();
    const left = contenders
        .map((make) => make())
        .flatMap((contender) =>
            events
                .filter((event) => goesThrough(contender, event) && !find(records, contender.name, event))
                .map(({ name }) => `  ${contender.name}: ${name}`),
        );
    if (left.length > 0) {
        console.log(["docs/availability.md is written when these are measured too:", ...left].join("\n"));
        return;
    }
    const names = contenders.map((make) => make().name);
    writeFileSync(join(root, "docs", "availability.md"), page(records, events, names));
    writeFileSync(join(root, "docs", "availability.svg"), drawing(records, drawn));
    console.log("wrote docs/availability.md and docs/availability.svg");
}

function goesThrough({ isOurs }: Contender, { oursOnly }: Event): boolean {
    return isOurs || !oursOnly;
}

export async function powerLoss(runs: number): Promise<void> {
    const [event] = events.filter(({ name }) => name === "holder loses power");
    const works = [...timings, ...others].map((make) => ({ make, events: [event] }));
    const measured: AvailabilityRecord[] = [];
    await measureAll(works, { runs, labs: 1 }, (own) => measured.push(own));
    const rows = measured.map((own) => [
        own.contender,
        gaps(own),
        String(Math.max(...own.runs.map(({ both }) => both))),
        own.troubles.join("; "),
    ]);
    console.log(
        `\n${machine()}; the holder loses power ${runs} times each, on the same hosts; least / median / most\n`,
    );
    console.log(table(["", "gap in s", "two holders for, in s", "runs that failed"], rows));
}

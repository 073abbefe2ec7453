/**
 * `npm run bench -- availability`: every event on this pair, and on keepalived where it has it too.
 * `npm run bench -- power-loss`: one of them, at several timings of both.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "../../lab/lab";
import { root } from "../../toolchain/paths";
import { step, UserError } from "../../toolchain/shell";
import { machine, onBareHosts, spread, table } from "../measure";
import { type Contender, keepalived, ours, timings } from "./contenders";
import { events } from "./events";
import { restartBoth } from "./events/actions";
import { type Event, measure, type Outcome, type Place, placeOf } from "./harness";
import { drawing, type Measured, page } from "./report";

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

async function repeat(place: Place, contender: Contender, event: Event, runs: number): Promise<Measured> {
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
    console.log(`${contender.name}: ${event.name}: gap ${spread(outcomes.map(({ gap }) => gap))} s, lost ${lost}`);
    return { contender: contender.name, event, outcomes, troubles };
}

/** All contenders in turn on the same hosts. Several labs take their events from the same list. */
async function workOff(lab: Lab, works: Work[], runs: number): Promise<Measured[]> {
    const place = placeOf(lab);
    const measured: Measured[] = [];
    for (const { make, events: left } of works.filter(({ events: list }) => list.length > 0)) {
        const contender = make();
        await step(`${contender.name}: setting up`, () => contender.setUp(place));
        for (let event = left.shift(); event; event = left.shift()) {
            measured.push(await repeat(place, contender, event, runs));
        }
        await contender.tearDown(place);
    }
    return measured;
}

async function measureAll(works: Work[], runs: number, labs: number): Promise<Measured[]> {
    const all = Array.from({ length: labs }, () => onBareHosts((lab) => workOff(lab, works, runs)));
    return (await Promise.all(all)).flat();
}

const asShipped = () => keepalived(2, 1);
const others = [asShipped, () => keepalived(3, 0.1), () => keepalived(3, 0.05)];
/** Of the page. The timings meet in power-loss. */
const contenders = [() => ours(), asShipped];

/** Only events whose name matches `only`; what is left out is not written to the page, so that then none is written. */
export async function availability(runs: number, { only, labs }: { only?: string; labs: number }): Promise<void> {
    const chosen = events.filter(({ name }) => only === undefined || new RegExp(only).test(name));
    if (chosen.length === 0) {
        throw new UserError(
            `--only: no event matches "${only}"; there are:\n${events.map(({ name }) => `  ${name}`).join("\n")}`,
        );
    }
    // The long ones first, so that no lab is left alone with one.
    const inOrder = [...chosen].sort((a, b) => Number(b.isLong ?? false) - Number(a.isLong ?? false));
    const works = contenders.map((make) => ({
        make,
        events: inOrder.filter(({ oursOnly }) => make().isOurs || !oursOnly),
    }));
    const measured = await measureAll(works, runs, labs);
    measured.sort((a, b) => events.indexOf(a.event) - events.indexOf(b.event));
    const names = contenders.map((make) => make().name);
    const text = page(measured, names, { runs, labs, date: new Date().toISOString().slice(0, 10) });
    if (only !== undefined) {
        console.log(`\n${text}`);
        return;
    }
    writeFileSync(join(root, "docs", "availability.md"), text);
    writeFileSync(join(root, "docs", "availability.svg"), drawing(measured, drawn));
    console.log("wrote docs/availability.md and docs/availability.svg");
}

export async function powerLoss(runs: number): Promise<void> {
    const [event] = events.filter(({ name }) => name === "holder loses power");
    const works = [...timings, ...others].map((make) => ({ make, events: [event] }));
    const measured = await measureAll(works, runs, 1);
    const rows = measured.map(({ contender, outcomes, troubles }) => [
        contender,
        spread(outcomes.map(({ gap }) => gap)),
        String(Math.max(...outcomes.map(({ several }) => several))),
        troubles.join("; "),
    ]);
    console.log(
        `\n${machine()}; the holder loses power ${runs} times each, on the same hosts; least / median / most\n`,
    );
    console.log(table(["", "gap in s", "most looks at two holders", "runs that failed"], rows));
}

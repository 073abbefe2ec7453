/** What a client sees of an action, and who holds the address meanwhile. */
import { HolderWatch, type Holding } from "./holders";
import type { Lab } from "./lab";
import { Probe, type ProbeOptions, type Sighting } from "./probe";

export interface Seen extends Sighting, Holding {}

/** Both are watched until the action ends, also where it fails. `address` is as it stands in a URL. */
export async function seenDuring(
    lab: Lab,
    address: string,
    action: (watch: HolderWatch) => Promise<unknown>,
    options?: ProbeOptions,
): Promise<Seen> {
    const probe = await Probe.start(lab, `http://${address}/`, options);
    const watch = await HolderWatch.start(lab, address);
    let seen: Seen;
    try {
        await action(watch);
    } finally {
        seen = { ...(await watch.stop()), ...(await probe.stop()) };
    }
    return seen;
}

/** What several events do. */
import { sleep } from "../../../toolchain/shell";
import type { Place } from "../harness";

export async function losePower({ lb1 }: Place): Promise<void> {
    await lb1.powerOff();
    await sleep(4000);
}

export async function bothLosePower({ lb1, lb2 }: Place): Promise<void> {
    await Promise.all([lb1.powerOff(), lb2.powerOff()]);
}

/** Both boot anew: what a run that failed has left behind is gone then. */
export async function restartBoth(place: Place): Promise<void> {
    await bothLosePower(place);
    await Promise.all([place.lb1.boot(), place.lb2.boot()]);
}

export function bootFirst({ lb1 }: Place): Promise<void> {
    return lb1.boot();
}

/** Runs a command on both load balancers at once. */
export function onBoth({ lb1, lb2 }: Place, command: string): Promise<string[]> {
    return Promise.all([lb1, lb2].map((host) => host.run(command)));
}

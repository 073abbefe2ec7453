/** What several events do. */

import { until } from "../../support/wait";
import type { Host } from "../host";
import { virtualIp } from "../pulumi";
import { holdersOf, untilDead } from "../rest";
import type { Place } from "./event";

type Holders = "none" | "lb1" | "lb2" | "lb1 and lb2";

/** Waits until these hosts hold the virtual IP, and no other one does. */
export async function untilHeldBy({ lab }: Place, holders: Holders, limit = 60_000): Promise<void> {
    await until(`${virtualIp} is on ${holders}`, limit, async () => {
        return ((await holdersOf(lab)).join(" and ") || "none") === holders;
    });
}

export function untilStandbyIsDead({ lb1, lb2 }: Place): Promise<void> {
    return untilDead(lb1, lb2);
}

/** Waits until the keeper of a host knows that the host cannot serve. */
export async function untilUnfit(host: Host): Promise<void> {
    const said = () => host.run("journalctl -q -u ha-load-balancer-pair -o cat -g 'serve' | tail -n 1");
    await until(`${host.name}'s keeper knows that it is unfit`, 20_000, async () => /can't serve/.test(await said()));
}

/** Asks Heartbeat on lb1 to hand over, as an operator does: again, where it was just busy with something else. */
export async function handOver(place: Place): Promise<void> {
    for (let i = 0; i < 5; i++) {
        await place.lb1.run("/usr/share/heartbeat/hb_standby all");
        const isDone = await untilHeldBy(place, "lb2", 3000).then(
            () => true,
            () => false,
        );
        if (isDone) {
            return;
        }
    }
}

export const takeBack = ({ lb1 }: Place) => lb1.run("/usr/share/heartbeat/hb_takeover local");

export function losePower({ lb1 }: Place): Promise<void> {
    return lb1.powerOff();
}

export async function losePowerAndMove(place: Place): Promise<void> {
    await losePower(place);
    await untilHeldBy(place, "lb2");
}

export async function bothLosePower({ lb1, lb2 }: Place): Promise<void> {
    await Promise.all([lb1.powerOff(), lb2.powerOff()]);
}

export async function bothBoot({ lb1, lb2 }: Place): Promise<void> {
    await Promise.all([lb1.boot(), lb2.boot()]);
}

/** Switches both off and on: this removes what a failed run left behind. */
export async function restartBoth(place: Place): Promise<void> {
    await bothLosePower(place);
    await bothBoot(place);
}

export function bootFirst({ lb1 }: Place): Promise<void> {
    return lb1.boot();
}

/** Runs a command on both load balancers at once. */
export function onBoth({ lab }: Place, command: string): Promise<string[]> {
    return lab.onLoadBalancers(command);
}

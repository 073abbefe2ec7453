/** This pair as the load balancer that events happen to. */
import type { Stack } from "../../toolchain/stack";
import { labStack } from "../pulumi";
import { untilRest, whyNotAtRest } from "../rest";
import type { Contender } from "./event";

/** This pair, by `pulumi up`. */
export function ours(timing?: { keepalive: string; deadtime: string }): Contender {
    let stack: Stack;
    return {
        name: timing ? `this pair, ${timing.keepalive} / ${timing.deadtime}` : "this pair",
        isOurs: true,
        async setUp({ lab }) {
            stack = await labStack(lab, timing ? { heartbeat: timing } : {});
            await stack.up();
        },
        async tearDown() {
            await stack.destroy();
        },
        rest: ({ lab }) => untilRest(lab, "lb1"),
        whyNotAtRest,
    };
}

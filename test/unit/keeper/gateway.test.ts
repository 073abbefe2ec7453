/** How long the keeper says that its gateway has not answered. */
import { expect, test } from "vitest";
import { python } from "./python";

/** Runs lines with a gateway that has answered just now, and the clock under control. */
const gateway = (lines: string) =>
    python(`
import json, time
import clock, gateway
now = [1000.0]
time.monotonic = lambda: now[0]
gateway.read = lambda path: "192.0.2.1"
gateway._raw = lambda family, protocol: None
clock.advance(now[0])
me = gateway.Gateway({"ping": ["192.0.2.1"]})
me.look()
answers = []
def after(seconds, steps=1):
    for _ in range(steps):
        now[0] += seconds / steps
        clock.advance(now[0])
        me.look()
    answers.append(round(me.lost_for() or 0, 1))
${lines}
print(json.dumps(answers))
`);

test("since its last answer, once that is overdue", () => {
    expect(gateway("after(1, 4); after(1, 4); after(2, 8)")).toEqual([0, 2, 4]);
});

test("not for the time in which a frozen host did not ask", () => {
    expect(gateway("after(60); after(1, 4)")).toEqual([0, 1.5]);
});

test("a host that asks late forgets nothing of the time before", () => {
    expect(gateway("after(2, 8); after(1.5); after(1, 4)")).toEqual([2, 2.5, 3.5]);
});

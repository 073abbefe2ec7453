/** When the keeper declares its peer dead. */
import { describe, expect, test } from "vitest";
import { python } from "./python";

describe("the keeper declares its peer dead", () => {
    /** Runs lines with a Death, a peer and a gateway to tell things of, and the clock under control. */
    const death = (lines: string, settings = "") =>
        python(`
import json, socket, struct, time
import arrival, clock, death
from types import SimpleNamespace
stamps = []
death._heartbeats = lambda port: SimpleNamespace(recvmsg=lambda size, more: (packet, stamps, 0, None))
now = [1000.0]
time.monotonic = lambda: now[0]
clock.advance(now[0])
left = [False]
peer = SimpleNamespace(heard_at=None, has_left=lambda: left[0])
answered_at = [None]
gateway = SimpleNamespace(has_answered_since=lambda moment: answered_at[0] is None or answered_at[0] > moment)
me = death.Death({"peer": "b", "udpport": 694, "deadtime": 1.0, "fencing": None, ${settings}}, peer, gateway)
packet = b"###\\n6:(0)src=b,%%%"
answers = []
def after(seconds):
    now[0] += seconds
    clock.advance(now[0])
    me.look()
    answers.append(me.is_recent())
${lines}
print(json.dumps(answers))
`);

    test("at deadtime, and not for longer than Heartbeat may take to say so too", () => {
        expect(death("me.hear(); after(0.9); after(0.2); after(1.9); after(0.2)")).toEqual([false, true, true, false]);
    });

    test("again when it was heard meanwhile", () => {
        expect(death("me.hear(); after(1.1); after(3); me.hear(); after(0.1); after(1)")).toEqual([
            true,
            false,
            false,
            true,
        ]);
    });

    test("not while its keeper is heard, and not by somebody else's heartbeats", () => {
        expect(death("me.hear(); now[0] += 0.9; peer.heard_at = now[0]; after(0.9); after(0.2)")).toEqual([
            false,
            true,
        ]);
        expect(death("me.hear(); now[0] += 0.9; packet = b'6:(0)src=bb,'; me.hear(); after(0.2)")).toEqual([true]);
    });

    test("not one that it has never heard, and not one whose keeper said that it ends", () => {
        expect(death("after(5)")).toEqual([false]);
        expect(death("me.hear(); left[0] = True; after(5); me.is_told('dead b'); after(0)")).toEqual([false, true]);
    });

    test("by when a heartbeat came in, however late it was read, and whatever became of the time of day", () => {
        const waited = (seconds: number) =>
            `me.hear(); after(0.5); now[0] += 0.2; moment = time.time() - ${seconds}; ` +
            "stamps.append((socket.SOL_SOCKET, 35, struct.pack('@ll', int(moment), int(moment % 1 * 1e9)))); " +
            "me.hear(); answers.append(round(me.due() - now[0], 2))";
        expect(death(waited(0.1))).toEqual([false, 0.9]);
        expect(death(waited(3600))).toEqual([false, 0.8]);
        expect(death(waited(-3600))).toEqual([false, 1]);
    });

    test("not when this host was frozen after it had heard everything", () => {
        expect(death("me.hear(); now[0] += 5; me.look(); answers.append(me.is_recent())")).toEqual([false]);
    });

    test("not when this host stood still meanwhile, or is the one that is cut off", () => {
        expect(death("me.hear(); now[0] += 5; me.was_asleep(); after(0); after(0.9); after(0.2)")).toEqual([
            false,
            false,
            true,
        ]);
        expect(death("answered_at[0] = now[0] - 0.1; me.hear(); after(1.1); after(1)")).toEqual([false, false]);
        expect(death("me.hear(); answered_at[0] = now[0] + 0.1; after(1.1)")).toEqual([true]);
    });

    test("not on its own where that means to switch it off, but on Heartbeat's word, until that lets something go", () => {
        expect(
            death(
                "me.hear(); after(1.1); me.is_told('dead bb'); after(0); me.is_told('dead b'); after(0); me.is_told('stopped'); after(0)",
                '"fencing": {}',
            ),
        ).toEqual([false, false, true, false]);
    });
});

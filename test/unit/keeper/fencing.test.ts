/** Whom the keeper fences, and when. */
import { describe, expect, test } from "vitest";
import { python } from "./python";

describe("the keeper fences", () => {
    /** Runs lines with a Fencing of the node's (its peer is "b"), a peer to tell things of, and the clock under control. */
    const fencing = (node: string, lines: string) =>
        python(`
import json, tempfile, time
import fencing
from types import SimpleNamespace
fencing.SUSPECT = tempfile.mkdtemp() + "/peer-may-hold"
fencing.log = lambda text: None
now = [1000.0]
time.monotonic = lambda: now[0]
class Peer:
    heard_at = None
    said = {}
    def silence(self): return float("inf") if self.heard_at is None else now[0] - self.heard_at
    def is_fresh(self): return self.silence() < 1
    def says(self, heartbeat, held="no"):
        self.heard_at = now[0]
        self.said = {"heartbeat": heartbeat, "virtualIps": {"v": {"held": held}}}
        for one in alive: one.look(self)
peer = Peer()
alive = []
def start(command="/bin/true"):
    one = fencing.Fencing({"node": "${node}", "peer": "b", "fencing": {"command": command, "timeout": 9}})
    alive[:] = [one]
    return one
def ends(one):
    # A look before this may have seen it end already.
    if one._process: one._process.wait()
    one.look(peer)
answers = []
def ask(one): answers.append(one.is_due(peer))
me = start()
${lines}
print(json.dumps(answers))
`);

    test("only whom it has met, also when it has been restarted since", () => {
        expect(fencing("a", "ask(me); peer.says(True); ask(me); now[0] += 2; ask(me); me = start(); ask(me)")).toEqual([
            false,
            false,
            true,
            true,
        ]);
    });

    test("nobody who has said farewell, but who still has a virtual IP", () => {
        expect(
            fencing(
                "a",
                'peer.says(True); peer.says(False); now[0] += 2; ask(me); peer.says(False, "held"); now[0] += 2; ask(me)',
            ),
        ).toEqual([false, true]);
    });

    test("once, and again when that failed or the peer was heard meanwhile", () => {
        const silent = "peer.says(True); now[0] += 2; me.begin(peer, False)";
        expect(fencing("a", `${silent}; ask(me); ends(me); ask(me); me = start(); ask(me)`)).toEqual([
            true,
            false,
            false,
        ]);
        expect(fencing("a", `me = start("/bin/false"); ${silent}; ends(me); ask(me)`)).toEqual([true]);
        expect(fencing("a", `${silent}; peer.says(True); ends(me); now[0] += 2; ask(me)`)).toEqual([true]);
    });

    test("the second host waits, where both have something to lose", () => {
        const begins = (holds: string) =>
            `peer.says(True); now[0] += 2; me.begin(peer, ${holds}); answers.append(me._process is not None); ` +
            `now[0] += 8; me.begin(peer, ${holds}); answers.append(me._process is not None)`;
        expect(fencing("a", begins("True"))).toEqual([true, true]);
        expect(fencing("c", begins("False"))).toEqual([true, true]);
        expect(fencing("c", begins("True"))).toEqual([false, true]);
    });

    test("the second host waits for one that it has not met since it was started, too", () => {
        const begins =
            "peer.says(True); peer.heard_at = None; me = start(); me.begin(peer, False); now[0] += 2; me.begin(peer, False); " +
            "answers.append(me._process is not None); now[0] += 8; me.begin(peer, False); answers.append(me._process is not None)";
        expect(fencing("a", begins)).toEqual([true, true]);
        expect(fencing("c", begins)).toEqual([false, true]);
    });

    test("nobody who is late by a moment", () => {
        const begins = "peer.says(True); now[0] += 0.5; me.begin(peer, False); answers.append(me._process is not None)";
        expect(fencing("a", begins)).toEqual([false]);
    });
});

/** The keeper's parts that need no host: what it decides, and whom it believes. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { heartbeatDefaults, virtualIpDefaults } from "../../components/defaults";
import { keeper } from "../../components/render/keeper";

const program = join(__dirname, "..", "..", "components", "host", "keeper");

/** Runs lines of Python beside the keeper's modules; what they print, as JSON. */
function python(lines: string, input: unknown = null): unknown {
    const { status, stdout, stderr } = spawnSync("python3", ["-B", "-c", lines], {
        env: { PYTHONPATH: program, PATH: process.env.PATH },
        input: JSON.stringify(input),
        encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    return JSON.parse(stdout);
}

interface Side {
    held: "held" | "lingering" | "no";
    age: number;
    wanted: boolean;
    healthy: boolean;
}

interface Case {
    me?: Partial<Side> & {
        isolated?: boolean;
        heartbeat?: boolean;
        settled?: boolean;
        must_fence?: boolean;
        may_have_connections?: boolean;
    };
    peer?: Partial<Side> & { fresh?: boolean; heartbeat?: boolean };
    preferred?: boolean;
}

const side: Side = { held: "no", age: 0, wanted: false, healthy: true };

function decide({ me = {}, peer = {}, preferred = true }: Case): unknown {
    return python("import json, sys; from decide import decide; print(json.dumps(decide(*json.load(sys.stdin))))", [
        {
            ...side,
            isolated: false,
            heartbeat: true,
            settled: true,
            must_fence: false,
            may_have_connections: false,
            ...me,
        },
        { ...side, fresh: true, heartbeat: true, ...peer },
        preferred,
    ]);
}

describe("the keeper decides", () => {
    const cases: [string, string, Case][] = [
        ["takes what Heartbeat wants here and nobody has", "take", { me: { wanted: true } }],
        ["takes it from a peer that is silent", "take", { me: { wanted: true }, peer: { fresh: false, held: "held" } }],
        ["takes what the peer has let go", "take", { me: { wanted: true }, peer: { held: "lingering" } }],
        ["leaves what the peer holds", "nothing", { me: { wanted: true }, peer: { held: "held", wanted: true } }],
        ["does nothing before it knows of the peer", "nothing", { me: { wanted: true, settled: false } }],
        ["keeps what lingers even then", "linger", { me: { held: "lingering", settled: false } }],
        ["leaves what nobody wants here", "nothing", {}],
        [
            "takes nothing while it is cut off",
            "nothing",
            { me: { wanted: true, isolated: true }, peer: { fresh: false } },
        ],
        [
            "lets go what nobody can reach here",
            "drop",
            { me: { held: "held", wanted: true, isolated: true }, peer: { fresh: false } },
        ],
        ["fences a silent peer first", "fence", { me: { wanted: true, must_fence: true }, peer: { fresh: false } }],
        [
            "does not take what it can't serve and the peer can",
            "nothing",
            { me: { wanted: true, healthy: false }, peer: { held: "lingering" } },
        ],
        [
            "takes it where Heartbeat has ended on the peer",
            "take",
            { me: { wanted: true, healthy: false }, peer: { heartbeat: false } },
        ],
        ["takes what neither can serve", "take", { me: { wanted: true, healthy: false }, peer: { healthy: false } }],
        ["keeps what it was told to let go until the peer has it", "linger", { me: { held: "lingering" } }],
        ["then no longer", "nothing", { me: { held: "lingering" }, peer: { held: "held" } }],
        [
            "but for its open connections",
            "linger",
            { me: { held: "lingering", heartbeat: false, may_have_connections: true }, peer: { held: "held" } },
        ],
        ["nor when Heartbeat has ended here", "nothing", { me: { held: "lingering", heartbeat: false } }],
        [
            "of two that linger, the one that took it last keeps it",
            "nothing",
            { me: { held: "lingering", age: 9 }, peer: { held: "lingering", age: 2 } },
        ],
        [
            "gives a healthy peer that wants it too what it can't serve",
            "yield",
            { me: { held: "held", wanted: true, healthy: false }, peer: { wanted: true } },
        ],
        [
            "keeps it where the peer is no better",
            "nothing",
            { me: { held: "held", wanted: true, healthy: false }, peer: { wanted: true, healthy: false } },
        ],
    ];

    test.each(cases)("%s: %s", (_, action, given) => {
        expect(decide(given)).toBe(action);
    });

    const holds = (age: number, more: Partial<Side> = {}) => ({ held: "held" as const, wanted: true, age, ...more });

    test.each([
        ["the one that took it first lets go", holds(60), holds(2), "drop", "nothing"],
        ["begun together, the preferred host keeps it", holds(2), holds(2.3), "nothing", "drop"],
        ["the one that can't serve lets go", holds(2, { healthy: false }), holds(60), "drop", "nothing"],
    ])("of two holders %s", (_, first, second, firstDoes, secondDoes) => {
        expect(decide({ me: first, peer: second, preferred: true })).toBe(firstDoes);
        expect(decide({ me: second, peer: first, preferred: false })).toBe(secondDoes);
    });
});

describe("the keeper believes", () => {
    /** Sends packets from one keeper to itself as its peer; which of them it took. */
    const hear = (lines: string) =>
        python(`
import json, socket, sys, tempfile, time
import peer
keys = tempfile.mkdtemp()
peer.KEYS_EVERY = 0
peer.KEY_FILES = (keys + "/authkeys", keys + "/authkeys.new")
peer.FORMER_PEERS = keys + "/former-peers"
def write(name, secret):
    open(keys + "/" + name, "w").write("auth 1\\n1 sha1 " + secret + "\\n")
write("authkeys", "one")
free = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); free.bind(("", 0)); port = free.getsockname()[1]; free.close()
config = {"node": "a", "peer": "a", "port": port, "peerAddresses": ["127.0.0.1"], "silence": 1}
me = peer.Peer(config)
sock = me.sockets[socket.AF_INET]; sock.setblocking(True); sock.settimeout(2)
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
def send(packet): out.sendto(packet, ("127.0.0.1", port))
def grab(): return sock.recvfrom(65536)[0]
heard = []
def hear(): heard.append(me.hear(sock))
${lines}
print(json.dumps(heard))
`);

    test("what is signed with the secret", () => {
        expect(hear("me.tell({}); hear()")).toEqual([true]);
    });

    test("nothing twice, and nothing that was changed on the way", () => {
        expect(
            hear(
                "me.tell({}); packet = grab(); send(packet); hear(); send(packet); hear(); me.tell({}); send(grab()[:-1] + b' '); hear()",
            ),
        ).toEqual([true, false, false]);
    });

    test("nobody with another secret, and both secrets while the new one lies ready", () => {
        expect(
            hear(
                'me.tell({}); old = grab(); time.sleep(0.02); write("authkeys", "two"); send(old); hear(); me.tell({}); new = grab(); ' +
                    'time.sleep(0.02); write("authkeys", "one"); write("authkeys.new", "two"); send(new); hear()',
            ),
        ).toEqual([false, true]);
    });

    /** A former peer "b", which still takes "a" for its own. */
    const former = `
open(peer.FORMER_PEERS, "w").write("b\\n")
out.settimeout(2); out.bind(("", 0))
peer._bound = lambda family, port: sock
me = peer.Peer({**config, "node": "a", "peer": "c"})
peer._bound = lambda family, port: out
former = peer.Peer({**config, "node": "b", "peer": "a"})
def has(held): return {"virtualIps": {"v": {"held": held, "age": 1.0, "wanted": held == "held", "via": None}}}
def ask(held):
    me.tell(has(held)); grab()
    former.tell(has("no")); hear()
    heard.append(former.hear(out) and former.said["virtualIps"]["v"]["held"])
`;

    test("nothing of a former peer's, but answers it that the virtual IPs are taken, where they are", () => {
        expect(hear(`${former}ask("held"); ask("lingering"); ask("no")`)).toEqual([
            false,
            "held",
            false,
            "held",
            false,
            "no",
        ]);
    });

    test("what it was told when it left the pair for a minute", () => {
        expect(
            hear(`${former}ask("held"); heard.clear(); former.heard_at -= 50; heard.append(former.is_fresh())
former.heard_at -= 20; heard.append(former.is_fresh())`),
        ).toEqual([true, false]);
    });

    test("no answer that was meant for another one, and no question twice", () => {
        expect(
            hear(`${former}me.tell(has("held")); grab(); former.tell(has("no")); question = grab(); send(question); me.hear(sock)
answer = out.recv(65536)
other = peer.Peer({**config, "node": "c", "peer": "a"})
out.sendto(answer, ("127.0.0.1", out.getsockname()[1])); heard.append(other.hear(out))
send(question); me.hear(sock); out.settimeout(0.2)
try: out.recv(65536); heard.append("answered")
except OSError: heard.append("nothing")`),
        ).toEqual([false, "nothing"]);
    });

    test("nothing that is no packet at all", () => {
        expect(hear('send(b""); hear(); send(b"\\xff\\xfe\\n{"); hear(); send(b"{}"); hear()')).toEqual([
            false,
            false,
            false,
        ]);
    });
});

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

describe("keeper.json", () => {
    const nodes = [
        { name: "lb1", address: "192.168.0.100" },
        { name: "lb2", address: "192.168.0.101" },
    ];
    const vips = virtualIpDefaults(
        [{ address: "192.168.0.99" }, { address: "2001:DB8::9", preferredHost: "LB2" }],
        nodes,
    );
    const render = (self: number, args = {}) =>
        JSON.parse(keeper(heartbeatDefaults(args, nodes), nodes, vips, undefined, self));

    test("with the defaults", () => {
        expect(render(0)).toEqual({
            node: "lb1",
            peer: "lb2",
            port: 695,
            udpport: 694,
            deadtime: 1,
            peerAddresses: ["192.168.0.101"],
            interval: 0.2,
            silence: 0.5,
            virtualIps: [
                { word: "192.168.0.99/24", address: "192.168.0.99", preferred: true },
                { word: "2001:db8:0:0:0:0:0:9/64", address: "2001:db8::9", preferred: false },
            ],
            group: "VirtualIp::192.168.0.99/24",
            failback: true,
            ping: [],
            fencing: null,
        });
    });

    test("the second host's group is its own, and every link is a way to the peer", () => {
        const ucast = [{ interface: "eth0" }, { interface: "eth1", addresses: ["10.0.0.1", "10.0.0.2"] }];
        expect(render(1, { ucast })).toMatchObject({
            group: "VirtualIp::2001:db8:0:0:0:0:0:9/64",
            peerAddresses: ["192.168.0.100", "10.0.0.1"],
        });
    });
});

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

/** Whom the keeper believes. */
import { describe, expect, test } from "vitest";
import { python } from "./python";

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

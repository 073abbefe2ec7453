/** What the keeper decides. */
import { describe, expect, test } from "vitest";
import { python } from "./python";

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
            "of two on which it lingers, the one that let it go last keeps it",
            "nothing",
            { me: { held: "lingering", age: 9 }, peer: { held: "lingering", age: 2 } },
        ],
        ["that is the one", "linger", { me: { held: "lingering", age: 2 }, peer: { held: "lingering", age: 9 } }],
        [
            "but for the open connections of the other one",
            "linger",
            { me: { held: "lingering", age: 9, may_have_connections: true }, peer: { held: "lingering", age: 2 } },
        ],
        [
            "gives a healthy peer that wants it too what it can't serve",
            "yield",
            { me: { held: "held", wanted: true, healthy: false }, peer: { wanted: true } },
        ],
        [
            "but not while the peer has it as well, which may be letting it go",
            "nothing",
            { me: { held: "held", wanted: false, age: 2 }, peer: { held: "held", wanted: true, age: 60 } },
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

import { describe, expect, test } from "vitest";
import { generation, withVirtualIps } from "../../components/survey/generations";
import { clockProblem, strangers } from "../../components/survey/problems";
import { parse, type Survey } from "../../components/survey/survey";

const blank = parse("");

test("the lines of survey.sh", () => {
    const text = [
        "problem\tthere is no apt-get\tuse Debian",
        "address\t192.168.0.100",
        "answers\t192.168.0.99",
        "time\t1700000400",
        "generation\thaproxy\tg1",
        "drift\thaproxy\t/etc/haproxy/haproxy.cfg was edited",
        "",
    ].join("\n");
    expect(parse(text, 1_700_000_000_000)).toEqual({
        problems: ["there is no apt-get. What to do: use Debian"],
        addresses: ["192.168.0.100"],
        answered: ["192.168.0.99"],
        known: [],
        clockAhead: 400,
        generations: { haproxy: "g1" },
        drift: [{ step: "haproxy", what: "/etc/haproxy/haproxy.cfg was edited" }],
    });
});

describe("the generation of a step", () => {
    const survey = { ...blank, generations: { haproxy: "g1", kernel: "g2" } };

    test("stays while the host remembers it and nothing drifted", () => {
        expect(generation(survey, "haproxy")).toBe("g1");
        expect(generation(survey, "kernel")).toBe("g2");
    });

    test("is new when the step drifted, and only that step's", () => {
        const drifted = { ...survey, drift: [{ step: "haproxy", what: "it was edited" }] };
        expect(generation(drifted, "haproxy")).not.toBe("g1");
        expect(generation(drifted, "kernel")).toBe("g2");
    });

    test("is new when the host knows nothing of the step, and the same for all such steps", () => {
        expect(generation(blank, "haproxy")).toMatch(/^[0-9a-z]+$/);
        expect(generation(blank, "haproxy")).toBe(generation(blank, "kernel"));
    });
});

describe("virtual IPs", () => {
    const converged = (...addresses: string[]): Survey => ({ ...blank, generations: { health: "g1" }, addresses });
    const driftOf = (surveys: Survey[]) =>
        withVirtualIps(surveys, ["10.0.0.9"]).map(({ drift }) => drift.map(({ what }) => what));

    test.each<[string, Survey[], string[][]]>([
        ["held by one", [converged("10.0.0.9"), converged()], [[], []]],
        ["held by none", [converged(), converged()], [["10.0.0.9 is held by no host"], []]],
        ["held by both", [converged("10.0.0.9"), converged("10.0.0.9")], [["10.0.0.9 is held by both hosts"], []]],
        ["one host not asked", [converged(), { ...converged(), unreachable: "timeout" }], [[], []]],
        ["not converged yet", [blank, blank], [[], []]],
    ])("%s", (_, surveys, expected) => {
        expect(driftOf(surveys)).toEqual(expected);
    });
});

test.each([
    [-301, "its clock is 301 s behind the one here."],
    [-300, undefined],
    [300, undefined],
    [7200, "its clock is 7200 s ahead of the one here."],
])("a clock that is %i s ahead", (clockAhead, problem) => {
    expect(clockProblem({ ...blank, clockAhead })[0]?.split(" What to do")[0]).toBe(problem);
});

describe("somebody answers on a virtual IP", () => {
    const answered = { ...blank, answered: ["10.0.0.9"] };

    test.each<[string, Survey[], number]>([
        ["and neither host holds it", [answered, blank], 1],
        ["and the peer holds it", [answered, { ...blank, addresses: ["10.0.0.9"] }], 0],
        ["and the peer knows it already", [answered, { ...blank, known: ["10.0.0.9"] }], 0],
        ["and the peer, which may hold it, could not be asked", [answered, { ...blank, unreachable: "timeout" }], 0],
    ])("%s", (_, surveys, count) => {
        expect(strangers(surveys[0], surveys)).toHaveLength(count);
    });
});

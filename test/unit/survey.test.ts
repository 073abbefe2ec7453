import * as pulumi from "@pulumi/pulumi";
import { Client } from "ssh2";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { resolved } from "../../components/inputs";
import type { Pair } from "../../components/model/pair";
import { payloadText } from "../../components/remote/payload";
import { script } from "../../components/steps/script";
import { type SurveyedHost, surveyPair } from "../../components/survey";
import { generation, withVirtualIps } from "../../components/survey/generations";
import { addressConflicts, clockProblem } from "../../components/survey/problems";
import { parse, type Survey, survey } from "../../components/survey/survey";
import { classicArgs } from "../examples";
import { makeKey, SshStandIn, useSshStandIns } from "../sshStandIn";

const blank = parse("");

test("parses the lines of survey.sh", () => {
    const text = [
        "problem\tthere is no apt-get\tuse Debian",
        "warning\thook /x does not exist\tinstall it",
        "holds\tfd00:0:0:0:0:0:0:99",
        "interface\tfd00:0:0:0:0:0:0:99\teth0",
        "new\tfd00:0:0:0:0:0:0:99",
        "answers\t192.168.0.99",
        "known\t192.168.0.98",
        "time\t1700000400",
        "generation\thaproxy\tg1",
        "drift\thaproxy\t/etc/haproxy/haproxy.cfg was edited",
        "",
    ].join("\n");
    expect(parse(text, 1_700_000_000_000)).toEqual({
        problems: ["there is no apt-get. What to do: use Debian"],
        warnings: ["hook /x does not exist. What to do: install it"],
        holds: ["fd00::99"],
        interfaces: { "fd00::99": "eth0" },
        newVirtualIps: ["fd00::99"],
        answered: ["192.168.0.99"],
        known: ["192.168.0.98"],
        clockAhead: 400,
        generations: { haproxy: "g1" },
        drift: [{ step: "haproxy", what: "/etc/haproxy/haproxy.cfg was edited" }],
    });
});

test("ignores a generation that is more than one word of letters and digits", () => {
    const said = ["x;id", "$(id)", "g 1", "", "-x", "g1'"].map((value) => `generation\thaproxy\t${value}\n`);
    expect(said.map((text) => parse(text).generations)).toEqual(said.map(() => ({})));
});

describe("generation of a step", () => {
    const survey = { ...blank, generations: { haproxy: "g1", kernel: "g2" } };

    test("stays the same if the host has it and no drift is found", () => {
        expect(generation(survey, "haproxy")).toBe("g1");
        expect(generation(survey, "kernel")).toBe("g2");
    });

    test("is new for a step that drifted, and only for that one", () => {
        const drifted = { ...survey, drift: [{ step: "haproxy", what: "it was edited" }] };
        expect(generation(drifted, "haproxy")).not.toBe("g1");
        expect(generation(drifted, "kernel")).toBe("g2");
    });

    test("is new for steps that the host does not know, and the same for all of them", () => {
        expect(generation(blank, "haproxy")).toMatch(/^[0-9a-z]+$/);
        expect(generation(blank, "haproxy")).toBe(generation(blank, "kernel"));
    });
});

describe("virtual IPs", () => {
    const converged = (...holds: string[]): Survey => ({ ...blank, generations: { health: "g1" }, holds });
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
    [-301, "clock is 301 s behind this machine's."],
    [-300, undefined],
    [300, undefined],
    [7200, "clock is 7200 s ahead of this machine's."],
])("a clock that is %i s ahead", (clockAhead, problem) => {
    expect(clockProblem({ ...blank, clockAhead })[0]?.split(" What to do")[0]).toBe(problem);
});

describe("another host answers on a virtual IP", () => {
    const answered = { ...blank, answered: ["10.0.0.9"] };

    test.each<[string, Survey[], number]>([
        ["and neither host holds it", [answered, blank], 1],
        ["and the peer holds it", [answered, { ...blank, holds: ["10.0.0.9"] }], 0],
        ["and the peer knows it already", [answered, { ...blank, known: ["10.0.0.9"] }], 0],
        ["and the peer, which may hold it, could not be asked", [answered, { ...blank, unreachable: "timeout" }], 0],
    ])("%s", (_, surveys, count) => {
        expect(addressConflicts(surveys[0], surveys)).toHaveLength(count);
    });
});

describe("survey over SSH", () => {
    const expected = {
        node: "lb1.example.com",
        own_addresses: "192.168.0.100",
        link_selectors: "192.168.0.100",
        virtual_ips: "192.168.0.99",
        virtual_ip_selectors: "192.168.0.99 -",
        listens: "192.168.0.99:80",
        hooks: "",
        virtual_ip_addresses: "192.168.0.99",
        version: "1.2.3",
        pair: "project/stack/lb",
    };

    const mismatch = (hostKey: string) =>
        `SSH host key mismatch: the host does not have the declared key ${hostKey}. What to do: find out which machine answers; ` +
        "if the host was rebuilt, declare its new host key";

    const lines = (...all: string[][]) => all.map((line) => `${line.join("\t")}\n`).join("");

    let host: SshStandIn;

    useSshStandIns();
    beforeEach(async () => {
        host = await SshStandIn.start();
    });

    describe("of a host", () => {
        test("sends the values and the scripts to a root shell", async () => {
            await survey(host.login, expected);
            const scripts = [
                "lib.sh",
                "pair.sh",
                "interfaces.sh",
                "address-conflicts.sh",
                "preflight.sh",
                "survey.sh",
            ].map(script);
            const input = [payloadText({ values: { ...expected } }), ...scripts, 'survey "$@"\n'].join("\n");
            expect(host.runs).toEqual([{ user: "root", command: "sh -s", input }]);
        });

        test("uses sudo if the user is not root", async () => {
            await survey({ ...host.login, user: "admin" }, expected);
            expect(host.runs.map(({ user, command }) => [user, command])).toEqual([["admin", "sudo -n sh -s"]]);
        });

        test("reads the output, and ignores standard error", async () => {
            host.answer = {
                stdout: lines(["generation", "kernel", "g1"]),
                stderr: "sudo: unable to resolve host\n",
            };
            expect(await survey(host.login, expected)).toEqual({ ...blank, generations: { kernel: "g1" } });
        });

        test("reports a problem if sudo requires a password", async () => {
            host.answer = {
                code: 1,
                stdout: lines(["generation", "kernel", "g1"]),
                stderr: "sudo: a password is required\n",
            };
            expect(await survey({ ...host.login, user: "admin" }, expected)).toEqual({
                ...blank,
                problems: [
                    "sudo requires a password for admin. What to do: allow it " +
                        '(a line "admin ALL=(ALL) NOPASSWD: ALL" in /etc/sudoers.d) or connect as root',
                ],
            });
        });

        test("reports the host as not surveyed if the survey fails", async () => {
            host.answer = { code: 2, stdout: lines(["generation", "kernel", "g1"]), stderr: "sh: 1: Syntax error\n" };
            const unreachable = "survey failed with exit status 2: sh: 1: Syntax error";
            expect(await survey(host.login, expected)).toEqual({ ...blank, unreachable });
        });

        test("reports a problem if another machine answers", async () => {
            const otherKey = makeKey().public;
            const login = { ...host.login, hostKey: otherKey };
            expect(await survey(login, expected)).toEqual({ ...blank, problems: [mismatch(otherKey)] });
        });

        test("reports the host as not surveyed if it is unreachable", async () => {
            const { login, port } = host;
            await host.stop();
            const unreachable = `connect ECONNREFUSED 127.0.0.1:${port}`;
            expect(await survey(login, expected)).toEqual({ ...blank, unreachable });
        });

        test("throws errors of the program itself", async () => {
            vi.spyOn(Client.prototype, "exec").mockImplementation(() => {
                throw new TypeError("a mistake");
            });
            await expect(survey(host.login, expected)).rejects.toThrow(TypeError);
        });
    });

    describe("of a pair", () => {
        const component = {} as pulumi.Resource;
        const pair: Pair = {
            ...resolved(classicArgs()),
            id: "project/stack/lb",
            formerIds: pulumi.output([]),
            authkeysSecret: pulumi.output(""),
            haproxySecrets: pulumi.output({ statsPassword: "", certificates: [] }),
        };
        let peer: SshStandIn;
        let hosts: [SurveyedHost, SurveyedHost];
        let warnings: string[];

        beforeEach(async () => {
            peer = await SshStandIn.start();
            hosts = [
                {
                    name: "lb1",
                    connection: { ...host.login, privateKey: pulumi.secret(host.login.privateKey) },
                    isGone: false,
                },
                { name: "lb2", connection: peer.login, isGone: false },
            ];
            warnings = [];
            vi.spyOn(pulumi.log, "warn").mockImplementation(async (message, resource) => {
                expect(resource).toBe(component);
                warnings.push(message);
            });
        });

        /** What an output comes to, or fails with: the SDK's own way to it, without an engine. */
        function settled<T>(output: pulumi.Output<T>): Promise<T> {
            return (output as unknown as { promise(): Promise<T> }).promise();
        }

        /** The generations of a step on both hosts. */
        async function generations(step: string): Promise<(string | undefined)[]> {
            return await Promise.all(
                surveyPair(component, hosts, pair).map((generationOf) => settled(generationOf(step))),
            );
        }

        /** What fails where nobody waits for it; by that, the SDK makes a program fail. */
        async function unhandled(run: () => Promise<unknown>): Promise<unknown[]> {
            const usual = process.listeners("unhandledRejection");
            const reasons = new Set<unknown>();
            process.removeAllListeners("unhandledRejection");
            process.on("unhandledRejection", (reason) => reasons.add(reason));
            try {
                await run().catch(() => {});
                // Told of once all that was due is done.
                await new Promise(setImmediate);
            } finally {
                process.removeAllListeners("unhandledRejection");
                for (const listener of usual) {
                    process.on("unhandledRejection", listener);
                }
            }
            return [...reasons];
        }

        /** What a host says on which all is well. */
        const well = (...more: string[][]) => ({
            stdout: lines(["generation", "health", "g1"], ["generation", "kernel", "g2"], ...more),
        });

        test("connects once to each host, and keeps the hosts' generations", async () => {
            host.answer = well(["holds", "192.168.0.99"]);
            peer.answer = { stdout: lines(["generation", "health", "g3"], ["generation", "kernel", "g4"]) };
            const [first, second] = surveyPair(component, hosts, pair);
            const all = [first("health"), first("kernel"), second("health"), second("kernel")];
            expect(await Promise.all(all.map(settled))).toEqual(["g1", "g2", "g3", "g4"]);
            expect(warnings).toEqual([]);
            expect([host, peer].map(({ runs }) => runs.length)).toEqual([1, 1]);
            expect(host.runs[0].input).toContain("node='lb1.example.com'");
            expect(peer.runs[0].input).toContain("node='lb2.example.com'");
            // Though the key that opened the way to them is.
            expect(await pulumi.isSecret(all[0])).toBe(false);
        });

        test("warns of an unreachable host, and has no generation for it", async () => {
            host.answer = well();
            const { port } = peer;
            await peer.stop();
            expect(await generations("kernel")).toEqual(["g2", undefined]);
            expect(warnings).toEqual([
                `lb2: unreachable over SSH (connect ECONNREFUSED 127.0.0.1:${port}); drift check skipped, and a change of ` +
                    "this host will fail. What to do: start it or restore the connection; if it is gone for good, name it in goneHosts",
            ]);
        });

        test("skips a host in goneHosts without a warning", async () => {
            host.answer = well();
            hosts[1].isGone = true;
            expect(await generations("kernel")).toEqual(["g2", undefined]);
            expect(warnings).toEqual([]);
            expect(peer.attempts).toEqual([]);
        });

        test("warns of a missing program that the same run may install", async () => {
            host.answer = well(["holds", "192.168.0.99"]);
            peer.answer = well(["warning", "hook /x does not exist", "install it"]);
            expect(await generations("kernel")).toEqual(["g2", "g2"]);
            expect(warnings).toEqual(["lb2: hook /x does not exist. What to do: install it"]);
        });

        test("makes a new generation for a drifted step, and names the drift", async () => {
            host.answer = well(["holds", "192.168.0.99"]);
            peer.answer = well(["drift", "kernel", "ip_nonlocal_bind is 0"]);
            const [own, peers] = await generations("kernel");
            expect(own).toBe("g2");
            expect(peers).toMatch(/^(?!g2$)[0-9a-z]+$/);
            expect(warnings).toEqual(['lb2: ip_nonlocal_bind is 0; "pulumi up" repairs it (step kernel)']);
        });

        test("makes a new generation of health if no host holds a virtual IP", async () => {
            host.answer = well();
            peer.answer = well();
            const [own, peers] = await generations("health");
            expect(own).not.toBe("g1");
            expect(peers).toBe("g1");
            expect(warnings).toEqual(['lb1: 192.168.0.99 is held by no host; "pulumi up" repairs it (step health)']);
        });

        test("fails with one error that lists all problems of both hosts", async () => {
            host.answer = well(["problem", "there is no apt-get", "use Debian"], ["answers", "192.168.0.99"]);
            peer.answer = well(["time", "0"], ["drift", "kernel", "ip_nonlocal_bind is 0"]);
            vi.spyOn(Date, "now").mockReturnValue(7_200_000);
            const errors = await unhandled(() => generations("kernel"));
            const message = [
                "lb1: there is no apt-get. What to do: use Debian",
                "lb1: another machine answers on the virtual IP 192.168.0.99. What to do: declare an address that no machine has, or remove it from " +
                    "that machine",
                'lb2: clock is 7200 s behind this machine\'s. What to do: set it ("timedatectl set-ntp true" on the host), or set the clock ' +
                    "of this machine",
            ].join("\n");
            expect(errors).toMatchObject([{ message, stack: message }]);
            expect(warnings).toEqual([]);
        });
    });
});

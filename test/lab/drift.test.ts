/** What happens to the hosts behind Pulumi's back: a preview names it, an update repairs just that, once. */
import { describe, expect, test } from "vitest";
import { counts, inAll, page, site, underLoad, untilHolds, useServingPair } from "./fixture";

const used = useServingPair({ name: "drift" });
const all = 21;

/** The steps that a preview or an update names: `lb2.example.com-haproxy`. */
function touched(output: string): string[] {
    return [...new Set([...output.matchAll(/^ [~+-]+ .*remote:Command lb-(\S+) /gm)].map(([, step]) => step))].sort();
}

/** Steps that look at a host again because a step in front of them was run. */
const readingSteps = (host: string) =>
    (host === "lb2" ? ["lb2.example.com-health"] : []).concat("lb1.example.com-health", "verify");

/** How often somebody has logged in on each host. The look itself takes the lab's own connection. */
function logins(): Promise<number[]> {
    const look = "journalctl -q -u ssh -g '^Accepted ' -o cat | wc -l";
    return Promise.all(used.lab.loadBalancers.map(async (host) => Number(await host.run(look))));
}

describe("no drift", () => {
    test("preview shows no change, and opens one connection a host", async () => {
        const before = await logins();
        const preview = await used.stack.preview();
        expect(await logins()).toEqual(before.map((count) => count + 1));
        expect(counts(preview)).toEqual({ unchanged: all });
        expect(preview).not.toContain("warning");
    });
});

describe("preview names drift, and one pulumi up repairs it", () => {
    const cfg = "/etc/haproxy/haproxy.cfg";
    const hb = "systemctl stop heartbeat";
    const quick = ["an edited file"];
    const cases: [string, string, string, string, string][] = [
        ["an edited file", "lb2", `echo '# mine' >>${cfg}`, "haproxy", `${cfg} was edited`],
        ["a deleted file", "lb1", "rm /etc/ha.d/haresources", "heartbeat", "/etc/ha.d/haresources is gone"],
        [
            "a changed mode",
            "lb2",
            "chmod 644 /etc/ha.d/authkeys",
            "authkeys",
            "/etc/ha.d/authkeys has the mode and owner 644 root:root instead of 600 root:root",
        ],
        ["a stopped service", "lb2", hb, "heartbeat", "heartbeat is not running"],
        ["a disabled service", "lb1", "systemctl disable haproxy", "haproxy", "haproxy does not start at boot"],
        [
            "a reverted sysctl",
            "lb1",
            "sysctl -w net.ipv4.ip_nonlocal_bind=0",
            "kernel",
            "net.ipv4.ip_nonlocal_bind is 0 instead of 1",
        ],
        [
            "a removed package",
            "lb2",
            "dpkg --force-depends --remove iputils-ping",
            "packages",
            "the package iputils-ping is not installed",
        ],
        [
            "a stopped keeper",
            "lb1",
            "systemctl stop ha-load-balancer-pair",
            "heartbeat",
            "ha-load-balancer-pair is not running",
        ],
        [
            "an edited program of the keeper",
            "lb2",
            "echo '# mine' >>/usr/local/lib/ha-load-balancer-pair/keeper/decision/decide.py",
            "heartbeat",
            "/usr/local/lib/ha-load-balancer-pair/keeper/decision/decide.py was edited",
        ],
    ];

    for (const [name, ...drift] of cases) {
        test(name, quick.includes(name) ? {} : inAll, () => isRepaired(name, ...drift));
    }

    async function isRepaired(name: string, host: string, command: string, step: string, what: string): Promise<void> {
        await used.lab.host(host).run(command);
        const preview = await used.stack.preview();
        expect(preview).toContain(`warning: ${host}.example.com: ${what}; "pulumi up" repairs it (step ${step})`);
        const steps = new Set([`${host}.example.com-${step}`, ...readingSteps(host)]);
        // Steps that hand their result to others.
        for (const user of { authkeys: ["heartbeat"], packages: ["haproxy", "heartbeat"] }[step] ?? []) {
            steps.add(`${host}.example.com-${user}`);
        }
        expect(touched(preview)).toEqual([...steps].sort());
        let said = "";
        const { failed, several } = await underLoad(used.lab, `repair of ${name} on ${host}`, async () => {
            said = await used.stack.up();
        });
        expect(touched(said)).toEqual([...steps].sort());
        expect({ failed, several }).toEqual({ failed: 0, several: 0 });
        const after = await used.stack.preview();
        expect(counts(after)).toEqual({ unchanged: all });
        expect(after).not.toContain("warning");
        await untilHolds(used.lab.host("lb1"));
        expect((await page(used.lab, site)).status).toBe(200);
    }
});

describe("a host without power", () => {
    test("causes a warning and no change", async () => {
        await used.lab.host("lb2").cut();
        const preview = await used.stack.preview();
        expect(counts(preview)).toEqual({ unchanged: all });
        expect(preview).toMatch(/warning: lb2\.example\.com: unreachable over SSH \(.+\); drift check skipped/);
    });
});

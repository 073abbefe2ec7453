/** The programs in examples/, as somebody copies them: with the package installed beside them, on real hosts. */
// @module-tag all
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AddressApi, addressApi, addressApiToken } from "../../lab/addressApi";
import { configure, declaredHosts, hostKey, stackIn } from "../../lab/package";
import { PowerSwitch } from "../../lab/powerSwitch";
import { holdersOf, untilRest } from "../../lab/rest";
import { until } from "../../support/wait";
import type { Stack } from "../../toolchain/stack";
import { counts, holds, page, snapshot, underLoad, useLab, virtualIp } from "./fixture";
import { useInstalled } from "./installed";

const copy = useInstalled("examples");

describe("two pairs in one stack", () => {
    const used = useLab({ name: "pairs", loadBalancers: 4 });
    let pairs: Stack;

    const hosts = (...names: string[]) =>
        names.map((name) => {
            const { fqdn, address } = used.lab.host(name).plan;
            return { name: fqdn, address };
        });

    beforeAll(async () => {
        pairs = await stackIn(join(copy.dir, "two-pairs"), used.lab, "prod", {
            knownHostsFile: used.lab.knownHostsFile,
            pairs: [
                { name: "shop", virtualIp: "192.168.0.98", hosts: hosts("lb1", "lb2"), server: "192.168.0.104" },
                { name: "mail", virtualIp: "192.168.0.99", hosts: hosts("lb3", "lb4"), server: "192.168.0.105" },
            ],
        });
    });

    test("converge in one run", async () => {
        expect(counts(await pairs.up())).toEqual({ created: 41 });
        expect((await page(used.lab, "http://192.168.0.98/")).body).toBe("This is web1.\n");
        expect((await page(used.lab, "http://192.168.0.99/")).body).toBe("This is web2.\n");
        expect(await holds(used.lab.host("lb1"), "192.168.0.98")).toBe(true);
        expect(await holds(used.lab.host("lb3"), "192.168.0.99")).toBe(true);
        expect(counts(await pairs.preview())).toEqual({ unchanged: 41 });
    });

    test("another stack reads their outputs", async () => {
        const record = await stackIn(join(copy.dir, "name-record"), used.lab, "prod", {
            pairStack: "organization/two-pairs/prod",
            pair: "mail",
            name: "mail.example.com",
            nameServer: { host: "192.168.0.104", hostKey: hostKey(used.lab, "192.168.0.104") },
        });
        await record.up();
        const look = "curl -s http://mail.example.com/";
        expect(await used.lab.host("web1").run(look)).toBe("This is web2.");
        configure(record, { pair: "news" });
        const { code, stdout, stderr } = await record.attempt(["preview"]);
        expect(code).not.toBe(0);
        expect(stdout + stderr).toContain('organization/two-pairs/prod has no pair "news"');
        await record.destroy();
        expect((await used.lab.host("web1").attempt(look)).code).not.toBe(0);
    });
});

describe("hosts that the same stack makes", () => {
    const used = useLab({ name: "newhosts" });
    let power: PowerSwitch;
    let stack: Stack;

    /** The hypervisor boots a machine by the lab's power switch, and knows what it is. */
    const provision = (keys: Record<string, string>) => `#!/bin/sh
set -eu
curl -sSf -m 60 "http://192.168.0.1:8099/on/$1"
case $1 in
${Object.entries(keys)
    .map(([name, made]) => `    ${name}) echo '${made}' ;;`)
    .join("\n")}
esac
`;

    beforeAll(async () => {
        power = new PowerSwitch(used.lab);
        const made = Object.fromEntries(
            used.lab.loadBalancers.map(({ plan: { fqdn, address } }) => [
                fqdn,
                JSON.stringify({ address, hostKey: hostKey(used.lab, address) }),
            ]),
        );
        const hypervisor = used.lab.host("web1");
        await hypervisor.run(
            "cat >/usr/local/bin/provision && chmod +x /usr/local/bin/provision && " +
                "printf '#!/bin/sh\\nexec curl -sSf -m 60 \"http://192.168.0.1:8099/off/$1\"\\n' >/usr/local/bin/deprovision && " +
                "chmod +x /usr/local/bin/deprovision",
            provision(made),
        );
        await Promise.all(used.lab.loadBalancers.map((host) => host.powerOff()));
        stack = await stackIn(join(copy.dir, "new-hosts"), used.lab, "prod", {
            hypervisor: { host: "192.168.0.102", hostKey: hostKey(used.lab, "192.168.0.102") },
            virtualIp,
            server: "192.168.0.103",
        });
    });

    afterAll(() => power.stop());

    test("the first preview shows all resources, although no host exists", async () => {
        expect(counts(await stack.preview())).toEqual({ create: 23 });
        expect(power.requests).toEqual([]);
    });

    test("one run makes the hosts and the pair", async () => {
        expect(counts(await stack.up())).toEqual({ created: 23 });
        expect((await page(used.lab, `http://${virtualIp}/`)).body).toBe("This is web2.\n");
        expect(counts(await stack.preview())).toEqual({ unchanged: 23 });
    });

    test("destroy deletes the pair before the hosts", async () => {
        expect(counts(await stack.destroy())).toEqual({ deleted: 23 });
        expect(power.requests.map((path) => path.split("/")[1]).sort()).toEqual(["off", "off", "on", "on"]);
    });
});

describe("an address that only an API moves", () => {
    const used = useLab({ name: "cloud" });
    const address = "203.0.113.9";
    let api: AddressApi;
    let stack: Stack;
    const holder = async () => (await holdersOf(used.lab, address)).join();

    beforeAll(async () => {
        // The standby reaches the address through the cloud's router, too.
        await used.lab.run(["sysctl", "-qw", "net.ipv4.ip_forward=1"]);
        api = new AddressApi(used.lab);
        stack = await stackIn(join(copy.dir, "cloud-address"), used.lab, "prod", {
            hosts: declaredHosts(used.lab),
            virtualIp: address,
            server: "192.168.0.102",
            api: addressApi,
        });
        await stack.run(["config", "set", "--secret", "apiToken"], { input: addressApiToken });
    });

    afterAll(() => api.stop());

    test("the first preview warns that the program is missing, and one run installs it and makes the pair", async () => {
        expect(await stack.preview()).toContain(
            "lb1.example.com: hook /usr/local/sbin/move-address does not exist or is not executable",
        );
        await stack.up();
        expect((await page(used.lab, `http://${address}/`)).body).toBe("This is web1.\n");
        expect([await holder(), api.moves.at(-1)]).toEqual(["lb1", "lb1"]);
        expect(await used.lab.host("lb1").run("ps -eo args")).not.toContain(addressApiToken);
        expect(await used.lab.host("lb1").run("cat /etc/ha-load-balancer-pair/keeper.json")).not.toContain(
            addressApiToken,
        );
    });

    test("a hand-over drops no request, although the API fails twice", async () => {
        // Heartbeat ignores a request in its first 10 s.
        await untilRest(used.lab);
        api.failures = 2;
        const { failed } = await underLoad(
            used.lab,
            "a hand-over by the API",
            async () => {
                await used.lab.host("lb1").run("/usr/share/heartbeat/hb_standby all");
                await until("the address is routed to lb2", 30_000, async () => api.moves.at(-1) === "lb2");
            },
            address,
        );
        expect({ failed, holder: await holder() }).toEqual({ failed: 0, holder: "lb2" });
    });

    test("the API moves the address when the holder loses power, within 3 s", async () => {
        await untilRest(used.lab);
        const { gap } = await underLoad(
            used.lab,
            "power loss, and the API moves the address",
            async () => {
                await used.lab.host("lb2").powerOff();
                await until("the address is routed to lb1", 30_000, async () => api.moves.at(-1) === "lb1");
            },
            address,
        );
        expect(gap).toBeLessThan(3);
        await used.lab.host("lb2").boot();
        await untilRest(used.lab);
        expect(counts(await stack.preview())).not.toHaveProperty("update");
    });
});

describe("Pulumi's own options", () => {
    const used = useLab({ name: "options" });
    let stack: Stack;

    beforeAll(async () => {
        stack = await stackIn(join(copy.dir, "options"), used.lab, "prod", {
            name: "web",
            hosts: declaredHosts(used.lab),
            virtualIp,
            server: "192.168.0.102",
        });
        await stack.up();
    });

    interface Resource {
        urn: string;
        type: string;
        protect?: boolean;
        provider?: string;
        dependencies?: string[];
        customTimeouts?: { create?: number };
    }

    test("reach every resource of the pair", async () => {
        const all = (await stack.resources<Resource>()).filter(({ urn }) => urn.includes("HaLoadBalancerPair"));
        expect(all).toHaveLength(20);
        // What the component waits for its children wait for: they are registered behind it, and deleted before it.
        const [pair] = all.filter(({ type }) => type.endsWith(":HaLoadBalancerPair"));
        expect(pair.dependencies).toEqual([expect.stringMatching(/::command:remote:Command::network$/)]);
        for (const { urn, type, protect, provider, customTimeouts } of all) {
            expect(protect, urn).toBe(true);
            if (type === "command:remote:Command") {
                expect(provider).toContain("::pulumi:providers:command::ours::");
                expect(customTimeouts?.create).toBe(3600);
            }
        }
    });

    test("destroy rejects a protected pair", async () => {
        const { code, stdout, stderr } = await stack.attempt(["destroy", "--yes", "--skip-preview"]);
        expect(code).not.toBe(0);
        expect(stdout + stderr).toContain("protect");
        expect((await page(used.lab, `http://${virtualIp}/`)).status).toBe(200);
    });

    test("a renamed pair changes only its name on the hosts", async () => {
        const look = () => Promise.all(used.lab.loadBalancers.map(snapshot));
        const running = () =>
            Promise.all(
                used.lab.loadBalancers.map((host) =>
                    host.run("systemctl show -p MainPID,NRestarts haproxy heartbeat ha-load-balancer-pair"),
                ),
            );
        const [before, ran] = [await look(), await running()];
        configure(stack, { name: "edge", formerName: "web" });
        const seen = await underLoad(used.lab, "renamed by an alias", async () => {
            // preflight of both hosts, and what claims them after it.
            expect(counts(await stack.up())).toEqual({ updated: 5, unchanged: 18 });
        });
        expect(seen).toMatchObject({ failed: 0, several: 0, none: 0 });
        expect(await look()).toEqual(before);
        expect(await running()).toEqual(ran);
        configure(stack, { formerName: "" });
        await stack.up();
        expect(counts(await stack.preview())).toEqual({ unchanged: 23 });
        const names = (await stack.resources()).map(({ urn }) => urn.split("::").at(-1));
        expect(names).toContain("edge-lb1.example.com-heartbeat");
        expect(names.filter((name) => name?.startsWith("web"))).toEqual([]);
    });
});

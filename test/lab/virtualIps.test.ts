/** Virtual IPs that are added, removed and renumbered on a pair that serves: none is orphaned, none is ever on both hosts. */
import { describe, expect, test } from "vitest";
import { HolderWatch } from "../../lab/holders";
import { writeConfig } from "../../lab/pulumi";
import { addresses, counts, inAll, kill, page, underLoad, untilHolds, upUntil, useServingPair } from "./fixture";

const used = useServingPair({ name: "virtual-ips" });
const [lb1, lb2] = [() => used.lab.host("lb1"), () => used.lab.host("lb2")];
const network = "192.168.0.";

function declare(...last: number[]): void {
    const virtualIps = last.map((number) => ({ address: `${network}${number}` }));
    writeConfig(used.lab, used.stack.place.configFile as string, { virtualIps });
}

/** The last numbers of the virtual IPs that each host holds. */
function held(): Promise<number[][]> {
    const numbers = (list: string[]) =>
        list
            .filter((address) => address.startsWith(network))
            .map((address) => Number(address.slice(network.length)))
            .filter((number) => number < 100)
            .sort();
    return Promise.all(used.lab.loadBalancers.map(async (host) => numbers(await addresses(host))));
}

async function serves(...last: number[]): Promise<boolean> {
    const pages = await Promise.all(last.map((number) => page(used.lab, `http://${network}${number}/`)));
    return pages.every(({ status }) => status === 200);
}

describe("on the first host", () => {
    test("adding a virtual IP shows its line in the preview, and drops no request", async () => {
        declare(99, 98);
        const preview = await used.stack.preview("--diff");
        expect(preview).toMatch(/^\s*\+ lb1\.example\.com VirtualIp::192\.168\.0\.99 VirtualIp::192\.168\.0\.98$/m);
        const watch = await HolderWatch.start(used.lab, `${network}98`);
        const { failed, none, several } = await underLoad(used.lab, "a virtual IP added", () => used.stack.up());
        expect({ failed, none, several }).toEqual({ failed: 0, none: 0, several: 0 });
        expect((await watch.stop()).several).toBe(0);
        expect(await held()).toEqual([[98, 99], []]);
        expect(await serves(98, 99)).toBe(true);
    });

    test("renumbering deletes the old address from both hosts", inAll, async () => {
        declare(99, 97);
        const { failed } = await underLoad(used.lab, "a virtual IP renumbered", () => used.stack.up());
        expect(failed).toBe(0);
        expect(await held()).toEqual([[97, 99], []]);
        expect(await serves(97, 99)).toBe(true);
    });

    test("moving to another interface and back keeps a holder; prefixLength only causes a warning", inAll, async () => {
        const entries = () => lb1().run(`ip -o -4 address show to ${network}99`);
        const change = (virtualIp: object) => {
            const virtualIps = [{ address: `${network}99`, ...virtualIp }, { address: `${network}97` }];
            writeConfig(used.lab, used.stack.place.configFile as string, { virtualIps });
            return used.stack.up();
        };
        const { none, several } = await underLoad(used.lab, "a virtual IP on another interface, and back", async () => {
            await change({ interface: "eth1" });
            expect(await entries()).toMatch(/^\d+: eth1 .* 192\.168\.0\.99\/32 [^\n]*$/);
            expect(await change({ prefixLength: 25 })).toContain("virtualIps[].prefixLength has no effect");
            expect(await entries()).toMatch(/^\d+: eth0 .* 192\.168\.0\.99\/32 [^\n]*$/);
        });
        expect({ none, several }).toEqual({ none: 0, several: 0 });
        expect(await held()).toEqual([[97, 99], []]);
    });

    test("renumbering the first virtual IP, which names the group", inAll, async () => {
        declare(96, 97);
        await used.stack.up();
        expect(await held()).toEqual([[96, 97], []]);
        expect(await serves(96, 97)).toBe(true);
    });

    test("removing a virtual IP, with pulumi killed while the first host changes", inAll, async () => {
        declare(96, 99);
        await used.stack.up();
        declare(99);
        await upUntil(used.stack, /lb1\.example\.com-heartbeat updating/, kill);
        await used.stack.up();
        expect(await held()).toEqual([[99], []]);
        expect(await serves(99)).toBe(true);
    });
});

test(
    "renumbering while the second host holds deletes the old address from both hosts, and fails back",
    inAll,
    async () => {
        declare(99, 98);
        await used.stack.up();
        await lb1().run("timeout 10 /usr/share/heartbeat/hb_standby all");
        // Heartbeat acquires them one after the other.
        await untilHolds(lb2(), 60_000, `${network}98`);
        expect(await held()).toEqual([[], [98, 99]]);
        declare(99, 97);
        const { several } = await underLoad(used.lab, "renumbered while the second host serves", () => used.stack.up());
        expect(several).toBe(0);
        expect(await held()).toEqual([[97, 99], []]);
        expect(await serves(97, 99)).toBe(true);
        expect(counts(await used.stack.preview())).toEqual({ unchanged: 21 });
    },
);

test("an IPv6 address is recognized in any form", inAll, async () => {
    await Promise.all([lb1(), lb2()].map((host, i) => host.run(`ip address add 2001:db8::${i + 1}/64 dev eth0 nodad`)));
    const virtualIps = [{ address: `${network}99` }, { address: "2001:DB8:0::99" }];
    writeConfig(used.lab, used.stack.place.configFile as string, { virtualIps });
    await used.stack.up();
    const holders = await Promise.all(
        used.lab.loadBalancers.map(async (host) => (await addresses(host)).includes("2001:db8::99")),
    );
    expect(holders).toEqual([true, false]);
    expect(counts(await used.stack.preview())).toEqual({ unchanged: 21 });
    declare(99);
    await used.stack.up();
    expect((await addresses(lb1())).includes("2001:db8::99")).toBe(false);
});

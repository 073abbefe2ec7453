/** Virtual IPs outside the hosts' subnet, on hosts with a /32, and where an operator forces them. */
import { beforeAll, expect, test } from "vitest";
import type { Host } from "../../lab/host";
import { ip } from "../../lab/kernel";
import { writeConfig } from "../../lab/pulumi";
import { holdersOf, untilRest } from "../../lab/rest";
import { until } from "../../support/wait";
import { failure, halb, inAll, ownNetworks, page, switchOver, underLoad, useServingPair, virtualIp } from "./fixture";

const used = useServingPair({ name: "addresses" });
const [lb1, lb2] = [() => used.lab.host("lb1"), () => used.lab.host("lb2")];
const both = () => [lb1(), lb2()];
// The gateway forwards between its neighbours, as a cloud's does.
beforeAll(() => used.lab.run(["sysctl", "-qw", "net.ipv4.ip_forward=1"]));
const elsewhere = "198.51.100.9";

function declare(...virtualIps: object[]): void {
    writeConfig(used.lab, used.stack.place.configFile as string, { virtualIps });
}

const holdersAre = (...names: string[]) =>
    until(`${names} hold it`, 20_000, async () => (await holdersOf(used.lab)).join() === names.join(), 100);

test("serves a virtual IP outside the hosts' subnet, and hands it over without a failed request", inAll, async () => {
    const before = await ownNetworks(used.lab, elsewhere);
    declare({ address: virtualIp }, { address: elsewhere });
    expect(await failure(used.stack, "preview")).toContain(elsewhere);
    declare({ address: virtualIp }, { address: elsewhere, interface: "eth0" });
    await used.lab.run(["ip", "route", "add", elsewhere, "dev", "br0", "src", "192.168.0.1"]);
    await used.stack.up();
    expect((await page(used.lab, `http://${elsewhere}/`)).status).toBe(200);
    for (const to of ["lb2", "lb1"]) {
        const { failed } = await underLoad(used.lab, `${elsewhere} to ${to}`, () => switchOver(used, to), elsewhere);
        expect(failed).toBe(0);
    }
    declare({ address: virtualIp });
    await used.stack.up();
    await until("no entry is left", 45_000, async () => {
        const entries = await Promise.all(both().map((host) => host.run(`ip -o address show to ${elsewhere}`)));
        return entries.join("") === "";
    });
    expect(await ownNetworks(used.lab, elsewhere)).toEqual(before);
});

test("hold by hand overrides the peer, and its release gives the virtual IP back", inAll, async () => {
    const force = (host: Host, action: string) => host.run(`/etc/ha.d/resource.d/VirtualIp ${virtualIp} ${action}`);
    const { failed } = await underLoad(used.lab, "hold and release", async () => {
        expect(await force(lb2(), "hold")).toContain("overriding: the peer holds the address");
        await holdersAre("lb2");
        await force(lb1(), "hold");
        await holdersAre("lb1");
        await force(lb1(), "release");
        await holdersAre("lb2");
        const { stdout } = await halb(used, ["status"]);
        expect(stdout).toContain(`${virtualIp} is forced to this host`);
        await force(lb2(), "release");
        await holdersAre("lb1");
        await untilRest(used.lab, "lb1");
    });
    expect(failed).toBe(0);
});

test("serves on hosts whose own address is a /32", inAll, async () => {
    for (const { id, plan } of both()) {
        await ip(
            [
                `address add ${plan.address}/32 dev eth0`,
                "route add 192.168.0.1 dev eth0 scope link",
                "route replace default via 192.168.0.1 dev eth0",
                `address delete ${plan.address}/24 dev eth0`,
            ],
            id,
        );
    }
    await untilRest(used.lab);
    const before = await ownNetworks(used.lab, elsewhere);
    declare({ address: virtualIp });
    expect(await failure(used.stack, "preview")).toMatch(/192\.168\.0\.99.*(interface|subnet)/);
    declare({ address: virtualIp, interface: "eth0" });
    await used.stack.up();
    for (const to of ["lb2", "lb1"]) {
        const { failed } = await underLoad(used.lab, `hosts with a /32, to ${to}`, () => switchOver(used, to));
        expect(failed).toBe(0);
    }
    const { gap } = await underLoad(used.lab, "hosts with a /32, the holder loses power", async () => {
        await lb1().powerOff();
        await holdersAre("lb2");
    });
    expect(gap).toBeLessThan(4);
    expect((await ownNetworks(used.lab, elsewhere))[1]).toEqual(before[1]);
});

/** Hosts that are replaced or given up: the survivor serves throughout, and a dead host needs no login to be forgotten. */
import { expect, test } from "vitest";
import { writeConfig } from "../../lab/pulumi";
import { sleep } from "../../support/wait";
import { counts, holds, inAll, kill, page, site, underLoad, upUntil, useServingPair } from "./fixture";

const used = useServingPair({ name: "replace", loadBalancers: 3 }, { servers: servers() });
const host = (name: string) => used.lab.host(name);

function servers() {
    return [
        { name: "web1", address: "192.168.0.103" },
        { name: "web2", address: "192.168.0.104" },
    ];
}

interface Declared {
    goneHosts?: string[];
    identity?: string;
    /** Node names that are not the lab's. */
    names?: Record<string, string>;
}

/** Declares two of the lab's load balancers. */
function declare(pair: string[], settings: Declared = {}): void {
    const { goneHosts = [], identity, names = {} } = settings;
    const hosts = pair.map((name) => ({
        name: names[name] ?? host(name).plan.fqdn,
        address: host(name).address,
        ...(identity ? { identity } : {}),
    }));
    const gone = goneHosts.map((name) => names[name] ?? host(name).plan.fqdn);
    writeConfig(used.lab, used.stack.place.configFile as string, { hosts, goneHosts: gone, servers: servers() });
}

function nodes(name: string): Promise<string> {
    return host(name).run("cl_status listnodes | sort");
}

async function isClean(name: string): Promise<void> {
    const { stdout } = await host(name).attempt("ls -d /etc/ha.d /var/lib/ha-load-balancer-pair; dpkg -s heartbeat");
    expect(stdout).toBe("");
}

test("one pulumi up replaces a dead second host without a connection to it", async () => {
    await host("lb2").powerOff();
    await sleep(3000);
    declare(["lb1", "lb3"], { goneHosts: ["lb2"] });
    const { failed, several } = await underLoad(used.lab, "a dead second host replaced", async () => {
        expect(await used.stack.up()).toContain("warning: lb2.example.com is in goneHosts");
    });
    expect({ failed, several }).toEqual({ failed: 0, several: 0 });
    expect(await nodes("lb1")).toBe("lb1.example.com\nlb3.example.com");
    expect(await nodes("lb3")).toBe("lb1.example.com\nlb3.example.com");
    declare(["lb1", "lb3"]);
    expect(counts(await used.stack.up())).toMatchObject({ deleted: 8 });
    expect(counts(await used.stack.preview())).toEqual({ unchanged: 21 });
});

test("one pulumi up converges a second host that was rebuilt under its name", inAll, async () => {
    await used.lab.rebuild("lb3");
    declare(["lb1", "lb3"], { identity: "rebuilt" });
    const { failed, several } = await underLoad(used.lab, "a rebuilt second host", () => used.stack.up());
    expect({ failed, several }).toEqual({ failed: 0, several: 0 });
    expect(await host("lb1").run("cl_status nodestatus lb3.example.com")).toBe("active");
    expect(counts(await used.stack.preview())).toEqual({ unchanged: 21 });
});

test("a replaced live host acquires nothing, also if pulumi is killed before it undoes the host", inAll, async () => {
    await used.lab.rebuild("lb2");
    declare(["lb1", "lb2"]);
    const { failed, several } = await underLoad(used.lab, "a live second host replaced", async () => {
        await upUntil(used.stack, /deleting/, kill);
        await sleep(20_000);
    });
    expect({ failed, several }).toEqual({ failed: 0, several: 0 });
    await used.stack.up();
    expect(await nodes("lb1")).toBe("lb1.example.com\nlb2.example.com");
    await isClean("lb3");
});

test("replacing the holder hands over, and undoes the replaced host", inAll, async () => {
    await used.lab.rebuild("lb3");
    declare(["lb3", "lb2"]);
    const { failed, several } = await underLoad(used.lab, "a live first host replaced", () => used.stack.up());
    expect({ failed, several }).toEqual({ failed: 0, several: 0 });
    expect(await holds(host("lb3"))).toBe(true);
    expect(await holds(host("lb1"))).toBe(false);
    await isClean("lb1");
    expect(counts(await used.stack.preview())).toEqual({ unchanged: 21 });
});

test("renaming the second host drops no request", inAll, async () => {
    await host("lb2").run(
        "echo lb9.example.com >/etc/hostname; hostname lb9.example.com; echo 127.0.1.1 lb9.example.com >>/etc/hosts",
    );
    declare(["lb3", "lb2"], { names: { lb2: "lb9.example.com" } });
    const { failed, several } = await underLoad(used.lab, "a renamed second host", () => used.stack.up());
    expect({ failed, several }).toEqual({ failed: 0, several: 0 });
    expect(await host("lb3").run("cl_status nodestatus lb9.example.com")).toBe("active");
    expect(counts(await used.stack.preview())).toEqual({ unchanged: 21 });
});

test("destroy with a dead host in goneHosts undoes the other host", inAll, async () => {
    await host("lb2").powerOff();
    declare(["lb3", "lb2"], { goneHosts: ["lb2"], names: { lb2: "lb9.example.com" } });
    const said = await used.stack.up();
    expect(said).toMatch(/warning: lb9\.example\.com is in goneHosts: .* stay on it/);
    await used.stack.destroy();
    expect((await page(used.lab, site)).status).toBe(0);
    await isClean("lb3");
});

/** Changes of a pair that serves: they reach the standby first, and cost no request. */
import { describe, expect, test } from "vitest";
import { Probe } from "../../lab/probe";
import { type Settings, writeConfig } from "../../lab/pulumi";
import { counts, failedUp, holds, inAll, page, site, underLoad, useServingPair } from "./fixture";

const used = useServingPair({ name: "rolling" });
const haproxy = { timeout: { client: "30s" }, stats: { onVirtualIps: "clear" } };

function configure(settings: Settings): void {
    writeConfig(used.lab, used.stack.place.configFile as string, settings);
}

const servers = [
    { name: "web1", address: "192.168.0.102" },
    { name: "web2", address: "192.168.0.103" },
];

/** Changes the configuration under the eyes of a client and expects that neither it nor the virtual IP notices. */
async function changeUnderLoad(what: string, settings: Settings): Promise<string> {
    configure(settings);
    const preview = await used.stack.preview("--diff");
    const { failed, none, several } = await underLoad(used.lab, what, () => used.stack.up());
    expect({ failed, none, several }).toEqual({ failed: 0, none: 0, several: 0 });
    expect(await Promise.all(["lb1", "lb2"].map((name) => holds(used.lab.host(name))))).toEqual([true, false]);
    return preview;
}

describe("drops no request and moves nothing:", () => {
    test("adding a back end, and the preview shows its line", async () => {
        const more = [...servers, { name: "web3", address: "192.168.0.103", port: 80 }];
        const preview = await changeUnderLoad("a back end added", { servers: more });
        expect(preview.match(/^\s*\+ {5}server web3 192\.168\.0\.103:80 cookie web3 check$/gm)).toHaveLength(2);
    });

    test("removing a back end", inAll, async () => {
        await changeUnderLoad("a back end removed", { servers });
    });

    test("changing the statistics password, which the preview does not show", inAll, async () => {
        const preview = await changeUnderLoad("statistics password", { statsPassword: "a-new-password" });
        expect(preview).not.toContain("a-new-password");
        const { statisticsUrl } = await used.stack.outputs();
        expect((await page(used.lab, statisticsUrl, "admin:a-new-password")).status).toBe(200);
    });

    test("changing timeouts", inAll, async () => {
        await changeUnderLoad("timeouts", { statsPassword: "a-new-password", haproxy });
    });

    test("changing deadtime, and the preview shows its line", inAll, async () => {
        const settings = {
            statsPassword: "a-new-password",
            haproxy,
            heartbeat: { deadtime: "2" },
        };
        const preview = await changeUnderLoad("deadtime", settings);
        expect(preview).toMatch(/^\s*- deadtime 1$/m);
        expect(preview).toMatch(/^\s*\+ deadtime 2$/m);
    });

    test("changing udpport, on which the hosts do not hear each other until both have it", inAll, async () => {
        const heartbeat = { deadtime: "2", udpport: 695 };
        await changeUnderLoad("udpport", {
            statsPassword: "a-new-password",
            haproxy,
            heartbeat,
        });
    });

    test("changing the log facility", inAll, async () => {
        const heartbeat = { deadtime: "2", udpport: 695, logfacility: "local1" };
        await changeUnderLoad("log facility", {
            statsPassword: "a-new-password",
            haproxy,
            heartbeat,
        });
    });
});

test("an invalid haproxy.cfg is rejected on the standby, and changes neither host", async () => {
    const look =
        "sha256sum /etc/haproxy/haproxy.cfg; systemctl show -p MainPID,ActiveEnterTimestamp,ReloadResult haproxy";
    const state = () => Promise.all(["lb1", "lb2"].map((name) => used.lab.host(name).run(look)));
    const before = await state();
    configure({ haproxy: { globalLines: ["no-such-word"] } });
    const probe = await Probe.start(used.lab, site);
    const said = await failedUp(used.stack);
    const { failed } = await probe.stop();
    expect(said).toContain('lb2.example.com: step "haproxy" failed (apply): HAProxy rejected the new haproxy.cfg');
    expect(said).toMatch(/haproxy\.cfg:\d+\].*unknown keyword 'no-such-word'/);
    expect(said).not.toContain("lb1.example.com: step");
    expect(await state()).toEqual(before);
    expect(failed).toBe(0);
});

describe("an upgrade of packages", () => {
    const version = (name: string) => used.lab.host("lb1").run(`dpkg-query -W -f '\${Version}' ${name}`);

    test("to an unknown version is rejected with the available versions, and changes nothing", inAll, async () => {
        configure({ haproxy: { version: "9.9" } });
        const said = await failedUp(used.stack);
        expect(said).toContain(
            'lb2.example.com: step "packages" failed (apply): apt-get could not install: haproxy=9.9',
        );
        expect(said).toContain(`haproxy | ${await version("haproxy")} |`);
        expect(await used.lab.onLoadBalancers("systemctl is-active haproxy heartbeat")).toEqual(
            Array(2).fill("active\nactive"),
        );
    });

    test("of a package on hold is rejected by name, and changes nothing", inAll, async () => {
        await used.lab.onLoadBalancers("apt-mark hold haproxy");
        const look = `sha256sum /etc/apt/preferences.d/*; systemctl show -p MainPID --value haproxy heartbeat; dpkg-query -W haproxy`;
        const before = await used.lab.onLoadBalancers(look);
        configure({ haproxy: { version: "9.9" } });
        expect(await failedUp(used.stack)).toContain(
            'lb2.example.com: step "packages" failed (apply): package haproxy is on hold',
        );
        expect(await used.lab.onLoadBalancers(look)).toEqual(before);
        await used.lab.onLoadBalancers("apt-mark unhold haproxy");
    });

    test("of HAProxy and Heartbeat drops no request, moves nothing, and starts the new programs", async () => {
        await used.lab.onLoadBalancers(
            "echo 'deb [trusted=yes] file:/srv/repo/upgrade ./' >/etc/apt/sources.list.d/later.list",
        );
        const later = {
            haproxy: `${await version("haproxy")}+later1`,
            heartbeat: `${await version("heartbeat")}+later1`,
        };
        await changeUnderLoad("an upgrade of haproxy and heartbeat", {
            haproxy: { version: later.haproxy },
            heartbeat: { version: later.heartbeat },
        });
        expect([await version("haproxy"), await version("heartbeat")]).toEqual([later.haproxy, later.heartbeat]);
        const programs =
            "for unit in haproxy heartbeat; do readlink /proc/$(systemctl show -p MainPID --value $unit)/exe; done";
        expect(await used.lab.onLoadBalancers(programs)).toEqual(
            Array(2).fill("/usr/sbin/haproxy\n/usr/libexec/heartbeat/heartbeat"),
        );
        expect(counts(await used.stack.preview())).toEqual({ unchanged: 21 });
    });

    test(
        "finishes a dpkg that was interrupted in a question about haproxy.cfg, and keeps this pair's file",
        inAll,
        async () => {
            const lb2 = used.lab.host("lb2");
            const before = await lb2.run("sha256sum /etc/haproxy/haproxy.cfg");
            await lb2.run(`cd "$(mktemp -d)"
            dpkg-deb -R /srv/repo/upgrade/haproxy_*.deb package
            echo '# another text' >>package/etc/haproxy/haproxy.cfg
            sed -i 's/^Version: .*/&2/' package/DEBIAN/control
            dpkg-deb -b package later.deb
            dpkg --unpack later.deb
            ! dpkg --configure haproxy </dev/null`);
            expect(await lb2.run("dpkg --audit")).toContain("haproxy");
            await used.stack.up();
            expect(await lb2.run("dpkg --audit; sha256sum /etc/haproxy/haproxy.cfg")).toBe(before);
            expect(await version("haproxy")).toBe(await lb2.run("dpkg-query -W -f '${Version}' haproxy"));
        },
    );
});

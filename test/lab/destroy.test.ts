/** What a destroy gives back to hosts that were in use before. (Fresh hosts are in classic.test.ts.) */
// @module-tag all
import { expect, test } from "vitest";
import { type Settings, writeConfig } from "../../lab/pulumi";
import { askHaproxy, failedUp, page, site, snapshot, usePair } from "./fixture";

const used = usePair({ name: "destroy" });
const hosts = () => ["lb1", "lb2"].map((name) => used.lab.host(name));

const ownConfiguration = `global
    stats socket /run/haproxy/admin.sock mode 660 level admin
defaults
    mode http
    timeout connect 5s
    timeout client 5s
    timeout server 5s
listen mine
    bind :8080
    server web 192.168.0.102:80
`;

test("leaves nothing on the hosts after a first pulumi up that failed", async () => {
    const before = await Promise.all(hosts().map(snapshot));
    const configFile = used.stack.place.configFile as string;
    writeConfig(used.lab, configFile, { haproxy: { globalLines: ["no-such-word"] } });
    expect(await failedUp(used.stack)).toContain("HAProxy rejected the new haproxy.cfg");
    await used.stack.destroy();
    expect(await Promise.all(hosts().map(snapshot))).toEqual(before);
    writeConfig(used.lab, configFile, {});
});

/** HAProxy cannot start on the standby with what is declared: the HAProxy that serves there goes on with its own files and sockets. */
async function expectOwnHaproxy(settings: Settings, message: string, more = ""): Promise<void> {
    const [, lb2] = hosts();
    const look = async () => {
        const files = await lb2.run(`cat /etc/haproxy/haproxy.cfg; ls /etc/systemd/system/haproxy.service.d
            systemctl show -p NeedDaemonReload haproxy; ${more}`);
        // An open socket in the file system, and one of the network.
        const info = await askHaproxy(lb2, "show info");
        return [files, /^Name:.*/m.exec(info)?.[0], (await page(used.lab, `http://${lb2.address}:8080/`)).status];
    };
    const before = await look();
    const configFile = used.stack.place.configFile as string;
    writeConfig(used.lab, configFile, settings);
    expect(await failedUp(used.stack)).toContain(message);
    expect(await look()).toEqual(before);
    writeConfig(used.lab, configFile, {});
}

/** Both reasons show only when HAProxy starts. */
async function expectOwnHaproxyLeftAlone(): Promise<void> {
    const [, lb2] = hosts();
    await lb2.run("systemd-run --quiet --unit taker python3 -m http.server --bind 127.0.0.1 8405");
    await expectOwnHaproxy(
        { haproxy: { sections: "listen extra\n    bind 127.0.0.1:8405\n" } },
        "HAProxy cannot start with the new configuration; the HAProxy that runs was not stopped",
        "systemctl show -p MainPID haproxy",
    );
    await lb2.run("systemctl stop taker");
    // A second HAProxy outside of the unit may write there; the unit's may not.
    await expectOwnHaproxy(
        { haproxy: { globalLines: ["stats socket /usr/local/haproxy.sock"] } },
        "HAProxy did not start with the new configuration; it was restarted with the previous one",
    );
}

test("restores a user's own HAProxy with its configuration, drop-in and packages", async () => {
    await used.lab.onLoadBalancers(`apt-get -qq update && apt-get -qq -y install haproxy >/dev/null 2>&1
        mkdir -p /etc/systemd/system/haproxy.service.d /etc/ha.d
        printf '[Service]\\nNice=1\\n' >/etc/systemd/system/haproxy.service.d/mine.conf
        echo 'left by hand' >/etc/ha.d/ha.cf
        ln -s /nowhere /etc/ha.d/authkeys
        sysctl -q -w net.ipv4.ip_nonlocal_bind=1
        systemctl daemon-reload`);
    await Promise.all(
        hosts().map((host) => host.run("cat >/etc/haproxy/haproxy.cfg; systemctl restart haproxy", ownConfiguration)),
    );
    const before = await Promise.all(hosts().map(snapshot));
    const mine = hosts().map(({ address }) => `http://${address}:8080/`);
    expect((await page(used.lab, mine[0])).status).toBe(200);

    await expectOwnHaproxyLeftAlone();
    await used.stack.up();
    expect((await page(used.lab, site)).status).toBe(200);
    await hosts()[0].run("apt-mark hold heartbeat");
    // What an administrator installs later is none of ours.
    await used.lab.onLoadBalancers("apt-get -qq -y install socat >/dev/null 2>&1");
    await used.stack.destroy();
    expect(await used.lab.onLoadBalancers("dpkg-query -W -f '${db:Status-Status}' socat")).toEqual([
        "installed",
        "installed",
    ]);
    await used.lab.onLoadBalancers("apt-get -qq -y purge socat >/dev/null 2>&1");

    expect(await Promise.all(hosts().map(snapshot))).toEqual(before);
    expect((await page(used.lab, site)).status).toBe(0);
    expect((await Promise.all(mine.map((url) => page(used.lab, url)))).map(({ status }) => status)).toEqual([200, 200]);
});

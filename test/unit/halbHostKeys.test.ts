/** `halb host-keys`, on a stand-in for a pair (pairStandIn.ts). */
import { describe, expect, test, vi } from "vitest";
import { hostKeys, shownKey } from "../../cli/hostKeys";
import { SshStandIn } from "../sshStandIn";
import { failure, output, usePairStandIn } from "./halbFixture";

const used = usePairStandIn();

describe("host-keys", () => {
    test("shows the key and the fingerprint of a host without a login", async () => {
        const { ssh } = used.pair.hosts[0];
        const shown = await shownKey({ host: "127.0.0.1", port: ssh.port });
        expect(shown).toEqual({
            host: "127.0.0.1",
            hostKey: ssh.hostKey,
            fingerprint: expect.stringMatching(/^SHA256:[\w+/]{43}$/),
        });
        expect(ssh.attempts).toEqual([]);
    });

    test("reaches a host behind a proxy", async () => {
        const proxy = await SshStandIn.start();
        proxy.behind = used.pair.hosts[0].ssh;
        const shown = await shownKey({ host: "10.9.9.9", port: 22, proxy: proxy.login });
        expect(shown).toMatchObject({ host: "10.9.9.9", hostKey: used.pair.hosts[0].ssh.hostKey });
        await vi.waitFor(() => expect(proxy.openConnections).toBe(0));
    });

    test("names the host that showed no key", async () => {
        const { port } = used.pair.hosts[0].ssh;
        await used.pair.hosts[0].ssh.stop();
        expect(
            (await failure(shownKey({ host: "127.0.0.1", port }))).replace(/[\d.]+:\d+/, "ADDRESS"),
        ).toMatchInlineSnapshot(`"127.0.0.1: no SSH host key (connect ECONNREFUSED ADDRESS)"`);
    });

    const shown = [
        { host: "10.0.0.1", hostKey: "ssh-ed25519 AAAA", fingerprint: "SHA256:abc" },
        { host: "10.0.0.2", hostKey: "ssh-ed25519 BBBB", fingerprint: "SHA256:def" },
    ];

    test("prints the commands that pin the keys", async () => {
        expect(await hostKeys(shown, false)).toBe(0);
        expect(output(used.printed)).toMatchInlineSnapshot(`
          "# 10.0.0.1 shows SHA256:abc
          pulumi config set --path 'hosts[0].hostKey' 'ssh-ed25519 AAAA'
          # 10.0.0.2 shows SHA256:def
          pulumi config set --path 'hosts[1].hostKey' 'ssh-ed25519 BBBB'
          # The hosts at these addresses presented these keys. Compare the fingerprints on the hosts themselves before you pin them:
          #   ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"
        `);
    });

    test("prints the keys as JSON", async () => {
        expect(await hostKeys(shown, true)).toBe(0);
        expect(used.printed).toHaveLength(1);
        expect(JSON.parse(used.printed[0])).toEqual(shown);
    });
});

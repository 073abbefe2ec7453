/** TLS: what clients see of certificates by name, of their renewal, and of what is wrong with them. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeConfig } from "../../lab/pulumi";
import { makeAuthority, makeCertificate } from "../certificates";
import { counts, failedUp, failure, head, inAll, site, underLoad, useServingPair, virtualIp } from "./fixture";

const servers = [
    { name: "web1", address: "192.168.0.102" },
    { name: "web2", address: "192.168.0.103" },
];
const haproxy = {
    frontend: [{ name: "www", defaultBackend: "all" }],
    backend: [{ name: "all", servers }],
};
const settings = { servers: [], listen: { name: "unused" }, haproxy };
const used = useServingPair({ name: "tls" }, settings);

const authority = makeAuthority("Test CA");
const certificates = () => [
    { name: "site", ...makeCertificate(["www.example.com"], authority) },
    { name: "other", ...makeCertificate(["other.example.com"], authority) },
];
const bind = [{ port: 80 }, { port: 443, ssl: { certificates: ["site", "other"] } }];
const clients = { port: 8443, ssl: { certificates: ["site"], clientCa: authority.certificate } };
const secure = {
    ...haproxy,
    frontend: [{ ...haproxy.frontend[0], bind, httpsRedirect: true, hsts: 3600 }],
    listen: [{ name: "clients", bind: [clients], servers: [servers[1]] }],
    stats: { onVirtualIps: "tls" },
};
const files = "cat /etc/haproxy/ha-load-balancer-pair/certificates/*";
let given: ReturnType<typeof certificates>;

function scratch(name: string, text: string): string {
    const file = join(used.lab.scratch, name);
    writeFileSync(file, text);
    return file;
}

/** What a client sees that trusts the authority alone. */
async function trusting(name: string, port = 443, ...options: string[]): Promise<string> {
    const address = ["--resolve", `${name}:${port}:${virtualIp}`, `https://${name}:${port}/`];
    const trust = ["--cacert", scratch("authority.pem", authority.certificate)];
    const command = ["curl", "-sS", "-m", "3", "-D", "-", ...trust, ...options, ...address];
    const { stdout, stderr } = await used.lab.attempt(command);
    return stdout + stderr;
}

/** Requests over TLS, one after the other, each on a connection of its own; what became of those that failed. */
async function securely(action: () => Promise<unknown>): Promise<{ sent: number; failures: string[] }> {
    let isOver = false;
    const answers: string[] = [];
    const client = (async () => {
        while (!isOver) {
            answers.push(await trusting("www.example.com"));
        }
    })();
    await action();
    isOver = true;
    await client;
    return { sent: answers.length, failures: answers.filter((answer) => !answer.startsWith("HTTP/2 200")) };
}

function secured(haproxySettings: object, list: object): void {
    writeConfig(used.lab, used.stack.place.configFile as string, {
        ...settings,
        haproxy: haproxySettings,
        certificates: list,
    });
}

test("enables certificates by name, HTTP/2, a redirect and HSTS without a lost request", async () => {
    given = certificates();
    secured(secure, given);
    // The probe heeds no redirect, and so may meet one.
    const { failed } = await underLoad(used.lab, "TLS", () => used.stack.up());
    expect(failed).toBe(0);
    expect(await head(used.lab, `${site}two?x=1`)).toMatch(
        /^HTTP\/1.1 301[\s\S]*location: https:\/\/192.168.0.99\/two\?x=1\r?$/m,
    );
    for (const name of ["www.example.com", "other.example.com"]) {
        expect(await trusting(name)).toMatch(/^HTTP\/2 200[\s\S]*strict-transport-security: max-age=3600/);
    }
    expect(await trusting("third.example.com")).toContain("no alternative certificate subject name matches");
    // The client's own library would refuse it too, were it not told to be lax.
    const old = ["--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0"];
    expect(await trusting("www.example.com", 443, ...old)).toContain("alert protocol version");
});

test("rejects a client without a certificate if clientCa is declared", async () => {
    expect(await trusting("www.example.com", clients.port)).not.toContain("HTTP/");
    const { certificate, privateKey } = makeCertificate(["somebody"], authority);
    const cert = ["--cert", scratch("client.pem", certificate + privateKey)];
    const url = `https://${virtualIp}:${clients.port}/`;
    const { stdout } = await used.lab.attempt(["curl", "-sS", "-k", "-m", "3", ...cert, url]);
    expect(stdout).toContain("This is web2.");
});

test("only root can read the keys, and no other place has them unencrypted", async () => {
    const log = [await used.stack.state(), await used.stack.preview("--diff")].join("\n");
    for (const { privateKey } of given) {
        const line = privateKey.split("\n")[1];
        expect(log).not.toContain(line);
        for (const host of used.lab.loadBalancers) {
            expect(await host.run(`grep -rlF -- '${line}' /etc /var /run /tmp /root 2>/dev/null | wc -l`)).toBe("1");
        }
    }
    for (const host of used.lab.loadBalancers) {
        expect(await host.run("stat -c '%a %U' /etc/haproxy/ha-load-balancer-pair/certificates/*")).toBe(
            "600 root\n600 root",
        );
    }
});

test("loads renewed certificates without a lost request, and deletes old ones", async () => {
    const [renewed] = certificates();
    secured(
        {
            ...secure,
            listen: [],
            frontend: [
                { ...haproxy.frontend[0], bind: [{ port: 80 }, { port: 443, ssl: { certificates: ["site"] } }] },
            ],
        },
        [renewed],
    );
    const { sent, failures } = await securely(() => used.stack.up());
    console.log(`a renewal: ${failures.length} of ${sent} requests over TLS failed`);
    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(50);
    for (const host of used.lab.loadBalancers) {
        expect(await host.run(files)).toBe((renewed.certificate + renewed.privateKey).trim());
    }
    expect(await trusting("www.example.com")).toMatch(/^HTTP\/2 200/);
    expect(counts(await used.stack.preview())).toEqual({ unchanged: 21 });
});

test("serves the statistics page only over TLS, also if the site has no TLS", async () => {
    const status = async (url: string) =>
        (await used.lab.run(["curl", "-sSk", "-m", "3", "-o", "/dev/null", "-w", "%{http_code}", url])).trim();
    expect(await status(site)).toBe("200");
    expect(await status(`${site}haproxy?stats`)).toBe("403");
    expect(await status(`https://${virtualIp}/haproxy?stats`)).toBe("401");
    expect(await used.stack.outputs()).toMatchObject({ statisticsUrl: `https://${virtualIp}/haproxy?stats` });
});

test("preview reports an invalid certificate", inAll, async () => {
    const [one, another] = certificates();
    secured(secure, [{ ...one, privateKey: another.privateKey }, another]);
    const said = await failure(used.stack, "preview");
    expect(said).toContain("haproxy.certificates[0].privateKey: is not the key of the certificate");
    expect(said).not.toMatch(/^\s+at /m);
});

test("rejects the removal of a certificate that a text refers to", inAll, async () => {
    const file = "/etc/haproxy/ha-load-balancer-pair/certificates/site.pem";
    const text = `frontend text\n    mode http\n    bind ${virtualIp}:8444 ssl crt ${file}\n    http-request return status 200\n`;
    secured({ ...haproxy, sections: text }, []);
    expect(await failedUp(used.stack)).toContain(`the new haproxy.cfg refers to ${file}, which is no longer declared`);
});

test("leaves no certificate after TLS was removed", inAll, async () => {
    secured(haproxy, []);
    await used.stack.up();
    for (const host of used.lab.loadBalancers) {
        expect(await host.run("find /etc/haproxy -path '*ha-load-balancer-pair/*'")).toBe("");
    }
});

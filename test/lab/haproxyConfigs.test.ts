/** Generated configurations, and what is published as examples, in front of the real HAProxy of each release. */
import { type ChildProcess, spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { haproxySecrets } from "../../components/render/haproxy/haproxySecrets";
import { healthCfg } from "../../components/render/haproxy/healthCfg";
import { peersCfg } from "../../components/render/haproxy/peersCfg";
import { authorities, certificateFile, certificatePath } from "../../components/render/haproxy/tls";
import { until } from "../../support/wait";
import { makeCertificate } from "../certificates";
import { cases } from "../generated";
import { authority, certificates, haproxyArbitrary } from "../haproxyArbitrary";
import { model, nodes, render } from "../haproxyInputs";
import { useLab } from "./fixture";

const configurations = cases(1000).numRuns;
const peers = peersCfg({ port: 10000 }, nodes, 0);
const health = healthCfg(model({ stats: { port: 8404, src: ["10.0.0.0/8", "fd00::1"] } }).stats, nodes[0]);
const server = { name: "a", address: "a", ssl: { ca: authority.certificate } };
const withAuthority = { backend: [{ name: "a", servers: [server] }] };

/** Takes files in one text, each behind a line with its name, and says which HAProxy refuses, and why. */
const judge = `set -eu
cd "$(mktemp -d)"
awk '/^=== / { file = $2; next } { print > file }'
for cfg in *.cfg; do
    case $cfg in secrets.cfg | health.cfg | peers.cfg) continue ;; esac
    haproxy -c -dW -L lb1.example.com -f secrets.cfg -f "$cfg" -f health.cfg -f peers.cfg >out 2>&1 || { echo "$cfg:"; cat out; }
done`;

const seed = Date.now() & 0x7fffffff;
let made: Record<string, string> | undefined;

/** Generated once: both releases judge the same configurations. */
function generated(): Record<string, string> {
    made ??= Object.fromEntries(
        fc
            .sample(haproxyArbitrary, { numRuns: configurations, seed })
            .map((args, i): [string, string] => [`${i}.cfg`, render(args)]),
    );
    return made;
}

/** The manual is in the package, though not on a host that installs no documentation. */
const readManual = `cd "$(mktemp -d)"; apt-get -qq download haproxy 2>/dev/null
dpkg-deb --fsys-tarfile haproxy_*.deb | tar xO ./usr/share/doc/haproxy/configuration.txt.gz | gunzip`;

describe.each(["bookworm", "trixie"])("HAProxy of %s", (release) => {
    const used = useLab({ name: `configs-${release}`, release, loadBalancers: 1, backEnds: 0 });
    const refused = (cfgs: Record<string, string>) => {
        const all = {
            "secrets.cfg": haproxySecrets("a password"),
            "health.cfg": health,
            "peers.cfg": peers,
            ...cfgs,
        };
        const text = Object.entries(all).map(([name, cfg]) => `=== ${name}\n${cfg}`);
        return used.lab.host("lb1").run(judge, text.join(""));
    };

    beforeAll(async () => {
        await used.lab
            .host("lb1")
            .run("apt-get -qq update && apt-get -qq -y install --no-install-recommends haproxy ca-certificates >&2");
        const pems = certificates.map((each): [string, string] => [
            certificatePath(each.name),
            certificateFile(each.certificate, each.privateKey),
        ]);
        for (const [path, text] of [...pems, ...Object.entries(authorities(model(withAuthority)))]) {
            await used.lab.host("lb1").run(`mkdir -p "$(dirname "${path}")"; cat >"${path}"`, text);
        }
    });

    test(`accepts ${configurations} generated configurations without a warning`, async () => {
        const cfgs = generated();
        expect(new Set(Object.values(cfgs)).size).toBeGreaterThan(configurations * 0.9);
        expect(await refused(cfgs), `seed ${seed}`).toBe("");
    });

    test("rejects a configuration with an unknown keyword", async () => {
        expect(await refused({ "bad.cfg": "listen a\n    blance roundrobin\n" })).toMatch(
            /^bad.cfg:[\s\S]*unknown keyword 'blance'/,
        );
    });

    test("renders the package's own haproxy.cfg and the manual's examples as text, unchanged", async () => {
        const own = await used.lab.host("lb1").run("cat /etc/haproxy/haproxy.cfg");
        const manual = await used.lab.host("lb1").run(readManual);
        const examples = [own, ...examplesOf(manual)];
        expect(examples).toHaveLength(3);
        for (const config of examples.map((text) => `${text}\n`)) {
            expect(render({ config })).toBe(config);
            expect(await refused({ "example.cfg": config })).toBe("");
        }
    });
});

describe("OCSP stapling (HAProxy 3.0)", () => {
    const used = useLab({ name: "ocsp", release: "trixie", loadBalancers: 1, backEnds: 0 });
    const responder = "http://192.168.0.1:8889";

    /** Answers for one certificate, by openssl, where the clients are. */
    function startResponder(certificate: string): ChildProcess {
        const { serialNumber } = new X509Certificate(certificate);
        const file = (name: string, text: string): string => {
            const path = join(used.lab.scratch, name);
            writeFileSync(path, text);
            return path;
        };
        const index = file("index.txt", `V\t391231235959Z\t\t${serialNumber}\tunknown\t/CN=www.example.com\n`);
        const ca = file("ca.pem", authority.certificate);
        const key = file("ca.key", authority.privateKey);
        const options = ["-port", "8889", "-index", index, "-CA", ca, "-rsigner", ca, "-rkey", key, "-ndays", "1"];
        const [program, ...words] = [...used.lab.enter, "openssl", "ocsp", ...options];
        return spawn(program, words, { stdio: "ignore" });
    }

    test("staples a good OCSP answer", async () => {
        mkdirSync(used.lab.scratch, { recursive: true });
        const more = `authorityInfoAccess=OCSP;URI:${responder}`;
        const site = { name: "site", ...makeCertificate(["www.example.com"], authority, "ec", more) };
        const cfg = render({
            ocspUpdate: true,
            certificates: [site],
            frontend: [
                {
                    name: "www",
                    bind: [{ port: 443, ssl: { certificates: ["site"] } }],
                    httpRequest: [{ action: "return", words: ["status", "200"] }],
                },
            ],
        }).replaceAll("192.168.0.99", "192.168.0.100");
        const host = used.lab.host("lb1");
        await host.run(`apt-get -qq update && apt-get -qq -y install --no-install-recommends haproxy >&2
            mkdir -p "$(dirname ${certificatePath("site")})"`);
        await host.run(`cat >${certificatePath("site")}`, certificateFile(site.certificate, site.privateKey));
        await host.run("sed '/2001:db8/d' >/etc/haproxy/haproxy.cfg", cfg);
        const answering = startResponder(site.certificate);
        try {
            await host.run("haproxy -c -dW -f /etc/haproxy/haproxy.cfg && systemctl restart haproxy");
            const ask = [
                "openssl",
                "s_client",
                "-connect",
                "192.168.0.100:443",
                "-servername",
                "www.example.com",
                "-status",
            ];
            await until("HAProxy has an answer to give", 60_000, async () => {
                const { stdout } = await used.lab.attempt(["timeout", "5", ...ask], { input: "" });
                return /OCSP Response Status: successful[\s\S]*Cert Status: good/.test(stdout);
            });
        } finally {
            answering.kill();
        }
    });
});

/** The configurations of the manual's chapter "Examples". */
function examplesOf(manual: string): string[] {
    const [, chapter] = /\n2\.\d\. Examples\n-+\n([\s\S]*?)\n3\. /.exec(manual) ?? [];
    return chapter
        .split(/^ {4}(?=global$)/m)
        .slice(1)
        .map((text) => text.split(/\n\n\n|\n(?=\S)/)[0].trim());
}

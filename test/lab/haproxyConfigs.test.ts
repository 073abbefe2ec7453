/** Generated configurations, and what is published as examples, in front of the real HAProxy of each release. */
import type { Unwrap } from "@pulumi/pulumi";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { HaproxyArgs } from "../../components";
import { haproxyDefaults, virtualIpDefaults } from "../../components/defaults";
import { haproxyCfg } from "../../components/render/haproxy/haproxyCfg";
import { haproxySecrets } from "../../components/render/haproxy/haproxySecrets";
import { healthCfg } from "../../components/render/haproxy/healthCfg";
import { haproxyArbitrary } from "../haproxyArbitrary";
import { useLab } from "./fixture";

const configurations = 1000;
const nodes = [
    { name: "lb1.example.com", address: "192.168.0.100" },
    { name: "lb2.example.com", address: "192.168.0.101" },
];
const virtualIps = virtualIpDefaults([{ address: "192.168.0.99" }, { address: "2001:db8::99" }], nodes);
const render = (args: HaproxyArgs) => haproxyCfg(haproxyDefaults(args as Unwrap<HaproxyArgs>, virtualIps));

/** Takes files in one text, each behind a line with its name, and says which HAProxy refuses, and why. */
const judge = `set -eu
cd "$(mktemp -d)"
awk '/^=== / { file = $2; next } { print > file }'
for cfg in *.cfg; do
    case $cfg in secrets.cfg | health.cfg) continue ;; esac
    haproxy -c -dW -f secrets.cfg -f "$cfg" -f health.cfg >out 2>&1 || { echo "$cfg:"; cat out; }
done`;

/** The manual is in the package, though not on a host that installs no documentation. */
const readManual = `cd "$(mktemp -d)"; apt-get -qq download haproxy 2>/dev/null
dpkg-deb --fsys-tarfile haproxy_*.deb | tar xO ./usr/share/doc/haproxy/configuration.txt.gz | gunzip`;

describe.each(["bookworm", "trixie"])("HAProxy of %s", (release) => {
    const used = useLab({ name: `configs-${release}`, release, loadBalancers: 1, backEnds: 0 });
    const refused = (cfgs: Record<string, string>) => {
        const all = { "secrets.cfg": haproxySecrets("a password"), "health.cfg": healthCfg(), ...cfgs };
        const text = Object.entries(all).map(([name, cfg]) => `=== ${name}\n${cfg}`);
        return used.lab.host("lb1").run(judge, text.join(""));
    };

    beforeAll(async () => {
        await used.lab
            .host("lb1")
            .run("apt-get -qq update && apt-get -qq -y install --no-install-recommends haproxy >&2");
    });

    test(`accepts ${configurations} generated configurations without a warning`, async () => {
        const seed = Date.now() & 0x7fffffff;
        const sample = fc.sample(haproxyArbitrary, { numRuns: configurations, seed });
        const cfgs = Object.fromEntries(sample.map((args, i) => [`${i}.cfg`, render(args)]));
        expect(new Set(Object.values(cfgs)).size).toBeGreaterThan(configurations * 0.9);
        expect(await refused(cfgs), `seed ${seed}`).toBe("");
    });

    test("would have told of one that it does not accept", async () => {
        expect(await refused({ "bad.cfg": "listen a\n    blance roundrobin\n" })).toMatch(
            /^bad.cfg:[\s\S]*unknown keyword 'blance'/,
        );
    });

    test("takes the package's own haproxy.cfg and the manual's examples as text, unchanged", async () => {
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

/** The configurations of the manual's chapter "Examples". */
function examplesOf(manual: string): string[] {
    const [, chapter] = /\n2\.\d\. Examples\n-+\n([\s\S]*?)\n3\. /.exec(manual) ?? [];
    return chapter
        .split(/^ {4}(?=global$)/m)
        .slice(1)
        .map((text) => text.split(/\n\n\n|\n(?=\S)/)[0].trim());
}

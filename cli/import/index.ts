/** `halb import`: the component arguments that reproduce what two hosts have that were set up by hand. */
import type { HaLoadBalancerPairArgs } from "../../components/args";
import type { Login } from "../../components/remote/ssh";
import { canonical } from "../../components/values/canonical";
import { UserError } from "../../support/errors";
import { ownScript } from "../look";
import { runAsRoot } from "../stack";
import { importHaproxyCfg } from "./haproxy";
import { type Imported, importHaCf, importHaresources, ucastAddresses } from "./heartbeat";

/** What a host said of itself; see import.sh. */
interface Found {
    login: Login;
    node: string;
    addresses: { address: string; interface: string }[];
    files: Record<string, string>;
    methods: string[];
}

async function look(login: Login): Promise<Found> {
    const { code, stdout, stderr } = await runAsRoot(login.host, login, `${ownScript("import.sh")}\nimport\n`);
    if (code !== 0) {
        throw new UserError(`${login.host}: ${stderr.trim()}`);
    }
    const rows = stdout.split("\n").map((line) => line.split("\t"));
    const all = (keyword: string) => rows.filter(([word]) => word === keyword).map(([, ...fields]) => fields);
    return {
        login,
        node: all("node")[0][0].toLowerCase(),
        addresses: all("address").map(([entry, name]) => {
            return { address: canonical(entry.split("/")[0]), interface: name };
        }),
        files: Object.fromEntries(all("file").map(([path, text]) => [path, Buffer.from(text, "base64").toString()])),
        methods: all("authkeys").map(([, method]) => method),
    };
}

/** The arguments, of what both hosts said. The host that haresources names first is the preferred one. */
export function imported(found: Found[]): Imported<Partial<HaLoadBalancerPairArgs>> {
    const haresources = found[0].files["/etc/ha.d/haresources"] ?? "";
    const [preferred] = haresources
        .replace(/^\s*#.*$/gm, "")
        .trim()
        .split(/\s+/);
    const hosts = [...found].sort(
        (a, b) => Number(b.node === preferred.toLowerCase()) - Number(a.node === preferred.toLowerCase()),
    );
    const names = hosts.map(({ node }) => node);
    const virtualIps = importHaresources(haresources, names);
    const virtualAddresses = virtualIps.args.map(({ address }) => String(address));
    const heartbeat = importHaCf(hosts[0].files["/etc/ha.d/ha.cf"] ?? "", linksOf(hosts, virtualAddresses));
    const haproxy = importHaproxyCfg(hosts[0].files["/etc/haproxy/haproxy.cfg"] ?? "", virtualAddresses);
    const differing = ["/etc/ha.d/haresources", "/etc/haproxy/haproxy.cfg"].filter(
        (path) => hosts[0].files[path] !== hosts[1].files[path],
    );
    const methods = [...new Set(hosts.flatMap((host) => host.methods))];
    return {
        args: {
            hosts: hosts.map(({ node, login: { host, hostKey } }) => ({ name: node, address: host, hostKey })),
            ...connectionOf(hosts[0].login),
            virtualIps: virtualIps.args,
            heartbeat: heartbeat.args,
            haproxy: haproxy.args,
        },
        notes: [
            ...differing.map(
                (path) =>
                    `${path} differs between the two hosts; the arguments are from ${names[0]}. Compare both files`,
            ),
            ...heartbeat.notes,
            ...virtualIps.notes,
            ...haproxy.notes,
            ...(methods.length > 0
                ? [
                      `authkeys: the key (${methods.join(", ")}) is not imported; "pulumi up" generates a random key, for sha1`,
                  ]
                : []),
        ],
    };
}

/**
 * By interface, one address of each host, in the order of hosts; never a virtual IP. If a host has several addresses on an interface, its
 * address is that of a `ucast` line of either host, or else the first one.
 */
function linksOf(hosts: Found[], virtualIps: string[]): Record<string, string[]> {
    const named = hosts.flatMap(({ files }) => ucastAddresses(files["/etc/ha.d/ha.cf"] ?? ""));
    const links: Record<string, string[]> = {};
    for (const { addresses } of hosts) {
        const own = addresses.filter(({ address }) => !virtualIps.includes(address) && !address.includes(":"));
        for (const name of new Set(own.map((each) => each.interface))) {
            const onIt = own.filter((each) => each.interface === name).map(({ address }) => address);
            links[name] = [...(links[name] ?? []), onIt.find((address) => named.includes(address)) ?? onIt[0]];
        }
    }
    return links;
}

/** How it was logged in, where that is not the default. */
function connectionOf({ user, port }: Login): Pick<HaLoadBalancerPairArgs, "connection"> | undefined {
    const connection = { ...(user === "root" ? {} : { user }), ...(port === 22 ? {} : { port }) };
    return Object.keys(connection).length === 0 ? undefined : { connection };
}

export async function importPair(logins: Login[]): Promise<number> {
    const { args, notes } = imported(await Promise.all(logins.map(look)));
    console.log(JSON.stringify(args, null, 4));
    for (const note of notes) {
        console.error(`note: ${note}`);
    }
    return 0;
}

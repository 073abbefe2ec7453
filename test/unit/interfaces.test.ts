/** The selectors of interfaces (steps/sh/interfaces.sh), resolved in a network namespace of its own. Needs root. */
import { expect, test } from "vitest";
import { script } from "../../components/steps/script";
import { attempt, run } from "../../support/run";

const begin = `set -eu
state=/nowhere virtual_ips='' virtual_ip_selectors=''
${script("interfaces.sh")}
add() {
    ip link add dev "$1" type veth peer name "peer-$(ip link show | grep -c .)"
    ip link set dev "$1" up
    [ $# -lt 2 ] || ip address add "$2" dev "$1"
}
`;

test("rejects a name with characters of sed or a shell", async () => {
    for (const name of ["$(reboot)|e;#", "a&b", 'x"y', "[a]"]) {
        const body = `add '${name}' 192.0.2.1/24\nresolve_interface 192.0.2.1 && exit 7\necho "$why. $way"`;
        const { code, stdout } = await attempt(["unshare", "--net", "sh"], { input: begin + body });
        expect(code).toBe(0);
        expect(stdout).toBe(
            `network interface "${name}": unsupported characters in its name (allowed: letters, digits, _ . @ -). rename the interface\n`,
        );
    }
});

test("matches a dot in a selector literally", async () => {
    const body = `add eth1.1; add eth111
link_selectors='eth1.1 eth111'
file=$(mktemp)
printf 'bcast {eth111}\\nbcast {eth1.1}\\n' >"$file"
fill_in_links "$file"
cat "$file"; rm "$file"`;
    expect(await run(["unshare", "--net", "sh"], { input: begin + body })).toBe("bcast eth111\nbcast eth1.1");
});

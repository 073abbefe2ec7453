/** Debian 12 becomes Debian 13 under a pair that serves, host by host, by the commands in docs/upgrading.md. */
// @module-tag all
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Host } from "../../lab/host";
import { untilRest } from "../../lab/rest";
import { until } from "../../support/wait";
import { root } from "../../toolchain/paths";
import { counts, switchOver, underLoad, untilHolds, useServingPair } from "./fixture";

const used = useServingPair({ name: "release", release: "bookworm", nextRelease: "trixie" });
const releaseOf = (host: Host) => host.run(". /etc/os-release; echo $VERSION_CODENAME");

/** The page's commands for a host. A lab's hosts have another package source than Debian's mirrors. */
function commands(): string[] {
    const [, block] = /^```sh host\n(.*?)^```$/ms.exec(
        readFileSync(join(root, "docs/upgrading.md"), "utf8"),
    ) as RegExpExecArray;
    const lines = block.trim().split("\n");
    expect(lines[1]).toContain("sed -i 's/bookworm/trixie/g'");
    lines[1] = lines[1].replace("s/bookworm/trixie/g", "s,/srv/repo,/srv/next,").replace("bookworm", "/srv/repo");
    return lines;
}

/** Upgrades a host that holds nothing, and reboots it. */
async function upgrade(host: Host): Promise<void> {
    const [reboot, ...before] = commands().reverse();
    expect(reboot).toBe("systemctl reboot");
    await host.run(["set -e", ...before.reverse()].join("\n"));
    await host.attempt("systemctl poweroff");
    await until(`${host.name} is off`, 60_000, async () => !host.isOn());
    await host.boot();
    await untilRest(used.lab);
}

test.each([
    ["lb2", "lb1"],
    ["lb1", "lb2"],
])("%s while %s serves: no request is lost", async (name, other) => {
    const host = used.lab.host(name);
    await switchOver(used, other);
    await untilRest(used.lab, other);
    const { failed } = await underLoad(used.lab, `Debian is upgraded on ${name}`, async () => {
        await upgrade(host);
        await used.stack.up();
        await switchOver(used, name);
        await untilRest(used.lab, name);
    });
    expect(failed).toBe(0);
    expect(await releaseOf(host)).toBe("trixie");
    expect(counts(await used.stack.preview())).toEqual({ unchanged: 21 });
    const { gap } = await underLoad(used.lab, `${name} loses power after its upgrade`, async () => {
        await host.powerOff();
        await untilHolds(used.lab.host(other));
    });
    expect(gap).toBeLessThan(10);
    await host.boot();
    await untilRest(used.lab);
});

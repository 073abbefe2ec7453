/** Two versions of the package on one pair that serves: the one in previous/, and the one of this checkout. */
// @module-tag all
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { version } from "../../components/version";
import type { Host } from "../../lab/host";
import { untilAcceptsRequests, untilRest } from "../../lab/rest";
import { run } from "../../support/run";
import { root } from "../../toolchain/paths";
import { Stack } from "../../toolchain/stack";
import { counts, failure, halb, snapshot, underLoad, untilHolds, useServingPair } from "./fixture";
import { useInstalled } from "./installed";

const used = useServingPair({ name: "versions" });
const installed = useInstalled();
const remembered = "/var/lib/ha-load-balancer-pair/version";
const previousVersion = "0.0.9";

const current = () => new Stack({ ...used.stack.place, dir: installed.dir });
const previous = () => new Stack({ ...used.stack.place, dir: join(installed.dir, "previous") });
const hosts = () => used.lab.loadBalancers;
const versions = () => Promise.all(hosts().map((host) => host.run(`cat ${remembered}`)));

/** The keepers of the two versions ignore each other's packets (previous/README.md), so that `untilRest` would wait in vain. */
const untilHeartbeatsHeed = () => Promise.all(hosts().map(untilAcceptsRequests));

async function handOver(from: Host, to: Host): Promise<void> {
    await from.run("/usr/share/heartbeat/hb_standby all");
    await untilHolds(to);
}

/** Makes a folder a project with the program of `programs/moved`, importing the package by its name. */
function makeProject(dir: string): void {
    const program = join(root, "test/lab/programs/moved");
    cpSync(join(program, "Pulumi.yaml"), join(dir, "Pulumi.yaml"));
    const text = readFileSync(join(program, "index.ts"), "utf8");
    writeFileSync(join(dir, "index.ts"), text.replace("../../../../components", "ha-load-balancer-pair"));
}

beforeAll(async () => {
    // Below the other project, whose node_modules has the packages that both versions depend on.
    const own = join(installed.dir, "previous", "node_modules", "ha-load-balancer-pair");
    mkdirSync(own, { recursive: true });
    await run(["tar", "-xzf", join(root, "test/lab/previous/package.tgz"), "-C", own, "--strip-components=1"]);
    makeProject(installed.dir);
    makeProject(join(installed.dir, "previous"));
    await current().up();
});

test("the previous version is rejected on hosts that this version converged, before any change", async () => {
    const before = await Promise.all(hosts().map(snapshot));
    for (const words of [["preview"], ["up", "--yes", "--skip-preview"]]) {
        const said = await failure(previous(), ...words);
        expect(said).toContain(
            `converged by version ${version} of ha-load-balancer-pair, and this is ${previousVersion}`,
        );
        expect(said).toContain(`delete ${remembered} on both hosts`);
    }
    expect(await Promise.all(hosts().map(snapshot))).toEqual(before);
    expect(await versions()).toEqual([version, version]);
});

test("a downgrade on purpose drops no request", async () => {
    await Promise.all(hosts().map((host) => host.run(`rm ${remembered}`)));
    const { failed } = await underLoad(used.lab, "back to the previous version", () => previous().up());
    expect(failed).toBe(0);
    expect(await versions()).toEqual([previousVersion, previousVersion]);
    expect(counts(await previous().preview())).toEqual({ unchanged: 21 });
});

describe("this version on the standby, the previous version on the holder", () => {
    test("the upgrade of the standby drops no request", async () => {
        const { failed } = await underLoad(used.lab, "this version on the standby", () =>
            current().up("--target", "**::lb-lb2.example.com-*"),
        );
        expect(failed).toBe(0);
        expect(await versions()).toEqual([previousVersion, version]);
    });

    test("Heartbeat hands over both ways with a gap below 2 s, and halb switchover is rejected", async () => {
        const [lb1, lb2] = hosts();
        for (const [from, to] of [
            [lb1, lb2],
            [lb2, lb1],
        ]) {
            await untilHeartbeatsHeed();
            const { gap } = await underLoad(used.lab, `hand-over to ${to.name}`, () => handOver(from, to));
            expect(gap).toBeLessThan(2);
        }
        const { code, stderr } = await halb(used, ["switchover", "--to", "lb2"]);
        expect(code).not.toBe(0);
        expect(stderr).toContain("nothing was moved: its keeper does not hear the peer's keeper");
    });

    test("each host takes over when the other loses power", async () => {
        const takesOver = async (dead: Host, survivor: Host) => {
            await untilHeartbeatsHeed();
            const { gap } = await underLoad(used.lab, `${dead.name} loses power`, async () => {
                await dead.powerOff();
                await untilHolds(survivor);
            });
            expect(gap).toBeLessThan(10);
            await dead.boot();
        };
        const [lb1, lb2] = hosts();
        await takesOver(lb1, lb2);
        // It takes its own back.
        await untilHolds(lb1);
        await untilHeartbeatsHeed();
        await handOver(lb1, lb2);
        await takesOver(lb2, lb1);
    });
});

test("the upgrade of the holder drops no request, and the next preview shows no change", async () => {
    await untilHeartbeatsHeed();
    const { failed } = await underLoad(used.lab, "this version on both", () => current().up());
    expect(failed).toBe(0);
    expect(await versions()).toEqual([version, version]);
    await untilRest(used.lab);
    expect(counts(await current().preview())).toEqual({ unchanged: 21 });
});

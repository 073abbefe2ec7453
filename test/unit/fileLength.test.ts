/** A file should be short enough to read whole. A longer one needs a reason here. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(__dirname, "..", "..");

/** In lines. Tests may be longer: a reader looks for one of them, and does not read them all. */
const limit = { product: 250, test: 420 };

const reasons: Record<string, string> = {
    "components/host/VirtualIp":
        "Heartbeat runs one program with each action (resource.d), and the actions share their functions",
    "components/host/lib/keeper/address/virtual_ip.py": "one class: the state of a virtual IP on this host",
    "components/host/lib/keeper/keeper.py": "one class: the order in which the keeper looks, decides and acts",
    "components/host/lib/keeper/ports/system.py":
        "one port: all that the keeper asks of the system, which the simulation replaces",
    "components/host/lib/keeper/protocol/peer.py": "one class: which packets of the peer count, and why",
    "components/steps/sh/heartbeat.sh": "one step: the cases of one change depend on each other",
    "components/steps/sh/lib.sh": "the functions that every step uses arrive on a host as one text",
    "lab/host.ts": "one class: what can happen to a host of a lab",
    "test/keeper/test_virtual_ip.py": "all tests share one fake of the system",
    "test/simulation/service.py": "one model of Heartbeat, checked against the real one (model.test.ts)",
    "toolchain/offline/language-host/host.ts":
        "a stand-in for one program, compared with the real one (conformance.test.ts)",
};

const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: root, encoding: "utf8" })
    .trim()
    .split("\n")
    .filter((file) => /\.(ts|py|sh)$|\/VirtualIp$/.test(file) && existsSync(join(root, file)));

function isLong(file: string): boolean {
    const lines = readFileSync(join(root, file), "utf8").split("\n").length - 1;
    return lines > (file.startsWith("test/") ? limit.test : limit.product);
}

test("each file is short, or has a reason to be long", () => {
    expect(files.filter(isLong).sort()).toEqual(Object.keys(reasons).sort());
});

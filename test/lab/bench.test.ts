/** The benchmarks that no other test stands on, each at its shortest. */
// @module-tag all
import { expect, test } from "vitest";
import { attempt } from "../../support/run";
import { root } from "../../toolchain/paths";

test("npm run soak counts the takeovers that lost a virtual IP", async () => {
    const { code, stdout, stderr } = await attempt(["npm", "run", "soak", "--", "--takeovers", "1"], { cwd: root });
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain("1 takeovers by the preferred host from a dead peer, 0 virtual IPs lost");
});

/** What every step shares (steps/sh/lib.sh), in namespaces of its own. Needs root. */
import { expect, test } from "vitest";
import { payloadText } from "../../components/remote/payload";
import { script } from "../../components/steps/script";
import { attempt } from "../../support/run";

/** Runs a step with this body for at most a second. */
function runStep(body: string) {
    const step = [payloadText({ values: {} }), script("lib.sh"), body, 'main "$@"\n'].join("\n");
    const within =
        "mount -t tmpfs none /run && mount -t tmpfs none /var/lib && exec timeout -k 10 1 sh -s -- apply packages 1";
    return attempt(["unshare", "--mount", "sh", "-c", within], { input: step });
}

test("a step that exceeds its time limit fails with the reason and the way out", async () => {
    const { code, stderr } = await runStep("apply() { sleep 30; }");
    expect(code).not.toBe(0);
    expect(stderr).toMatch(
        /step "packages" failed \(apply\): ended by SIGTERM: the step took longer than 900 s, or the host shuts down/,
    );
    expect(stderr).toMatch(/^What to do: /m);
    expect(stderr).not.toContain("see output above");
});

test("brackets in a step's words are no file patterns", async () => {
    const { stderr } = await runStep("apply() { pwd >&2; exit 1; }");
    expect(stderr).toMatch(/^\/$/m);
});

test("a command that fails without a message is reported with its exit status", async () => {
    const { code, stderr } = await runStep("apply() { (exit 7); }");
    expect(code).toBe(7);
    expect(stderr).toContain('step "packages" failed (apply): command failed with exit status 7 (see output above)');
});

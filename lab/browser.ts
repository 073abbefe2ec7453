/** A real Chromium, where the operators and clients of a lab are. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type HTTPCredentials, type Page } from "playwright-core";
import type { Lab } from "./lab";
import { ensurePrograms } from "./requirements";

/** Opens a page, and closes the browser behind the look at it. Fails where credentials are asked for and there are none. */
export async function inBrowser<T>(
    lab: Lab,
    url: string,
    credentials: HTTPCredentials | undefined,
    look: (page: Page) => Promise<T>,
): Promise<T> {
    await ensurePrograms({ chromium: "chromium" });
    mkdirSync(lab.scratch, { recursive: true });
    const program = join(lab.scratch, "chromium.sh");
    writeFileSync(program, `#!/bin/sh\nexec ${lab.enter.join(" ")} chromium "$@"\n`, { mode: 0o755 });
    const browser = await chromium.launch({ executablePath: program });
    try {
        const context = await browser.newContext({
            httpCredentials: credentials,
            viewport: { width: 1280, height: 640 },
        });
        const page = await context.newPage();
        await page.goto(url);
        return await look(page);
    } finally {
        await browser.close();
    }
}

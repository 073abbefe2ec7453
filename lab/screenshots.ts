/** `npm run screenshots`: the pictures of pages in docs/, taken of a real pair in a lab of its own. */
import { join } from "node:path";
import { main, onInterrupt } from "../support/interrupt";
import { step } from "../support/progress";
import { root } from "../toolchain/paths";
import { inBrowser } from "./browser";
import { Lab } from "./lab";
import { labStack } from "./pulumi";

const help = `usage: npm run screenshots

Boots a lab, converges a pair, and writes docs/statistics.png: its statistics page in Chromium.
`;
const name = "screenshots";

async function screenshot(lab: Lab): Promise<string> {
    const stack = await labStack(lab);
    await step("pulumi up", () => stack.up());
    const { url, statisticsUrl, statisticsUser: username, statisticsPassword: password } = await stack.outputs();
    const requests = Array.from({ length: 200 }, () => lab.run(["curl", "-sS", "-o", "/dev/null", url]));
    await Promise.all(requests);
    const path = join(root, "docs/statistics.png");
    return inBrowser(lab, statisticsUrl, { username, password }, async (page) => {
        await page.screenshot({ path });
        return path;
    });
}

async function command(args: string[]): Promise<number> {
    if (args.length > 0) {
        console.log(help);
        return args[0] === "--help" ? 0 : 2;
    }
    const lab = await step("booting a lab", () => Lab.up({ name }));
    const finished = onInterrupt(() => Lab.down(name));
    try {
        console.log(await screenshot(lab));
    } finally {
        await Lab.down(name);
        finished();
    }
    return 0;
}

main(() => command(process.argv.slice(2)));

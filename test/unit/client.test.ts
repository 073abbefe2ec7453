/** What the open-loop client makes of answers, good and bad. */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { Client, longestOutage, type Shot } from "../../cli/client";
import { sleep } from "../../toolchain/shell";

/** The shots at a server that answers like this, one every `interval` milliseconds while something happens. */
async function shotsAt(answer: RequestListener, interval: number, meanwhile: () => Promise<unknown>): Promise<Shot[]> {
    const server = createServer(answer).listen(0, "127.0.0.1");
    await sleep(20);
    const client = new Client(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, interval, 300);
    await meanwhile();
    const shots = await client.stop();
    server.closeAllConnections();
    server.close();
    return shots;
}

async function shotAt(answer: RequestListener): Promise<Shot> {
    const [shot] = await shotsAt(answer, 10_000, () => sleep(50));
    return shot;
}

test("a whole answer has its status", async () => {
    expect(await shotAt((_, response) => response.writeHead(503).end("x".repeat(200_000)))).toMatchObject({
        status: 503,
    });
});

test("an answer that is cut off is none", async () => {
    const shot = await shotAt((_, response) => {
        response.writeHead(200, { "content-length": "100" }).write("half");
        setTimeout(() => response.destroy(), 20);
    });
    expect(shot).toMatchObject({ error: "ECONNRESET" });
    expect(shot.status).toBeUndefined();
});

test("an answer that has no end in time is none", async () => {
    const shot = await shotAt((_, response) => {
        response.writeHead(200, { "content-length": "100" }).write("half");
    });
    expect(shot).toMatchObject({ error: "timeout" });
    expect(shot.ended - shot.sent).toBeLessThan(5000);
});

test("an answer that comes while the client stands still is in time", async () => {
    const late: RequestListener = (_, response) => setTimeout(() => response.end(), 100);
    const shots = await shotsAt(late, 10, async () => {
        await sleep(300);
        const until = Date.now() + 1000;
        while (Date.now() < until);
        await sleep(50);
    });
    expect(shots.length).toBeGreaterThan(50);
    expect(shots.filter(({ status }) => status !== 200)).toEqual([]);
});

test("nobody there, by HTTP and by TCP", async () => {
    for (const scheme of ["http", "tcp"]) {
        const client = new Client(`${scheme}://127.0.0.1:1/`, 10_000, 300);
        await sleep(50);
        expect(await client.stop()).toMatchObject([{ error: "ECONNREFUSED" }]);
    }
});

test("an outage counts at both ends, too", () => {
    const shots = (...good: boolean[]): Shot[] =>
        good.map((isGood, i) => ({ sent: i * 10, ended: i * 10 + 1, ...(isGood ? { status: 200 } : { error: "x" }) }));
    expect(longestOutage(shots(true, false, false, true), 0)).toBe(31);
    expect(longestOutage(shots(false, false, true, true), -5)).toBe(26);
    expect(longestOutage(shots(true, false, false, false), 0)).toBe(31);
    expect(longestOutage(shots(false, false), 0)).toBe(Number.POSITIVE_INFINITY);
});

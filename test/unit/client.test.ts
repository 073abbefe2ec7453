/** What the open-loop client makes of answers, good and bad. */
import { createServer, type RequestListener } from "node:http";
import { createServer as createEncrypted } from "node:https";
import { type AddressInfo, createServer as createTcp, type Server } from "node:net";
import { expect, test } from "vitest";
import { Client, isGood, longestOutage, type Shot } from "../../support/client";
import { sleep, until } from "../../support/wait";
import { makeAuthority } from "../certificates";

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

test("reports the status of a complete answer", async () => {
    expect(await shotAt((_, response) => response.writeHead(503).end("x".repeat(200_000)))).toMatchObject({
        status: 503,
    });
});

test("counts a truncated answer as failed", async () => {
    const shot = await shotAt((_, response) => {
        response.writeHead(200, { "content-length": "100" }).write("half");
        setTimeout(() => response.destroy(), 20);
    });
    expect(shot).toMatchObject({ error: "ECONNRESET" });
    expect(shot.status).toBeUndefined();
});

test("counts an answer without an end as timed out", async () => {
    const shot = await shotAt((_, response) => {
        response.writeHead(200, { "content-length": "100" }).write("half");
    });
    expect(shot).toMatchObject({ error: "timeout" });
    expect(shot.ended - shot.sent).toBeLessThan(5000);
});

test("accepts an answer that arrived while the client process was stopped", async () => {
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

test("reports a refused connection, by HTTP and by TCP", async () => {
    for (const scheme of ["http", "tcp"]) {
        const client = new Client(`${scheme}://127.0.0.1:1/`, 10_000, 300);
        await sleep(50);
        expect(await client.stop()).toMatchObject([{ error: "ECONNREFUSED" }]);
    }
});

/** The first shot at a server, to which the client must have no connection any more when it has stopped. `url`: by the server's port. */
async function shotAtServer(server: Server, host: string, url: (port: number) => string): Promise<Shot> {
    let connections = 0;
    server.on("connection", (socket) => {
        connections++;
        socket.on("close", () => connections--);
    });
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    try {
        const client = new Client(url((server.address() as AddressInfo).port), 10_000, 300);
        await sleep(50);
        const [shot] = await client.stop();
        await until("the client closes its connection", 2000, async () => connections === 0);
        return shot;
    } finally {
        server.close();
    }
}

test("accepts any certificate over TLS", async () => {
    const { certificate: cert, privateKey: key } = makeAuthority("nobody knows it");
    const server = createEncrypted({ cert, key }, (_, response) => response.end());
    const shot = await shotAtServer(server, "127.0.0.1", (port) => `https://127.0.0.1:${port}/`);
    expect(shot).toMatchObject({ status: 200 });
});

test("counts a TCP connection as good, also on IPv6", async () => {
    const shot = await shotAtServer(createTcp(), "::1", (port) => `tcp://[::1]:${port}`);
    expect(shot).toMatchObject({ status: 0 });
});

test("reports a timeout", async () => {
    const shot = await shotAtServer(
        createTcp((socket) => socket.resume()),
        "127.0.0.1",
        (port) => `http://127.0.0.1:${port}/`,
    );
    expect(shot).toMatchObject({ error: "timeout" });
});

test("sends no request after stop", async () => {
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
    const before = timers();
    const client = new Client("tcp://127.0.0.1:1", 10_000, 300);
    await sleep(50);
    expect(timers()).toBe(before + 1);
    await client.stop();
    expect(timers()).toBe(before);
});

test("counts a status of 400 or more as failed", () => {
    const good = [0, 200, 399, 400, undefined].filter((status) => isGood({ sent: 0, ended: 1, status }));
    expect(good).toEqual([0, 200, 399]);
});

test("counts an outage at the beginning and at the end", () => {
    const shots = (...good: boolean[]): Shot[] =>
        good.map((isGood, i) => ({ sent: i * 10, ended: i * 10 + 1, ...(isGood ? { status: 200 } : { error: "x" }) }));
    expect(longestOutage(shots(true, false, false, true), 0)).toBe(31);
    expect(longestOutage(shots(false, false, true, true), -5)).toBe(26);
    expect(longestOutage(shots(true, false, false, false), 0)).toBe(31);
    expect(longestOutage(shots(false, false), 0)).toBe(Number.POSITIVE_INFINITY);
});

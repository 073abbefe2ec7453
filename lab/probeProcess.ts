/**
 * The process behind Probe (probe.ts): it runs in the lab's control namespace and is ended by the end of its standard input.
 *
 * usage: probeProcess.ts URL INTERVAL-MS TIMEOUT-MS
 */
import { Client } from "../support/client";

const [url, interval, timeout] = process.argv.slice(2);
const client = new Client(url, Number(interval), Number(timeout));

// For who has started it: requests are being sent.
process.stderr.write("sending\n");
process.stdin.resume();
process.stdin.once("end", async () => {
    process.stdout.write(JSON.stringify(await client.stop()));
});

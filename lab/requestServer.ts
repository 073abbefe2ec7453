/** An HTTP server that a lab's hosts and clients can reach, at 192.168.0.1. Its answers are made in this process. */
import type { ChildProcess } from "node:child_process";
import type { Lab } from "./lab";

export interface Request {
    method: string;
    path: string;
    authorization?: string;
    body: string;
}

/** Runs in the control namespace: for each request a line out, with its number; for each answer a line in, with number and status. */
const program = `
const waiting = [];
require("node:http").createServer((request, response) => {
    let body = "";
    request.on("data", (data) => (body += data)).on("end", () => {
        const { method, url, headers } = request;
        const number = waiting.push(response) - 1;
        console.log(JSON.stringify({ number, method, path: url, authorization: headers.authorization, body }));
    });
}).listen(Number(process.argv[1]), "192.168.0.1");
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
    const [number, status] = line.split(" ").map(Number);
    waiting[number].writeHead(status).end();
}).on("close", () => process.exit());
`;

export class RequestServer {
    private child?: ChildProcess;

    /** `answer`: the status of the answer. */
    constructor(
        lab: Lab,
        port: number,
        private readonly answer: (request: Request) => Promise<number>,
    ) {
        lab.attempt([process.execPath, "-e", program, String(port)], {
            keepInputOpen: true,
            timeout: 3_600_000,
            onSpawn: (child) => (this.child = child),
            onLine: (line) => this.serve(line),
        });
    }

    private async serve(line: string): Promise<void> {
        const { number, ...request } = JSON.parse(line) as Request & { number: number };
        this.child?.stdin?.write(`${number} ${await this.answer(request)}\n`);
    }

    stop(): void {
        this.child?.stdin?.end();
    }
}

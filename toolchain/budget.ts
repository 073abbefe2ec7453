/**
 * A budget for what burns CPU: pulumi, apt, compilers and boots of tests that run side by side. Without it they would starve
 * each other's clients and hosts, and whatever is measured there.
 *
 * The budget is a socket: who holds a connection that was greeted may work. A process that dies gives its turn back.
 */
import { connect, createServer, type Server, type Socket } from "node:net";

/** Names the socket, for the processes below the one that keeps the budget. */
const variable = "HALB_BUDGET";

/** Keeps a budget for `turns` at a time, at a socket below a folder, for this process and those that it starts. */
export function keepBudget(path: string, turns: number): Server {
    const waiting: Socket[] = [];
    let left = turns;
    const next = () => {
        while (left > 0 && waiting.length > 0) {
            left--;
            waiting.shift()?.write("go\n");
        }
    };
    const server = createServer((socket) => {
        waiting.push(socket);
        socket.on("error", () => {});
        socket.on("close", () => {
            const place = waiting.indexOf(socket);
            if (place >= 0) {
                waiting.splice(place, 1);
            } else {
                left++;
            }
            next();
        });
        next();
    });
    server.listen(path);
    server.unref();
    process.env[variable] = path;
    return server;
}

/** Runs an action when its turn has come; at once where no budget is kept. */
export async function inTurn<T>(action: () => Promise<T>): Promise<T> {
    const path = process.env[variable];
    if (path === undefined) {
        return action();
    }
    const socket = connect(path);
    try {
        await new Promise<void>((resolve, reject) => {
            socket.once("data", () => resolve());
            socket.once("error", reject);
            socket.once("close", () => reject(new Error("the budget is closed")));
        });
        return await action();
    } finally {
        socket.destroy();
    }
}

/** A command that burns CPU: where a budget is kept, the hosts and clients that are measured beside it go first. */
export function behindOthers(command: string[]): string[] {
    return process.env[variable] === undefined ? command : ["nice", "-n", "10", ...command];
}

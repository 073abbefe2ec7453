/**
 * Stand-in for a pair of hosts, for tests of halb: two SSH servers (sshStandIn.ts) that share one state. Each answers the scripts that
 * halb sends by their last line, with the output that look.sh and survey.sh print on a real host, and runs nothing. The lab's tests
 * (test/lab/halb.test.ts) run the same scripts on real hosts.
 */
import { createServer } from "node:http";
import type { DeclaredHost, DeclaredPair } from "../cli/stack";
import { type CommandResult, SshStandIn, TcpStandIn } from "./sshStandIn";

/** Of the hosts, the preferred one first. */
export const names = ["lb1.example.com", "lb2.example.com"];
const address = "192.168.0.99";
const units = ["haproxy", "heartbeat", "ha-load-balancer-pair"];

export class HostStandIn {
    /** By unit, what systemctl is-active prints. */
    readonly units: Record<string, string> = Object.fromEntries(units.map((unit) => [unit, "active"]));
    serves = true;
    /** What the host prints beyond the usual lines. Where look.sh prints one line for a key, the last one counts. */
    lines: string[] = [];
    /** The results of functions, by the last line of the script; instead of what the stand-in does. */
    readonly results: Record<string, CommandResult> = {};
    /** The functions that were called, by the last line of each script. */
    readonly calls: string[] = [];
    isOff = false;

    constructor(
        readonly name: string,
        readonly ssh: SshStandIn,
        private readonly pair: PairStandIn,
    ) {
        ssh.respond = (input) => this.respond(input);
    }

    private get holds(): boolean {
        return this.pair.holder === this;
    }

    private respond(input: string): CommandResult {
        const call = input.trimEnd().split("\n").at(-1) as string;
        this.calls.push(call);
        if (this.isOff) {
            return { signal: "KILL" };
        }
        return this.results[call] ?? { stdout: this.run(call) };
    }

    private run(call: string): string {
        const other = this.pair.hosts.find((host) => host !== this) as HostStandIn;
        if (call === "(survey) && look") {
            return this.look();
        }
        if (call === "hand_over") {
            this.pair.holder = other;
        } else if (call === "stop_haproxy") {
            this.units.haproxy = "inactive";
            this.serves = false;
            this.pair.holder = other;
        } else if (call === "start_haproxy") {
            this.units.haproxy = "active";
            this.serves = true;
        } else if (call === "fence") {
            other.isOff = true;
            this.pair.holder = this;
        }
        return "";
    }

    private look(): string {
        const lines = [
            `time\t${Math.round(Date.now() / 1000)}`,
            ...Object.entries(this.units).map(([unit, state]) => `unit\t${unit}\t${state}`),
            "package\thaproxy\t2.6.12-1",
            "sees\tactive",
            "link\teth0\tup",
            `on\t${address}\teth0`,
            ...(this.holds ? [`holds\t${address}`] : []),
            ...(this.pair.hosts[0] === this ? [`prefers\t${address}`] : []),
            `peer\t${address}\t${this.holds ? "no" : "held"}`,
            `serves\t${this.serves ? "yes" : "no"}`,
            "server\tweb/web1\tUP",
            ...this.lines,
        ];
        return `${lines.join("\n")}\n`;
    }
}

/** Two hosts, the first of which holds the virtual IP, and a web site that clients get. */
export class PairStandIn {
    holder!: HostStandIn;
    /** The status of the site's answers, and how many it has given. */
    status = 200;
    answers = 0;

    private constructor(
        readonly hosts: HostStandIn[],
        private readonly site: TcpStandIn,
    ) {}

    static async start(): Promise<PairStandIn> {
        const site = createServer((_, response) => {
            pair.answers++;
            response.writeHead(pair.status).end("hello");
        });
        const pair = new PairStandIn([], await TcpStandIn.start((socket) => site.emit("connection", socket)));
        for (const name of names) {
            pair.hosts.push(new HostStandIn(name, await SshStandIn.start(), pair));
        }
        pair.holder = pair.hosts[0];
        return pair;
    }

    get url(): string {
        return `http://127.0.0.1:${this.site.port}/`;
    }

    /** As readPair returns it. */
    get declared(): DeclaredPair {
        const hosts = this.hosts.map(
            ({ name, ssh }, i): DeclaredHost => ({
                name,
                login: ssh.login,
                values: { node: name, virtual_ips: address, own_virtual_ips: i === 0 ? address : "" },
            }),
        );
        return { name: "web", url: this.url, hosts, fencing: { command: "/sbin/fence", timeout: 30 } };
    }
}

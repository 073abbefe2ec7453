/** The component against Pulumi's mocked engine: which resources it declares, with which inputs. */
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HaLoadBalancerPair, type HaLoadBalancerPairArgs, InvalidArgs } from "../../components";
import { makeCertificate } from "../certificates";
import { classicArgs, classicArgsWith } from "../examples";

/** How the engine's protocol marks a secret. */
const secretMark = "4dabf18193072939515e22adb298388d";
const unknownMark = { __pulumiUnknown: true };

// biome-ignore lint/suspicious/noExplicitAny: whatever a resource was given, secrets and unknowns in their marked form
type Inputs = Record<string, any>;

interface Registered {
    type: string;
    name: string;
    inputs: Inputs;
}

let registered: Registered[];

async function startEngine(preview = false): Promise<void> {
    registered = [];
    await pulumi.runtime.setMocks(
        {
            newResource({ type, name, inputs }) {
                registered.push({ type, name, inputs });
                // The mocked engine knows nothing of a provider's secret outputs.
                const outputs = type.startsWith("random:")
                    ? { result: pulumi.secret(`generated-${name}`) }
                    : { stdout: `${name} time-of-${name}`, stderr: "" };
                return { id: name, state: preview ? inputs : { ...inputs, ...outputs } };
            },
            call: ({ inputs }) => inputs,
        },
        "project",
        "stack",
        preview,
    );
}

beforeEach(() => startEngine());
afterEach(() => pulumi.runtime.disconnect());

function value<T>(output: pulumi.Output<T>): Promise<T> {
    return new Promise((resolve) => output.apply(resolve));
}

async function make(args: HaLoadBalancerPairArgs = classicArgs()): Promise<HaLoadBalancerPair> {
    const pair = new HaLoadBalancerPair("lb", args);
    await pulumi.runtime.disconnect();
    return pair;
}

function command(name: string): Inputs {
    const found = registered.find((resource) => resource.name === name);
    expect(found, name).toBeDefined();
    return (found as Registered).inputs;
}

const steps = ["authkeys", "haproxy", "haproxy-secrets", "health", "heartbeat", "kernel", "packages", "preflight"];

test("declares exactly the steps of each host, two secrets and one verification", async () => {
    await make();
    expect(registered.map(({ type, name }) => `${type} ${name}`).sort()).toEqual(
        [
            "ha-load-balancer-pair:index:HaLoadBalancerPair lb",
            "random:index/randomPassword:RandomPassword lb-authkeys",
            "random:index/randomPassword:RandomPassword lb-stats",
            ...steps.map((step) => `command:remote:Command lb-lb1.example.com-${step}`),
            ...steps.map((step) => `command:remote:Command lb-lb2.example.com-${step}`),
            "command:remote:Command lb-verify",
        ].sort(),
    );
});

test("passes the names in aliases to the hosts", async () => {
    const aliases = [{ name: "old" }, { stack: "test" }, "urn:pulumi:prod::shop::some:type::web::lb"];
    new HaLoadBalancerPair("lb", classicArgs(), { aliases });
    await pulumi.runtime.disconnect();
    expect(command("lb-lb1.example.com-preflight").stdin).toContain(
        "former_pairs='project/stack/old\nproject/test/lb\nshop/prod/web::lb'",
    );
    await startEngine();
    await make();
    expect(command("lb-lb1.example.com-preflight").stdin).not.toContain("former_pairs=");
});

test("every command is short, silent and has no triggers", async () => {
    await make();
    const commands = registered.filter(({ type }) => type === "command:remote:Command");
    expect(commands).toHaveLength(17);
    for (const { name, inputs } of commands) {
        const step = name.replace(/^lb-(lb[12]\.example\.com-)?/, "");
        expect(inputs.create).toBe(`timeout -k 10 900 sh -s -- apply ${step} unwatched`);
        expect(inputs).toMatchObject({ logging: "none", addPreviousOutputInEnv: false });
        expect(Object.keys(inputs).sort()).toEqual(
            [
                ...["addPreviousOutputInEnv", "connection", "create", "logging", "stdin"],
                ...(["preflight", "health"].includes(step) ? ["delete"] : []),
            ].sort(),
        );
    }
});

test("only preflight undoes a host; health releases its claim, which is the time of the host's preflight", async () => {
    await make();
    for (const host of ["lb-lb1.example.com", "lb-lb2.example.com"]) {
        expect(command(`${host}-preflight`).delete).toBe("timeout -k 10 900 sh -s -- remove preflight");
        const { delete: released, stdin } = command(`${host}-health`);
        expect(released).toBe(`timeout -k 10 900 sh -s -- remove health time-of-${host}-preflight`);
        expect(stdin).toContain(`claim='time-of-${host}-preflight'`);
    }
});

test("uses sudo for a user other than root, and each host's own login", async () => {
    const args = classicArgs();
    args.connection = { user: "admin", port: 2222 };
    args.hosts[1].connection = { user: "root" };
    args.hosts[1].sshHost = "lb2.internal";
    await make(args);
    const [first, second] = ["lb1", "lb2"].map((host) => command(`lb-${host}.example.com-kernel`));
    expect(first.create).toBe("sudo -n timeout -k 10 900 sh -s -- apply kernel unwatched");
    expect(second.create).toBe("timeout -k 10 900 sh -s -- apply kernel unwatched");
    expect(first.connection.value).toMatchObject({
        host: "192.168.0.100",
        port: 2222,
        user: "admin",
        dialErrorLimit: 2,
    });
    expect(second.connection.value).toMatchObject({ host: "lb2.internal", port: 2222, user: "root" });
    expect(first.connection.value.hostKey).toBe(args.hosts[0].hostKey);
});

describe("secrets", () => {
    test("only the commands that need a secret have one, marked as secret", async () => {
        const args = classicArgsWith("connection.privateKey", "PRIVATE-KEY");
        args.haproxy.stats = { password: "hunter2!" };
        const site = makeCertificate(["www.example.com"]);
        args.haproxy.certificates = [{ name: "site", ...site }];
        await make(args);
        const holders = (secret: string) =>
            registered
                .filter(({ inputs }) => JSON.stringify(inputs.stdin ?? "").includes(secret))
                .map(({ name }) => name);
        expect(holders("generated-lb-authkeys").sort()).toEqual([
            "lb-lb1.example.com-authkeys",
            "lb-lb2.example.com-authkeys",
        ]);
        expect(holders("hunter2!").sort()).toEqual(
            ["lb-lb1.example.com-haproxy-secrets", "lb-lb2.example.com-haproxy-secrets"].sort(),
        );
        // As it stands in JSON.
        const keyText = JSON.stringify(site.privateKey).slice(1, -1);
        expect(holders(keyText)).toEqual(holders("hunter2!"));
        expect(holders("PRIVATE-KEY")).toEqual([]);
        for (const { name, inputs } of registered.filter(({ type }) => type === "command:remote:Command")) {
            const isSecret = /authkeys|haproxy-secrets/.test(name);
            expect(Object.keys(inputs.stdin).includes(secretMark), name).toBe(isSecret);
            expect(Object.keys(inputs.connection), name).toContain(secretMark);
        }
        expect(JSON.stringify(registered.find(({ name }) => name === "lb")?.inputs)).not.toMatch(
            /hunter2!|PRIVATE.KEY/,
        );
    });

    test("uses a declared password, and generates none", async () => {
        const pair = await make(classicArgsWith("haproxy.stats", { password: "PASSWORD" }));
        expect(registered.map(({ name }) => name)).not.toContain("lb-stats");
        expect(await value(pair.statisticsPassword)).toBe("PASSWORD");
    });

    test("are secret outputs", async () => {
        const pair = await make();
        expect(await pulumi.isSecret(pair.statisticsPassword)).toBe(true);
        expect(await pulumi.isSecret(pair.authkeysSecret)).toBe(true);
        expect(await value(pair.authkeysSecret)).toBe("generated-lb-authkeys");
    });
});

test("outputs", async () => {
    const pair = await make();
    expect(await value(pair.url)).toBe("http://192.168.0.99/");
    expect(await value(pair.statisticsUrl)).toBe("http://192.168.0.99/haproxy?stats");
    expect(await value(pair.urls)).toEqual(["http://192.168.0.99/"]);
    expect(await value(pair.virtualIps)).toEqual(["192.168.0.99"]);
    expect(await value(pair.prometheusTargets)).toEqual([]);
    expect(await value(pair.statisticsUser)).toBe("admin");
});

test("the URL has a port other than 80", async () => {
    const pair = await make(classicArgsWith("haproxy.listen[0].bind", [{ port: 8080 }]));
    expect(await value(pair.url)).toBe("http://192.168.0.99:8080/");
});

test("identity runs every step of its host again", async () => {
    await make(classicArgsWith("hosts[1].identity", "i-2"));
    for (const step of steps) {
        expect(
            command(`lb-lb2.example.com-${step}`).stdin.value ?? command(`lb-lb2.example.com-${step}`).stdin,
        ).toContain("identity='i-2'");
        expect(JSON.stringify(command(`lb-lb1.example.com-${step}`).stdin)).not.toContain("i-2");
    }
});

describe("invalid inputs", () => {
    test("are rejected before any resource is registered", () => {
        const args = classicArgsWith("hosts[1].address", "192.168.0.100");
        expect(() => new HaLoadBalancerPair("lb", args)).toThrow(InvalidArgs);
        expect(registered).toEqual([]);
    });
});

describe("in a preview", () => {
    test("an unknown address makes only its dependents unknown", async () => {
        await startEngine(true);
        const unknown = pulumi.unknown as pulumi.Output<string>;
        await make(classicArgsWith("hosts[1].address", pulumi.output(unknown)));
        expect(registered).toHaveLength(20);
        expect(command("lb-lb1.example.com-heartbeat").stdin).toEqual(unknownMark);
        expect(command("lb-lb1.example.com-kernel").stdin).toContain("ip_nonlocal_bind");
    });

    test("an unknown or secret server does not make the packages unknown", async () => {
        await startEngine(true);
        const unknown = pulumi.unknown as pulumi.Output<string>;
        const ssl = { ca: pulumi.secret("a CA"), hostname: "web" };
        const servers = [{ name: "web1", address: pulumi.output(unknown), ssl }];
        await make(classicArgsWith("haproxy.listen[0].servers", servers));
        expect(command("lb-lb1.example.com-packages").stdin).toContain("haproxy heartbeat");
        expect(command("lb-lb1.example.com-haproxy").stdin).toEqual(unknownMark);
    });
});

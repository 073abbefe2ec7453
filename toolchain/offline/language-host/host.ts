/**
 * STAND-IN for Pulumi's Node.js language host, which no package registry carries. It is used only
 * where the official one cannot be downloaded, and never by a real deployment.
 *
 * The CLI starts it with the engine's address, reads the port it listens on from its first line of
 * output, and calls it over gRPC. Programs are run by the SDK's own `@pulumi/pulumi/cmd/run`, as
 * the official host does, so what a program sees is the SDK and not this file.
 *
 * The toolchain bundles it into one file, because it is started twice for every command of the CLI.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import * as languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb";
import * as language from "@pulumi/pulumi/proto/language_pb";
import * as pluginPb from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

/** Set by the bundler: the version of the SDK that the protocol is taken from. */
declare const SDK_VERSION: string;

/** The SDK's exit code for "failed, and the user has been told why". */
const EXIT_ALREADY_REPORTED = 32;

const engineAddress = process.argv.slice(2).find((word) => !word.startsWith("-")) ?? "";

interface Options {
    typescript?: boolean;
    tsconfig?: string;
    nodeargs?: string;
}

function optionsOf(info: any): Options {
    return info?.getOptions()?.toJavaScript() ?? {};
}

/** Finds a file of the SDK that the program in `dir` depends on. */
function resolveSdk(file: string, dir: string): string {
    try {
        return createRequire(join(dir, "index.js")).resolve(`@pulumi/pulumi/${file}`);
    } catch {
        throw new Error(
            "It looks like the Pulumi SDK has not been installed. Have you run npm install or yarn install?",
        );
    }
}

function commonEnvironment(options: Options): NodeJS.ProcessEnv {
    const env = { ...process.env, PULUMI_NODEJS_TYPESCRIPT: String(options.typescript ?? true) };
    return options.tsconfig ? { ...env, PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig } : env;
}

function nodeArguments(options: Options): string[] {
    return options.nodeargs?.split(/\s+/).filter(Boolean) ?? [];
}

/** Runs a program to its end: the whole of a preview's or an update's user code. */
async function run(request: any): Promise<any> {
    const response = new language.RunResponse();
    const info = request.getInfo();
    const options = optionsOf(info);
    const flags = {
        monitor: request.getMonitorAddress(),
        engine: engineAddress,
        organization: request.getOrganization(),
        project: request.getProject(),
        "root-directory": info.getRootDirectory(),
        stack: request.getStack(),
        pwd: request.getPwd(),
        "dry-run": request.getDryrun(),
        parallel: request.getParallel(),
    };
    const env = {
        ...commonEnvironment(options),
        PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    };
    let script: string;
    try {
        script = resolveSdk("cmd/run", info.getProgramDirectory());
    } catch (error) {
        response.setError((error as Error).message);
        return response;
    }
    const child = spawn(
        process.execPath,
        [
            ...nodeArguments(options),
            script,
            ...Object.entries(flags)
                .filter(([, value]) => value)
                .map(([name, value]) => `--${name}=${value}`),
            info.getEntryPoint() || ".",
            ...request.getArgsList(),
        ],
        { env, cwd: request.getPwd(), stdio: ["ignore", "inherit", "inherit"] },
    );
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (...end) => resolve(end));
    });
    if (code === EXIT_ALREADY_REPORTED) {
        response.setBail(true);
    } else if (code !== 0) {
        response.setError(
            signal ? `Program was ended by ${signal}` : `Program exited with non-zero exit code: ${code}`,
        );
    }
    return response;
}

/** Every installed npm package below `dir` and its parents that names a Pulumi plugin. */
function requiredPlugins(dir: string): Map<string, { version: string; server: string }> {
    const plugins = new Map<string, { version: string; server: string }>();
    for (let at = dir; ; at = dirname(at)) {
        const modules = join(at, "node_modules");
        const names = existsSync(modules) ? readdirSync(modules) : [];
        const packages = names.flatMap((name) =>
            name.startsWith("@") ? readdirSync(join(modules, name)).map((child) => join(name, child)) : [name],
        );
        for (const file of packages.map((name) => join(modules, name, "package.json")).filter(existsSync)) {
            const { name, version, pulumi } = JSON.parse(readFileSync(file, "utf8"));
            const plugin = pulumi?.name ?? name.replace(/^@pulumi\//, "");
            if (pulumi?.resource && !plugins.has(plugin)) {
                plugins.set(plugin, { version: pulumi.version ?? `v${version}`, server: pulumi.server ?? "" });
            }
        }
        if (dirname(at) === at) {
            return plugins;
        }
    }
}

function getRequiredPackages(request: any): any {
    const response = new language.GetRequiredPackagesResponse();
    for (const [name, { version, server }] of requiredPlugins(request.getInfo().getProgramDirectory())) {
        const dependency = new pluginPb.PackageDependency();
        dependency.setName(name);
        dependency.setKind("resource");
        dependency.setVersion(version.startsWith("v") ? version : `v${version}`);
        dependency.setServer(server);
        response.addPackages(dependency);
    }
    return response;
}

function getProgramDependencies(request: any): any {
    const response = new language.GetProgramDependenciesResponse();
    const dir = request.getInfo().getProgramDirectory();
    const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(join(dir, "package.json"), "utf8"));
    for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
        const file = join(dir, "node_modules", name, "package.json");
        if (existsSync(file)) {
            const dependency = new language.DependencyInfo();
            dependency.setName(name);
            dependency.setVersion(JSON.parse(readFileSync(file, "utf8")).version);
            response.addDependencies(dependency);
        }
    }
    return response;
}

function about(): any {
    const response = new language.AboutResponse();
    response.setExecutable(process.execPath);
    response.setVersion(process.version);
    return response;
}

function pluginInfo(): any {
    const response = new pluginPb.PluginInfo();
    response.setVersion(SDK_VERSION);
    return response;
}

/** Streams a child's output and exit code: what both long-running calls have in common. */
function stream(call: any, Response: any, command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv): void {
    const send = (set: (response: any) => void) => {
        const response = new Response();
        set(response);
        call.write(response);
    };
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.on("data", (data) => send((response) => response.setStdout(data)));
    child.stderr.on("data", (data) => send((response) => response.setStderr(data)));
    child.once("error", (error) => call.destroy(error));
    child.once("close", (code) => {
        if (Response === language.RunPluginResponse) {
            send((response) => response.setExitcode(code ?? 1));
            call.end();
        } else if (code === 0) {
            call.end();
        } else {
            call.destroy(new Error(`${command} ${args.join(" ")} exited with ${code}`));
        }
    });
    call.on("cancelled", () => child.kill("SIGTERM"));
}

function installDependencies(call: any): void {
    stream(call, language.InstallDependenciesResponse, "npm", ["install"], call.request.getDirectory(), process.env);
}

function runPlugin(call: any): void {
    const { request } = call;
    const info = request.getInfo();
    const options = optionsOf(info);
    const env = Object.fromEntries(request.getEnvList().map((pair: string) => pair.split(/=(.*)/s).slice(0, 2)));
    stream(
        call,
        language.RunPluginResponse,
        process.execPath,
        [
            ...nodeArguments(options),
            resolveSdk("cmd/run-plugin", info.getProgramDirectory()),
            info.getProgramDirectory(),
            ...request.getArgsList(),
        ],
        request.getPwd(),
        { ...commonEnvironment(options), ...env },
    );
}

const unary = (handle: (request: any) => any) => async (call: any, callback: any) => {
    try {
        callback(null, await handle(call.request));
    } catch (error) {
        callback({ code: grpc.status.UNKNOWN, message: (error as Error).message });
    }
};

const server = new grpc.Server();
server.addService(languageGrpc.LanguageRuntimeService, {
    getPluginInfo: unary(pluginInfo),
    about: unary(about),
    getRequiredPackages: unary(getRequiredPackages),
    getProgramDependencies: unary(getProgramDependencies),
    run: unary(run),
    cancel: unary(() => new Empty()),
    installDependencies,
    runPlugin,
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error: Error | null, port: number) => {
    if (error) {
        throw error;
    }
    process.stdout.write(`${port}\n`);
});

// After Cancel the CLI sends SIGINT and waits for the exit.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => process.exit(0));
}
// Hosts started for a YAML program's packages are not ended by the CLI: go when it has gone.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && process.exit(0), 1000).unref();

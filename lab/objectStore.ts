/** A real server that speaks S3, for states: versitygw, with a folder behind it. */
import type { ChildProcess } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { step } from "../support/progress";
import { until } from "../support/wait";
import { buildGoTool, goTool } from "../toolchain/go";
import type { Lab } from "./lab";

const region = "eu-central-1";
const program = "versitygw";

/** Builds the server if the cache does not have it: the lab's network reaches no registry. */
export async function ensureObjectStore(): Promise<void> {
    await step("building the S3 server (about a minute, the first time)", () =>
        buildGoTool(program, "github.com/versity/versitygw/cmd/versitygw"),
    );
}

export class ObjectStore {
    private constructor(
        private readonly child: ChildProcess,
        /** What a client of it needs in its environment, with the bucket `states` as Pulumi's backend. */
        readonly env: NodeJS.ProcessEnv,
    ) {}

    /** In the control namespace, with TLS by a certificate for `localhost`. */
    static async start(lab: Lab, { certificate, privateKey }: { certificate: string; privateKey: string }) {
        const dir = join(lab.scratch, "object-store");
        mkdirSync(join(dir, "data", "states"), { recursive: true });
        const files = { cert: join(dir, "cert.pem"), key: join(dir, "key.pem") };
        writeFileSync(files.cert, certificate);
        writeFileSync(files.key, privateKey, { mode: 0o600 });
        const [user, secret] = ["AKIALAB", "the-lab-s-own-secret"];
        const tls = ["--cert", files.cert, "--key", files.key];
        const account = { ROOT_ACCESS_KEY: user, ROOT_SECRET_KEY: secret };
        let child: ChildProcess | undefined;
        lab.attempt(
            [goTool(program), "--region", region, "--port", "localhost:7070", ...tls, "posix", join(dir, "data")],
            {
                env: { ...process.env, ...account },
                timeout: 3_600_000,
                onSpawn: (spawned) => (child = spawned),
            },
        ).catch(() => {});
        const probe = ["curl", "-s", "-o", "/dev/null", "--cacert", files.cert, "https://localhost:7070/"];
        await until("the S3 server answers", 30_000, async () => (await lab.attempt(probe)).code === 0);
        return new ObjectStore(child as ChildProcess, {
            PULUMI_BACKEND_URL: `s3://states/load-balancers?region=${region}&endpoint=localhost:7070&s3ForcePathStyle=true`,
            AWS_ACCESS_KEY_ID: user,
            AWS_SECRET_ACCESS_KEY: secret,
            AWS_CA_BUNDLE: files.cert,
        });
    }

    stop(): void {
        this.child.kill("SIGTERM");
    }
}

/** From a host's inputs to the connection that its commands use. */
import type { types } from "@pulumi/command";
import type { ConnectionArgs, HostArgs } from "../args";

/**
 * Refused dials are retried twice, about 0.3 s in all: enough for a lost packet. Waiting longer would also repeat a
 * wrong key or a wrong host key, which hosts answer by locking the caller out.
 */
const dialErrorLimit = 2;

export function connectionTo(host: HostArgs, shared: ConnectionArgs = {}): types.input.remote.ConnectionArgs {
    return {
        ...shared,
        ...host.connection,
        host: host.sshHost ?? host.address,
        hostKey: host.hostKey,
        dialErrorLimit,
    };
}

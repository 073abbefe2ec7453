/** The connection of a host's commands. */
import type { types } from "@pulumi/command";
import type { ConnectionArgs, HostArgs } from "../args";

/** Two retries take about 0.3 s: enough for a lost packet. More would also repeat a wrong key, which makes some hosts lock the caller out. */
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

/** The addresses and ports of a `bind`. */
import type { Unwrap } from "@pulumi/pulumi";
import type { BindArgs } from "../args";
import { defaultPort } from "../args/defaults";
import type { VirtualIp } from "../model";
import { canonical } from "../values/canonical";

export const defaultBind = [{ port: defaultPort }];

export type AtPort = Pick<Unwrap<BindArgs>, "address" | "port">;

/** A `bind` without an address listens on every virtual IP. */
export function onVirtualIps({ address, port }: AtPort, virtualIps: VirtualIp[]): Required<AtPort>[] {
    const addresses = address === undefined ? virtualIps.map((virtualIp) => virtualIp.address) : [canonical(address)];
    return addresses.map((each) => ({ address: each, port }));
}

import { isIPv6 } from "node:net";
import * as ipaddr from "ipaddr.js";

/** The spelling of an address that `ip` prints (RFC 5952). */
export function canonical(address: string): string {
    return isIPv6(address) ? (ipaddr.parse(address) as ipaddr.IPv6).toRFC5952String() : address;
}

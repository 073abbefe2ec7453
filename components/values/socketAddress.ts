/** `ADDRESS:PORT`; an IPv6 address stands in brackets. */
export function socketAddress(address: string, port: number): string {
    return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

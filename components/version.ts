/** This package's version, which a host remembers (`/var/lib/ha-load-balancer-pair/version`). A test compares it with both package.json. */
export const version = "0.1.0";

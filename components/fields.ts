/**
 * The names of the inputs, by the interfaces of args.ts. TypeScript knows them; the configuration of a stack and programs
 * in other languages do not, and there a misspelt name must not be passed over. A test holds the lists to args.ts.
 */
export const fields = {
    connection: ["user", "port", "privateKey", "privateKeyPassword", "password", "agentSocketPath", "proxy"],
    proxy: ["host", "user", "port", "privateKey", "privateKeyPassword", "password", "hostKey"],
    host: ["name", "address", "sshHost", "hostKey", "insecureSkipHostKeyCheck", "connection", "identity"],
    virtualIp: ["address", "prefixLength", "interface"],
    ucast: ["interface", "addresses"],
    mcast: ["interface", "group", "port", "ttl"],
    heartbeat: [
        "keepalive",
        "deadtime",
        "warntime",
        "initdead",
        "udpport",
        "ucast",
        "bcast",
        "mcast",
        "logfacility",
        "autoFailback",
        "keyVersion",
        "version",
    ],
    bind: ["port", "address"],
    cookie: ["name"],
    httpchk: ["method", "uri", "host"],
    stats: ["uri", "user", "password"],
    server: ["name", "address", "port"],
    listen: ["name", "bind", "balance", "cookie", "httpchk", "forwardfor", "servers"],
    timeout: ["connect", "client", "server"],
    haproxy: ["listen", "stats", "timeout", "logfacility", "version"],
    haLoadBalancerPair: ["hosts", "connection", "virtualIps", "heartbeat", "haproxy", "driftDetection", "goneHosts"],
};

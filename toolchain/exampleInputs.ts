/**
 * Inputs with every field that the checks know, and without a problem: the examples of docs/inputs.md, and what the tests of the checks
 * start from.
 */

/** Texts that only a test can make valid. */
export interface Keys {
    hostKey: string;
    /** The certificate of an authority, and a certificate with its key that the authority signed. */
    authority: string;
    site: { certificate: string; privateKey: string };
}

export const exampleHost = (name: string, address: string, hostKey: string) => ({
    ...{ name, address, hostKey, sshHost: address, identity: "1" },
});

const hook = { command: "/usr/local/sbin/move", arguments: ["eth0"], timeout: 5, isRequired: true };

export function exampleInputs({ hostKey, authority, site }: Keys) {
    const server = {
        ...{
            name: "web1",
            address: "10.0.0.1",
            port: 80,
            weight: 1,
            backup: false,
            maxconn: 9,
            check: true,
            inter: "2s",
        },
        ...{ fall: 2, rise: 3, slowstart: "10s", sendProxy: true, disabled: false, words: ["track", "x"] },
        ssl: { verify: "required", ca: authority, hostname: "web1.example.com" },
    };
    const front = {
        ...{ maxconn: 9, restrictReqHdrNames: "delete", httpsRedirect: true, hsts: 60, defaultBackend: "pages" },
        bind: [
            {
                ...{ port: 443, address: "192.168.0.99", acceptProxy: true, words: ["nice"] },
                ssl: {
                    ...{ certificates: ["site"], alpn: "h2,http/1.1", minVersion: "TLSv1.3", strictSni: true },
                    ...{ clientCa: authority, verify: "optional" },
                },
            },
        ],
        useBackend: [{ backend: "pages", condition: "if own" }],
    };
    const section = {
        timeout: { httpRequest: "10s", httpKeepAlive: "10s" },
        ...{ httpServerClose: true },
        ...{ mode: "http", forwardfor: true, lines: ["option http-no-delay"] },
        acl: [{ name: "own", criterion: "src", flags: ["-i"], values: ["10.0.0.0/8"] }],
        httpRequest: [{ action: "deny", words: ["deny_status", "429"], condition: "if own" }],
        httpResponse: [{ action: "del-header", words: ["Server"], condition: "unless own" }],
        stickTable: { type: "string", len: 32, size: "1m", expire: "30m", nopurge: true, store: ["gpc0"] },
    };
    const back = {
        ...{ balance: "leastconn", retries: 2, httpReuse: "never" },
        cookie: { name: "S", mode: "insert", indirect: true, nocache: true, httponly: true, secure: true },
        stick: [{ kind: "match", pattern: "src", table: "web", condition: "if own" }],
        httpchk: { method: "GET", uri: "/check", host: "www.example.com", expectStatus: "200-299" },
        servers: [server],
    };
    const proxy = { host: "bastion", user: "admin", port: 22, hostKey, privateKey: "x", password: "x" };

    return {
        hosts: [
            { ...exampleHost("lb1", "192.168.0.100", hostKey), connection: { user: "admin", port: 22, proxy: proxy } },
            { ...exampleHost("lb2", "192.168.0.101", hostKey), insecureSkipHostKeyCheck: false },
        ],
        connection: {
            user: "admin",
            port: 22,
            privateKey: "x",
            agentSocketPath: "/run/agent",
            proxy: proxy,
        },
        virtualIps: [
            {
                address: "192.168.0.99",
                prefixLength: 24,
                interface: "eth0",
                preferredHost: "lb2",
                onAcquire: hook,
                onRelease: hook,
            },
            { address: "192.168.0.98", interfaces: ["eth0", "eth1"] },
            { address: "192.168.0.97", network: "192.168.0.0/24" },
        ],
        heartbeat: {
            ...{
                keepalive: "250ms",
                deadtime: "1",
                warntime: "500ms",
                initdead: "10",
                udpport: 694,
                ping: ["192.168.0.1"],
            },
            ...{ logfacility: "local0", autoFailback: true, keyVersion: 1, version: "3.0.6-14" },
            ucast: [{ interface: "eth0", addresses: ["192.168.0.100", "192.168.0.101"] }],
            bcast: ["eth1"],
            mcast: [{ interface: "eth2", group: "225.0.0.1", port: 694, ttl: 1 }],
        },
        haproxy: {
            ...{
                ocspUpdate: true,
                maxconn: 9,
                logfacility: "local1",
                globalLines: ["tune.h2.max-concurrent-streams 9"],
            },
            ...{ defaultsLines: ["retries 3"], sections: "cache small\n    total-max-size 4\n", version: "3.0.11-1" },
            listen: [{ name: "web", ...section, ...front, ...back }],
            frontend: [{ name: "www", ...section, ...front, bind: [{ port: 444 }] }],
            backend: [{ name: "pages", ...section, ...back }],
            certificates: [{ name: "site", ...site }],
            stats: {
                port: 8404,
                src: ["10.0.0.0/8"],
                onVirtualIps: "tls",
                uri: "/stats",
                user: "admin",
                password: "x",
            },
            prometheus: { port: 8405, uri: "/metrics", src: ["10.0.0.0/8", "fd00::1"] },
            peers: { port: 10000 },
            timeout: {
                ...{
                    connect: "5s",
                    client: "50s",
                    server: "50s",
                    httpRequest: "10s",
                    httpKeepAlive: "10s",
                    queue: "5s",
                },
                ...{ check: "10s", tunnel: "1h" },
            },
        },
        fencing: { command: "/usr/local/sbin/fence", timeout: 60 },
        firewall: true,
        driftDetection: true,
        goneHosts: ["lb3"],
    };
}

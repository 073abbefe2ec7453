/**
 * What halb import makes of whole files, as snapshots: the kinds of lines that people have in them. Which of them matter, and why, is
 * in import.test.ts.
 */
import { describe, expect, test } from "vitest";
import { imported } from "../../cli/import";
import { importHaproxyCfg } from "../../cli/import/haproxy";
import { importHaCf, importHaresources } from "../../cli/import/heartbeat";

const virtualIp = "192.168.0.99";
const web = `listen web
    bind ${virtualIp}:80
    mode http
    server w 10.0.0.1:80 check
`;

const files: Record<string, string> = {
    "Debian's own global and defaults": `global
	log /dev/log	local0
	log /dev/log	local1 notice
	chroot /var/lib/haproxy
	stats socket /run/haproxy/admin.sock mode 660 level admin
	stats timeout 30s
	user haproxy
	group haproxy
	daemon
	ca-base /etc/ssl/certs
	ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets

defaults
	log	global
	mode	http
	option	httplog
	option	dontlognull
        timeout connect 5000
        timeout client  50000
        timeout server  50000
	errorfile 400 /etc/haproxy/errors/400.http

${web}`,
    "a global of the user's own": `global
    log localhost len 4096 daemon
    chroot /srv/jail
    user www
    group www
    nbproc 2
    nbproc 1
    maxconn 2000
    maxconn 4000
    stats socket ipv4@127.0.0.1:9999 level admin
    pidfile /run/other.pid
    description  chroot /user /nbproc
    tune.bufsize 32768
${web}`,
    "a log to the component's own facility": `global
    log 127.0.0.1 local0
${web}`,
    "timeouts, of which some stand for others": `defaults
    timeout client 1m
    timeout server 90s
    timeout http-request 10s
    timeout http-keep-alive 2s
    timeout queue 7s
    timeout check 3s
    timeout tunnel 1h
    timeout client-fin 5s
    timeout connect 4s extra
    retries 3
    retries 5
    option redispatch
${web}`,
    "a longer client's timeout": `defaults
    timeout client 2m
    timeout server 90s
    timeout connect 4s
${web}`,
    "no timeout but the server's": `defaults
    timeout server 90s
${web}`,
    "binds of every kind": `defaults
    mode http
frontend www
    bind *:80
    bind :81 accept-proxy
    bind 0.0.0.0:82
    bind ipv4@${virtualIp}:83
    bind [::]:84 v6only
    bind ipv6@[fd00::99]:85
    bind 10.0.0.5:86
    bind ${virtualIp}:443 ssl crt /etc/ssl/a.pem
    bind ${virtualIp}:90-95
    bind ${virtualIp}:96,${virtualIp}:97
    bind unix@/run/www.sock
    default_backend web
backend web
    server w 10.0.0.1:80 check
`,
    "servers of every kind": `defaults
    mode http
listen web
    bind ${virtualIp}:80
    server a 10.0.0.1:81 check inter 5s fall 4 rise 3 slowstart 10s weight 20 maxconn 30
    server b 10.0.0.1:82 inter 5s fall 4 rise 3 slowstart 10s no-backup
    server c 10.0.0.1:83 check no-check disabled enabled
    server d app.example.com:84 check backup no-disabled check-send-proxy
    server e [fd00::1]:85 check ssl verify none
    server f 10.0.0.1 check maxconn 10k weight
    server g 10.0.0.1:87 check cookie g
`,
    "a server that has no type": `defaults
    mode http
listen web
    bind ${virtualIp}:80
    server w unix@/run/w.sock check
`,
    cookies: `defaults
    mode http
${[
    ["a", "prefix"],
    ["b", "insert indirect nocache httponly"],
    ["c", "rewrite secure"],
    ["d", "insert secure postonly"],
    ["e", "prefix indirect nocache httponly secure"],
    ["f", "insert"],
]
    .map(
        ([name, words], i) => `listen ${name}
    bind ${virtualIp}:8${i}
    cookie SRV ${words}
    server w1 10.0.0.1:80 check cookie w1
    server w2 10.0.0.2:80 check cookie other
`,
    )
    .join("")}`,
    checks: `defaults
    mode http
${[
    ["option httpchk"],
    ["option httpchk /alive"],
    ["option httpchk HEAD /alive"],
    ["option httpchk HEAD /alive HTTP/1.0"],
    ["option httpchk GET /alive HTTP/1.1\\r\\nHost:\\ www.example.com"],
    ["option httpchk GET /alive HTTP/1.1\\r\\nHost:\\ www\\r\\nX:\\ y"],
    ["option httpchk GET /alive HTTP/1.1"],
    ["option httpchk GET /", "http-check expect status 204"],
    ["option httpchk GET /", "http-check disable-on-404"],
    ["option httpchk GET /", "http-check connect port 81"],
    ["option tcp-check"],
]
    .map(
        (lines, i) => `listen c${i}
    bind ${virtualIp}:${8000 + i}
    ${lines.join("\n    ")}
    server w 10.0.0.1:80 check
`,
    )
    .join("")}`,
    "lines that have a type, and some that look like them": `defaults
    mode tcp
    option tcplog
    option forwardfor
    default-server check
listen web
    bind ${virtualIp}:80
    mode http
    log global
    option httplog
    option tcplog clf
    option forwardfor except 127.0.0.0/8
    option http-restrict-req-hdr-names delete
    option http-restrict-req-hdr-names
    balance leastconn
    balance hdr(X) use_domain_only
    maxconn 100
    fullconn 50
    stats enable
    server w 10.0.0.1:80
listen database
    bind ${virtualIp}:5432
    option forwardfor
    stats uri /x
    balance first
    server d 10.0.0.3:5432
frontend plain
    bind ${virtualIp}:8080
    mode http
    option forwardfor
    option http-restrict-req-hdr-names reject
    default_backend pool
backend pool
    mode http
    maxconn 5
    server w 10.0.0.1:80
backend tcp-pool
    server w 10.0.0.1:80
`,
    "sections as before 1.5, and quotes": `defaults
    mode http
    clitimeout 10000
    srvtimeout 20000
    contimeout 3000
listen   web   ${virtualIp}:80   # the site
    redispatch
    http-request   set-header  X-A   "a   b"  # "no"
    http-request set-header X-B 'it # is'
    http-request deny if { path /a\\ b }
    server w 10.0.0.1:80 check
`,
    "defaults with names, and sections that are no proxies": `defaults one
    mode http
    balance source
    option httplog
    default-server check inter 3s
defaults two from one
    mode tcp
    default-server fall 9
    timeout server 1h
listen web from one
    bind ${virtualIp}:80
    server w 10.0.0.1:80
listen database from two
    bind ${virtualIp}:5432
    balance roundrobin
    server d 10.0.0.3:5432
frontend tls from one
    bind ${virtualIp}:443 ssl crt /etc/ssl/a.pem
    mode tcp
    default_backend raw
backend raw from two
    option forwardfor
    server r abns@raw
peers mine
    peer a 10.0.0.1:1024
resolvers dns
    nameserver one 10.0.0.53:53
`,
    "a statistics page with a password, of the first section": `defaults
    mode http
    stats uri /look
    stats auth me:my:own
listen web
    bind ${virtualIp}:80
    stats enable
    stats realm Look\\ here
    stats auth you:yours
    server w 10.0.0.1:80 check
`,
    "a statistics page without a password, with a section of its own": `${web}frontend look
    bind ${virtualIp}:9000
    mode http
    log global
    option httplog
    maxconn 10
    timeout client 5s
    stats enable
    stats uri /
`,
    "a page of statistics with an address of its own, and one of a backend": `${web}listen look
    bind 10.0.0.5:9000
    mode http
    stats enable
    stats auth a:b
backend unused
    mode http
    stats enable
    server w 10.0.0.1:80 check
`,
    "a page of statistics on several ports": `${web}listen look
    bind *:9000
    bind *:9001
    mode http
    stats enable
`,
};

describe("haproxy.cfg", () => {
    test.each(Object.entries(files))("%s", (_, text) => {
        expect(importHaproxyCfg(text, [virtualIp])).toMatchSnapshot();
    });

    test("imports binds on one of several virtual IPs, and of a pair without any", () => {
        const addresses = [virtualIp, "fd00::99"];
        expect(importHaproxyCfg(files["binds of every kind"], addresses)).toMatchSnapshot();
        expect(importHaproxyCfg("listen a\nbind *:80\nserver w 10.0.0.1:80\n", [])).toMatchSnapshot();
    });
});

describe("ha.cf", () => {
    const addresses = { eth0: ["10.0.0.1", "10.0.0.2"] };

    test.each(["on", "YES", "true", "1", "y", "off", "legacy", "no", "young", "bony"])("auto_failback %s", (word) => {
        const { args } = importHaCf(`auto_failback ${word}\n`, addresses);
        expect(args).toEqual({ autoFailback: ["on", "YES", "true", "1", "y"].includes(word) });
    });

    test.each(["on", "yes", "True", "1", "respawn", "off", "no", "0", "0n", "onward"])("crm %s", (word) => {
        const { notes } = importHaCf(`crm ${word}\n`, addresses);
        expect(notes).toEqual(
            ["on", "yes", "True", "1", "respawn"].includes(word)
                ? [expect.stringContaining("does not adopt a Pacemaker cluster")]
                : [],
        );
    });

    test("imports every other directive", () => {
        const text = `# a comment
   # another one

keepalive 2	# seconds
bcast eth0 eth1
mcast eth0 239.0.0.1 694 1 0
mcast eth2 239.0.0.2 695 2 0
ucast eth3 10.3.0.2
ping 10.0.0.254 10.0.0.253
ping_group routers 10.0.0.252 10.0.0.251
watchdog /dev/watchdog
stonith external/ssh /etc/ha.d/stonith
stonith_host * ssh other
stonith_hosts what
my_watchdog x
serial /dev/ttyS0
deadping 10
realtime off
`;
        expect(importHaCf(text, addresses)).toMatchSnapshot();
    });

    test("imports only broadcast, only multicast, and an empty file", () => {
        expect(importHaCf("bcast eth0\n", addresses)).toEqual({ args: { bcast: ["eth0"] }, notes: [] });
        expect(importHaCf("mcast eth0 239.0.0.1 694 1 0\n", addresses)).toMatchObject({ args: { mcast: [{}] } });
        expect(importHaCf("", addresses)).toEqual({ args: {}, notes: [] });
    });
});

test("haresources", () => {
    const text = `# a 10.0.0.1
A IPaddr::10.0.0.9/24/eth0 IPaddr2::10.0.0.10 VirtualIp::10.0.0.11/32/eth1 face haproxy \\
  drbddisk::r0 Filesystem::/dev/drbd0::/data::ext4
b 10.0.0.12/24//10.0.0.255 # the last one
`;
    expect(importHaresources(text, ["a", "b"])).toMatchSnapshot();
});

describe("two hosts", () => {
    const found = (node: string, last: number, files: Record<string, string>, methods: string[] = []) => ({
        login: { host: `10.0.0.${last}`, user: "root", port: 22, hostKey: "ssh-ed25519 AAAA" },
        node,
        addresses: [
            { address: `10.0.1.${last}`, interface: "eth0" },
            { address: `10.0.0.${last}`, interface: "eth0" },
            { address: `10.1.0.${last}`, interface: "eth1" },
            { address: "10.0.0.9", interface: "eth0" },
            { address: `fd00::${last}`, interface: "eth1" },
        ],
        files,
        methods,
    });
    const own = {
        "/etc/ha.d/ha.cf": "ucast eth0 10.0.0.2\nucast eth1 10.1.0.2\nucast eth0 10.0.0.1\n",
        "/etc/ha.d/haresources": "#c 10.0.0.7\n  # d 10.0.0.8\nB 10.0.0.9/24\n",
        "/etc/haproxy/haproxy.cfg": web.replace(virtualIp, "10.0.0.9"),
    };

    test("imports two hosts with different files, the second preferred", () => {
        const other = { ...own, "/etc/ha.d/haresources": "b 10.0.0.9\n" };
        expect(imported([found("a", 1, own, ["md5", "crc"]), found("b", 2, other, ["md5"])])).toMatchSnapshot();
    });

    test("imports two hosts with the same files and the default login", () => {
        const { args, notes } = imported([found("b", 1, own), found("a", 2, own)]);
        expect(args.hosts).toMatchObject([{ name: "b" }, { name: "a" }]);
        expect(args).not.toHaveProperty("connection");
        expect(notes).toEqual([]);
    });

    test("imports two hosts without a file", () => {
        expect(imported([found("a", 1, {}), found("b", 2, {})])).toMatchSnapshot();
    });
});

/** Requests through what haproxy.cfg can have beyond the classic set-up, and text that HAProxy takes or refuses. */
import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { inBrowser } from "../../lab/browser";
import { writeConfig } from "../../lab/pulumi";
import { until } from "../../support/wait";
import { counts, failedUp, head, inAll, page, site, underLoad, useServingPair, virtualIp } from "./fixture";

const ipv6 = "fd00::99";
const web1 = { name: "web1", address: "192.168.0.102" };
const web2 = { name: "web2", address: "192.168.0.103" };

const haproxy = {
    frontend: [
        {
            name: "www",
            acl: [
                { name: "is_two", criterion: "path_beg", values: ["/two"] },
                { name: "is_old", criterion: "hdr(host)", flags: ["-i"], values: ["old.example.com", "it's #1"] },
            ],
            httpRequest: [
                { action: "redirect", words: ["location", "http://www.example.com/"], condition: "if is_old" },
                { action: "deny", words: ["deny_status", "403"], condition: "if { path_beg /private }" },
            ],
            httpResponse: [{ action: "set-header", words: ["X-Said", `"it's" 100%% # true`] }],
            useBackend: [{ backend: "two", condition: "if is_two" }],
            defaultBackend: "all",
        },
    ],
    backend: [
        {
            name: "all",
            cookie: { name: "SERVER", mode: "insert" },
            httpchk: { uri: "/check.txt" },
            servers: [web1, { ...web2, weight: 1, inter: "1s", maxconn: 100 }],
        },
        {
            name: "two",
            httpRequest: [{ action: "set-path", words: ["/"] }],
            servers: [
                { ...web2, inter: "500ms", fall: 2 },
                { ...web1, backup: true },
            ],
        },
    ],
    listen: [{ name: "plain", mode: "tcp", bind: [{ port: 8081 }], balance: "first", servers: [web1] }],
    stats: { port: 8404, uri: "/", src: ["192.168.0.1"] },
    logfacility: "local3",
    prometheus: { src: ["192.168.0.1"] },
    sections: `frontend more
    mode http
    bind ${virtualIp}:8082
    http-request return status 200 content-type text/plain string "from text"
`,
};
const settings = {
    servers: [],
    listen: { name: "unused" },
    virtualIps: [{ address: virtualIp }, { address: ipv6 }],
    haproxy,
};
const used = useServingPair({ name: "features" }, settings);
const get = async (path: string) => (await page(used.lab, `${site}${path}`)).body.trim();

function configure(changed: object): void {
    writeConfig(used.lab, used.stack.place.configFile as string, { ...settings, haproxy: changed });
}

test("a second pulumi up changes nothing", async () => {
    expect(counts(await used.stack.preview())).toEqual({ unchanged: 21 });
    const { url, statisticsUrl } = await used.stack.outputs();
    expect({ url, statisticsUrl }).toEqual({
        url: "tcp://192.168.0.99:8081",
        statisticsUrl: "http://192.168.0.100:8404/",
    });
});

test("rules route, rewrite and reject requests", async () => {
    expect([await get("two"), await get("two/more")]).toEqual(["This is web2.", "This is web2."]);
    expect((await page(used.lab, `${site}private`)).status).toBe(403);
    for (const host of ["OLD.example.com", "it's #1"]) {
        expect(await head(used.lab, site, "-H", `Host: ${host}`)).toMatch(
            /^HTTP\/1.1 302[\s\S]*location: http:\/\/www.example.com\/$/m,
        );
    }
    expect(await head(used.lab, site)).toMatch(/^HTTP\/1.1 200[\s\S]*x-said: "it's" 100% # true\r?$/m);
});

test("a cookie keeps a client with its server", async () => {
    const first = await head(used.lab, site);
    const [, cookie, server] = /set-cookie: (SERVER=(web[12]));.*HttpOnly/i.exec(first) ?? [];
    expect(server, first).toBeDefined();
    for (let i = 0; i < 4; i++) {
        const body = await used.lab.run(["curl", "-sS", "-m", "3", "-b", cookie, site]);
        expect(body.trim()).toBe(`This is ${server}.`);
    }
});

test("tcp mode, by IPv4 and IPv6", async () => {
    for (const host of [virtualIp, `[${ipv6}]`]) {
        expect((await page(used.lab, `http://${host}:8081/`)).body.trim()).toBe("This is web1.");
        expect((await page(used.lab, `http://${host}/two`)).body.trim()).toBe("This is web2.");
    }
});

test("each host serves its statistics page to itself and to the addresses in src", async () => {
    const { statisticsUser, statisticsPassword } = await used.stack.outputs();
    const [lb1, lb2] = used.lab.loadBalancers;
    for (const host of [lb1, lb2]) {
        const url = `http://${host.plan.address}:8404/`;
        expect((await page(used.lab, url)).status).toBe(401);
        expect((await page(used.lab, url, `${statisticsUser}:wrong`)).status).toBe(401);
        const { body } = await page(used.lab, url, `${statisticsUser}:${statisticsPassword}`);
        expect(body).toContain("Statistics Report");
        const ask = `python3 -c 'import urllib.request as r; r.urlopen("${url}", timeout=3)' 2>&1 | tail -1`;
        expect(await host.run(ask)).toContain("HTTP Error 401");
        // Without an answer, and so without a question for the password.
        expect(await (host === lb1 ? lb2 : lb1).run(ask)).toMatch(/reset by peer|closed connection/i);
    }
});

test("sections as text work, and each host serves its metrics to the addresses in src", async () => {
    expect((await page(used.lab, `http://${virtualIp}:8082/`)).body).toBe("from text");
    for (const host of used.lab.loadBalancers) {
        expect((await page(used.lab, `http://${host.plan.address}:8405/metrics`)).body).toContain(
            "haproxy_server_status",
        );
        const { stdout } = await used.lab
            .host("lb1")
            .attempt(
                `python3 -c 'import urllib.request as r; r.urlopen("http://${host.plan.address}:8405/metrics")' 2>&1`,
            );
        expect(stdout).toContain("HTTP Error 403");
    }
});

test("the journal has the requests with the declared facility; only root and the group haproxy can open the runtime socket", async () => {
    await get("two?in-the-journal");
    const local3 = 19;
    const log = `journalctl -q -t haproxy SYSLOG_FACILITY=${local3} -o cat --since -1min`;
    await until("the request is in the journal", 5000, async () =>
        (await used.lab.host("lb1").run(log)).includes('"GET /two?in-the-journal HTTP/1.1"'),
    );
    expect(await used.lab.host("lb1").run("stat -c '%a %U:%G' /run/haproxy/admin.sock")).toBe("660 root:haproxy");
});

/** How Chromium shows the servers of a back end on the statistics page: the row's class, and what it says of the server. */
async function shownStatus(backend: string): Promise<string[]> {
    const { statisticsUrl, statisticsUser: username, statisticsPassword: password } = await used.stack.outputs();
    return inBrowser(used.lab, statisticsUrl, { username, password }, async (shown) =>
        Promise.all(
            ["web1", "web2"].map(async (server) => {
                const row = shown.locator("tr", { has: shown.locator(`a[name="${backend}/${server}"]`) });
                const [, status] = /(UP|DOWN)/.exec(await row.innerText()) ?? [];
                return `${await row.getAttribute("class")} ${status}`;
            }),
        ),
    );
}

test("Chromium shows the statistics page with both back ends after the login", inAll, async () => {
    const { statisticsUrl } = await used.stack.outputs();
    await expect(inBrowser(used.lab, statisticsUrl, undefined, async () => {})).rejects.toThrow(
        "ERR_INVALID_AUTH_CREDENTIALS",
    );
    expect(await shownStatus("all")).toEqual(["active_up UP", "active_up UP"]);
});

test("a backup server answers when all other servers are down", inAll, async () => {
    await used.lab.host("web2").powerOff();
    await until("web1 answers instead of web2", 15_000, async () => (await get("two")) === "This is web1.");
    await until("Chromium shows web2 down", 15_000, async () =>
        isDeepStrictEqual(await shownStatus("all"), ["active_up UP", "active_down DOWN"]),
    );
    await used.lab.host("web2").boot();
    await until("web2 answers again", 30_000, async () => (await get("two")) === "This is web2.");
});

test("a server in maintenance costs no request", inAll, async () => {
    const [all, two] = haproxy.backend;
    configure({ ...haproxy, backend: [{ ...all, servers: [{ ...web1, disabled: true }, web2] }, two] });
    const { failed } = await underLoad(used.lab, "maintenance", () => used.stack.up());
    expect(failed).toBe(0);
    expect([await get(""), await get(""), await get("")]).toEqual(Array(3).fill("This is web2."));
});

test("a drained server keeps its clients, and gets no new one", inAll, async () => {
    const [all, two] = haproxy.backend;
    configure({ ...haproxy, backend: [{ ...all, servers: [{ ...web1, weight: 0 }, web2] }, two] });
    const { failed } = await underLoad(used.lab, "draining", () => used.stack.up());
    expect(failed).toBe(0);
    const withWeb1 = () => used.lab.run(["curl", "-sS", "-m", "3", "-b", "SERVER=web1", site]);
    expect([await withWeb1(), await get(""), await withWeb1(), await get("")]).toEqual([
        "This is web1.",
        "This is web2.",
        "This is web1.",
        "This is web2.",
    ]);
});

test("rejects a directive that the installed version lacks, and changes nothing", async () => {
    configure({ ...haproxy, globalLines: ["tune.h2.fe.glitches-threshold 100"] });
    const { failed } = await underLoad(used.lab, "a directive of HAProxy 3.0", async () => {
        const said = await failedUp(used.stack);
        expect(said).toContain("unknown keyword 'tune.h2.fe.glitches-threshold'");
        expect(said).toContain('lb2.example.com: step "haproxy" failed (apply): HAProxy rejected the new haproxy.cfg');
    });
    expect(failed).toBe(0);
});

test("reports a failed reload, and restores every file of the previous configuration", inAll, async () => {
    const other = await used.lab.host("lb2").run("python3 -m http.server 8083 >/dev/null 2>&1 & echo $!");
    const files = () => used.lab.host("lb2").run("sha256sum /etc/haproxy/*.cfg");
    const before = await files();
    // It changes the file of the peers, too.
    configure({ ...haproxy, peers: { port: 10001 }, sections: haproxy.sections.replace("8082", "8083") });
    const { failed } = await underLoad(used.lab, "a port that another program has", async () => {
        const said = await failedUp(used.stack);
        expect(said).toMatch(/cannot bind socket.*8083/i);
        expect(said).toContain(
            "HAProxy failed to start with the new configuration; the previous configuration was restored",
        );
    });
    expect(failed).toBe(0);
    expect(await files()).toBe(before);
    await used.lab.host("lb2").run(`kill ${other}`);
    await used.stack.up();
    expect((await page(used.lab, `http://${virtualIp}:8083/`)).body).toBe("from text");
});

test("repairs and reloads a file that was edited by hand", inAll, async () => {
    await used.lab
        .host("lb1")
        .run(
            "sed -i '/^frontend www/a http-request return status 418' /etc/haproxy/haproxy.cfg; systemctl reload haproxy",
        );
    await until("the change is live", 10_000, async () => (await page(used.lab, site)).status === 418);
    await used.stack.up();
    expect((await page(used.lab, site)).status).toBe(200);
});

test("loads a whole file as text without a lost request, and the keepers still reach HAProxy", inAll, async () => {
    const config = `global
    log /dev/log local0
    stats socket /run/haproxy/admin.sock mode 660 level admin
defaults
    mode tcp
    timeout connect 5s
    timeout client 50s
    timeout server 50s
listen mine
    bind ${virtualIp}:80
    server web1 192.168.0.102:80 check
`;
    configure({ config });
    const { failed, several } = await underLoad(used.lab, "the whole file as text", () => used.stack.up());
    expect({ failed, several }).toEqual({ failed: 0, several: 0 });
    expect(await get("")).toBe("This is web1.");
    for (const host of used.lab.loadBalancers) {
        expect(await host.run("cat /etc/haproxy/haproxy.cfg")).toBe(config.trim());
        expect(await host.run("journalctl -u ha-load-balancer-pair")).not.toContain("can't serve");
    }
});

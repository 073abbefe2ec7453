/** Checks `hosts` and `connection`. */
import { isIP } from "node:net";
import type * as pulumi from "@pulumi/pulumi";
import type { ConnectionArgs, HostArgs, ProxyArgs } from "../args";
import { forms } from "../values/forms";
import { known } from "../values/known";
import type { Checker } from "./checker";
import { fieldsOf } from "./fields";

export function hosts(check: Checker, list: HostArgs[]): void {
    if (!Array.isArray(list) || list.length !== 2) {
        check.add("hosts", `exactly two hosts are required, declared: ${Array.isArray(list) ? list.length : "none"}`);
    }
    const declared = check.objects<HostArgs>("hosts", list, fieldsOf("Host"));
    for (const { at, value: host } of declared) {
        check.requiredText(`${at}.name`, host.name, forms.nodeName, 'a node name, as "uname -n" prints it');
        check.required(`${at}.address`, host.address);
        address(check, `${at}.address`, host.address || undefined);
        hostKey(check, at, host);
        connection(check, `${at}.connection`, host.connection);
    }
    check.distinct(
        declared.map(({ value }) => (value.name ? String(value.name).toLowerCase() : undefined)),
        (i) => `${declared[i].at}.name`,
    );
    check.distinct(
        declared.map(({ value }) => known(value.address)),
        (i) => `${declared[i].at}.address`,
    );
}

function hostKey(check: Checker, path: string, host: HostArgs): void {
    if (host.hostKey === undefined && !host.insecureSkipHostKeyCheck) {
        check.add(
            `${path}.hostKey`,
            `is required. Run "ssh-keyscan -t ed25519 ${known(host.address) || "ADDRESS"}", compare the key with the host's own, and ` +
                "declare the line without its first word (or set insecureSkipHostKeyCheck to accept any key)",
        );
    }
    check.text(`${path}.hostKey`, host.hostKey, forms.hostKey, 'an Ed25519 or ECDSA host key ("ssh-ed25519 AAAA…")');
}

export function connection(check: Checker, path: string, input: ConnectionArgs | undefined): void {
    const args = check.object<ConnectionArgs>(path, input, fieldsOf("Connection"));
    check.text(`${path}.user`, args?.user, forms.user, "a user name");
    check.port(`${path}.port`, args?.port);
    const proxy = check.object<ProxyArgs>(`${path}.proxy`, args?.proxy, fieldsOf("Proxy"));
    if (proxy) {
        check.required(`${path}.proxy.host`, proxy.host);
        check.text(`${path}.proxy.user`, proxy.user, forms.user, "a user name");
        check.port(`${path}.proxy.port`, proxy.port);
        check.required(`${path}.proxy.hostKey`, proxy.hostKey);
        check.text(`${path}.proxy.hostKey`, proxy.hostKey, forms.hostKey, "an Ed25519 or ECDSA host key");
    }
}

export function address(check: Checker, path: string, input: pulumi.Input<string> | undefined): void {
    const value = known(input);
    addressOrZoned(check, path, value);
    if (typeof value === "string" && value.includes("%")) {
        check.add(path, `"${value}" has a zone; declare an address without "%"`);
    }
}

/** An address, or a link-local one with its interface: "fe80::1%eth0". */
export function addressOrZoned(check: Checker, path: string, input: pulumi.Input<string> | undefined): void {
    const value = known(input);
    if (value !== undefined && isIP(value) === 0) {
        check.add(path, `"${value}" is not an IP address`);
    }
}

/** hosts and connection. */
import { isIP } from "node:net";
import type * as pulumi from "@pulumi/pulumi";
import type { ConnectionArgs, HostArgs } from "../args";
import { fields } from "../fields";
import { type Checker, known } from "../problems";
import { forms } from "./forms";

export function hosts(check: Checker, list: HostArgs[]): void {
    if (!Array.isArray(list) || list.length !== 2) {
        check.add("hosts", `must be exactly two hosts, and there are ${Array.isArray(list) ? list.length : "none"}`);
    }
    (list ?? []).forEach((host, i) => {
        const path = `hosts[${i}]`;
        check.fields(path, host, fields.host);
        check.required(`${path}.name`, host.name);
        check.text(`${path}.name`, host.name || undefined, forms.nodeName, 'a node name, as "uname -n" prints it');
        check.required(`${path}.address`, host.address);
        address(check, `${path}.address`, host.address || undefined);
        hostKey(check, path, host);
        connection(check, `${path}.connection`, host.connection);
    });
    check.distinct(
        (list ?? []).map((host) => host.name?.toLowerCase()),
        (i) => `hosts[${i}].name`,
    );
    check.distinct(
        (list ?? []).map((host) => known(host.address)),
        (i) => `hosts[${i}].address`,
    );
}

function hostKey(check: Checker, path: string, host: HostArgs): void {
    if (host.hostKey === undefined && !host.insecureSkipHostKeyCheck) {
        check.add(
            `${path}.hostKey`,
            'is required: the host\'s line of "ssh-keyscan -t ed25519", checked by you, without its first word ' +
                "(or set insecureSkipHostKeyCheck to connect without knowing who answers)",
        );
    }
    check.text(`${path}.hostKey`, host.hostKey, forms.hostKey, 'an Ed25519 or ECDSA host key ("ssh-ed25519 AAAA…")');
}

export function connection(check: Checker, path: string, args: ConnectionArgs | undefined): void {
    check.fields(path, args, fields.connection);
    check.text(`${path}.user`, args?.user, forms.user, "a user name");
    check.port(`${path}.port`, args?.port);
    const proxy = known(args?.proxy);
    if (proxy) {
        check.fields(`${path}.proxy`, proxy, fields.proxy);
        check.required(`${path}.proxy.host`, proxy.host);
        check.text(`${path}.proxy.user`, proxy.user, forms.user, "a user name");
        check.port(`${path}.proxy.port`, proxy.port);
        check.required(`${path}.proxy.hostKey`, proxy.hostKey);
        check.text(`${path}.proxy.hostKey`, proxy.hostKey, forms.hostKey, "an Ed25519 or ECDSA host key");
    }
}

export function address(check: Checker, path: string, input: pulumi.Input<string> | undefined): void {
    const value = known(input);
    if (value !== undefined && isIP(value) === 0) {
        check.add(path, `"${value}" is not an IP address`);
    }
}

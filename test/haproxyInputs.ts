/** What tests of HAProxy's inputs start from, and what becomes of them. */
import type { Unwrap } from "@pulumi/pulumi";
import type { HaproxyArgs } from "../components";
import { haproxyDefaults, virtualIpDefaults } from "../components/defaults";
import type { Haproxy } from "../components/model";
import { haproxyCfg } from "../components/render/haproxy/haproxyCfg";
import { validate } from "../components/validate";
import { withoutNulls } from "../components/values/nulls";
import { classicArgs } from "./examples";

const addresses = [{ address: "192.168.0.99" }, { address: "2001:db8::99" }];

export const nodes = classicArgs().hosts.map(({ name, address }) => ({ name, address: String(address) }));
export const virtualIps = virtualIpDefaults(addresses, nodes);

export function model(haproxy: HaproxyArgs): Haproxy {
    return haproxyDefaults(haproxy as Unwrap<HaproxyArgs>, virtualIps);
}

export function render(haproxy: HaproxyArgs): string {
    return haproxyCfg(model(haproxy));
}

/** What is wrong with them, a line each. */
export function problemsOf(haproxy: unknown): string[] {
    const args = { ...classicArgs(), virtualIps: addresses, haproxy: haproxy as HaproxyArgs };
    return validate(withoutNulls(args)).map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);
}

export const servers = [{ name: "a", address: "10.0.0.1" }];

/** One `listen`, and what else is given of it. */
export const listen = (more: object = {}) => ({ listen: [{ name: "web", servers, ...more }] });

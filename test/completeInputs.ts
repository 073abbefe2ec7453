/** Inputs that have every field that the checks know, and inputs that have the least. */
import { validate } from "../components/validate";
import { exampleHost, exampleInputs } from "../toolchain/exampleInputs";
import { makeAuthority, makeCertificate } from "./certificates";
import { hostKey } from "./examples";

export const authority = makeAuthority("Test CA");
export const site = { name: "site", ...makeCertificate(["www.example.com"], authority) };
const { certificate, privateKey } = site;
const everything = exampleInputs({ hostKey, authority: authority.certificate, site: { certificate, privateKey } });

export const host = (name: string, address: string) => exampleHost(name, address, hostKey);

export const complete = (): typeof everything => JSON.parse(JSON.stringify(everything));

/** What is wrong with them, a line each. */
export function problemsOf(args: object): string[] {
    return validate(args as never).map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);
}

/** A listen with what is given, and nothing else. */
export const alone = (more: object) => ({
    hosts: complete().hosts,
    virtualIps: [{ address: "192.168.0.99" }],
    haproxy: { listen: [{ name: "web", servers: [{ name: "a", address: "10.0.0.1" }], ...more }] },
});
/** What is wrong with that. */
export const ofListen = (more: object) => problemsOf(alone(more));

/** The complete inputs with another value at a path; undefined removes it. */
export function completeWith(path: string, value: unknown): object {
    const args = complete();
    const keys = path.split(/[.[\]]+/).filter(Boolean);
    const last = keys.pop() as string;
    const at = keys.reduce<Record<string, unknown>>(
        (inner, key) => inner[key] as Record<string, unknown>,
        args as never,
    );
    if (value === undefined) {
        delete at[last];
    } else {
        at[last] = value;
    }
    return args;
}

/** What is wrong with those. */
export const problemsWith = (path: string, value: unknown) => problemsOf(completeWith(path, value));

/** Checks `haproxy`. */
import type * as pulumi from "@pulumi/pulumi";
import type {
    BackendArgs,
    FrontendArgs,
    HaLoadBalancerPairArgs,
    HaproxyArgs,
    PeersArgs,
    TimeoutArgs,
    VirtualIpArgs,
} from "../../args";
import { globalOptions, timeoutOptions } from "../../options";
import { forms } from "../../values/forms";
import { known, knownList } from "../../values/known";
import type { Checker } from "../checker";
import { fieldsOf } from "../fields";
import { aclNames } from "./aclNames";
import { certificateNames, certificateTexts } from "./certificates";
import { listening } from "./listening";
import { options } from "./options";
import { certificateReferences, references } from "./references";
import { type Declared, section } from "./section";
import { prometheus, stats } from "./stats";

const sectionTypes = { listen: "Listen", frontend: "Frontend", backend: "Backend" } as const;

/** The fields that `config` replaces. */
const insteadOf = [
    "listen",
    "frontend",
    "backend",
    "ocspUpdate",
    "prometheus",
    "timeout",
    "maxconn",
    "globalLines",
    "defaultsLines",
    "sections",
    "logfacility",
] as const;

export function haproxy(
    check: Checker,
    input: HaproxyArgs | undefined,
    virtualIps: HaLoadBalancerPairArgs["virtualIps"],
): void {
    check.required("haproxy", input);
    const args = check.object<HaproxyArgs>("haproxy", input, fieldsOf("Haproxy"));
    if (!args) {
        return;
    }
    const declared = sections(check, args);
    declared.forEach((each) => {
        section(check, each);
    });
    content(check, args);
    references(check, args, declared);
    aclNames(check, args, declared);
    certificateNames(check, args.certificates);
    certificateReferences(check, args, declared);
    listening(check, args, declared, knownList<VirtualIpArgs>(virtualIps));
    options(check, "haproxy", args, globalOptions, { version: known(args.version) });
    stats(check, args, declared);
    prometheus(check, args.prometheus);
    peers(check, args.peers);
    timeouts(check, args);
    check.integer("haproxy.maxconn", args.maxconn, 1, 10_000_000);
    check.text("haproxy.logfacility", args.logfacility, forms.facility, "a syslog facility");
    check.lines("haproxy.globalLines", args.globalLines);
    check.lines("haproxy.defaultsLines", args.defaultsLines);
    check.text("haproxy.version", args.version, forms.version, "the version of a Debian package");
}

/** The sections that are known now. */
function sections(check: Checker, args: HaproxyArgs): Declared[] {
    return (["listen", "frontend", "backend"] as const).flatMap((keyword) =>
        check
            .objects<FrontendArgs & BackendArgs>(
                `haproxy.${keyword}`,
                args[keyword] as pulumi.Input<pulumi.Input<FrontendArgs & BackendArgs>[]>,
                fieldsOf(sectionTypes[keyword]),
            )
            .map(({ at, value }) => ({ keyword, path: at, args: value })),
    );
}

/** At least one section that accepts traffic, or the whole file. */
function content(check: Checker, args: HaproxyArgs): void {
    for (const name of ["config", "sections"] as const) {
        const text = known(args[name]);
        if (text !== undefined && !(typeof text === "string" && text.trim() !== "" && !text.includes("\0"))) {
            check.add(`haproxy.${name}`, "must be a text that is not empty");
        }
    }
    if (args.config !== undefined) {
        if (args.stats?.onVirtualIps !== undefined) {
            check.add(
                "haproxy.stats.onVirtualIps",
                "conflicts with haproxy.config, which is the whole file. Remove one of them",
            );
        }
        for (const name of insteadOf.filter((each) => args[each] !== undefined)) {
            check.add(`haproxy.${name}`, "conflicts with haproxy.config, which is the whole file. Remove one of them");
        }
        return;
    }
    const isEmpty = (input: unknown) => input === undefined || (Array.isArray(input) && input.length === 0);
    if (isEmpty(args.listen) && isEmpty(args.frontend) && args.sections === undefined) {
        check.add("haproxy", "at least one listen or frontend is required (or sections or config, as text)");
    }
}

/** Checks the inputs that can be secret. */
export function haproxySecrets(check: Checker, args: Pick<HaproxyArgs, "stats" | "certificates">): void {
    const password = known(args.stats?.password);
    if (password !== undefined && !forms.printable.test(password)) {
        check.add("haproxy.stats.password", "must be printable ASCII, not empty, with no space at either end");
    }
    if (Array.isArray(args.certificates)) {
        certificateTexts(check, args.certificates);
    }
}

function peers(check: Checker, input: HaproxyArgs["peers"]): void {
    const args = check.object<PeersArgs>("haproxy.peers", input, fieldsOf("Peers"));
    check.port("haproxy.peers.port", args?.port);
}

function timeouts(check: Checker, args: HaproxyArgs): void {
    const timeout = check.object<TimeoutArgs>("haproxy.timeout", args.timeout, fieldsOf("Timeout"));
    options(check, "haproxy.timeout", timeout, timeoutOptions);
}
